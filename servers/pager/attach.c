/* SPDX-License-Identifier: MIT */
/*
 * Sources of custom pagers in their clients' spaces. A grant is attached at a free index with the first area
 * of that pager and detached, all its mappings with it, when the last one has gone. Who supplies a space's
 * anonymous memory needs no source: what it gives is in the system's books.
 */
#include "custom.h"
#include <pagoda/syscall.h>

_Static_assert(SPACE_SOURCES <= 16, "the badge of a forwarded fault has four bits for a source");

static bool source_is_used(const struct vm_space *space, uint32_t source)
{
	const struct external_client *client = space->clients;

	while (client && client->source != source)
		client = client->next;
	return client != NULL;
}

static err_t attach_source(const struct process *process, const struct external_client *client)
{
	struct result result = sys_space_attach(process->space_cap, client->source,
						custom_of(client->pager)->memory, RIGHTS_RWX);

	return result.error ? E_NO_MEMORY : E_OK;
}

err_t attach_take(struct process *process, struct external_pager *external)
{
	struct external_client *client = external_client_find(process->space, external);
	uint32_t source = pager.sources;
	err_t error;

	if (client)
		return E_OK;
	while (source < SPACE_SOURCES && source_is_used(process->space, source))
		source++;
	if (source == SPACE_SOURCES || allocation_refused("source"))
		return E_TOO_MANY;
	error = external_client_take(process->space, external, &client);
	if (error)
		return error;
	client->source = source;
	error = attach_source(process, client);
	if (error)
		external_client_drop(process->space, client);
	return error;
}

err_t attach_forked(struct process *child)
{
	err_t error = E_OK;

	for (const struct external_client *at = child->space->clients; at && !error; at = at->next)
		error = attach_source(child, at);
	return error;
}

void attach_tidy(struct process *process)
{
	struct external_client *client;

	while ((client = external_client_idle(process->space)) != NULL) {
		(void)sys_space_detach(process->space_cap, client->source);
		external_client_drop(process->space, client);
	}
}
