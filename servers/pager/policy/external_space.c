/* SPDX-License-Identifier: MIT */
/* What a space has to do with custom pagers: records of those whose areas it has, and its supplier. */
#include "policy/space.h"

struct external_client *external_client_find(const struct vm_space *space, const struct external_pager *pager)
{
	struct external_client *client = space->clients;

	while (client && client->pager != pager)
		client = client->next;
	return client;
}

static struct external_client *client_add(struct vm_space *space, struct external_pager *pager)
{
	struct external_client *client = nodes_take(&space->policy->externals.clients);

	if (!client)
		return NULL;
	client->pager = pager;
	client->next = space->clients;
	space->clients = client;
	pager->clients++;
	return client;
}

err_t external_client_take(struct vm_space *space, struct external_pager *pager, struct external_client **out)
{
	if (pager->is_ended)
		return E_DEAD;
	*out = external_client_find(space, pager);
	if (!*out && !frames_are_scarce(&space->policy->frames))
		*out = client_add(space, pager);
	return *out ? E_OK : E_NO_MEMORY;
}

struct external_client *external_client_idle(const struct vm_space *space)
{
	struct external_client *client = space->clients;

	while (client && client->areas)
		client = client->next;
	return client;
}

void external_client_drop(struct vm_space *space, struct external_client *client)
{
	struct external_client **link = &space->clients;

	while (*link != client)
		link = &(*link)->next;
	*link = client->next;
	client->pager->clients--;
	nodes_give(&space->policy->externals.clients, client);
}

void external_area_take(struct vm_space *space, struct external_object *object)
{
	if (object->is_withdrawn && object->references == 0)
		space->policy->externals.idle--;
	object->references++;
	external_client_find(space, object->pager)->areas++;
}

void external_area_drop(struct vm_space *space, struct external_object *object)
{
	object->references--;
	if (object->is_withdrawn && object->references == 0)
		space->policy->externals.idle++;
	external_client_find(space, object->pager)->areas--;
}

static void supplier_point(struct external_pager **at, struct external_pager *pager)
{
	if (*at)
		(*at)->spaces--;
	*at = pager;
	if (pager)
		pager->spaces++;
}

err_t external_supplier_set(struct vm_space *space, struct external_pager *pager, bool at_exec)
{
	if (pager && pager->is_ended)
		return E_DEAD;
	if (!at_exec)
		supplier_point(&space->supplier, pager);
	supplier_point(&space->exec_supplier, pager);
	return E_OK;
}

void external_supplier_exec(struct vm_space *space, const struct vm_space *old)
{
	supplier_point(&space->supplier, old->exec_supplier);
	supplier_point(&space->exec_supplier, old->exec_supplier);
}

bool external_space_fork(struct vm_space *child, const struct vm_space *parent)
{
	for (const struct external_client *client = parent->clients; client; client = client->next) {
		struct external_client *copy;

		if (client->areas == 0)
			continue;
		copy = client_add(child, client->pager);
		if (!copy)
			return false;
		copy->source = client->source;
	}
	supplier_point(&child->supplier, parent->supplier);
	supplier_point(&child->exec_supplier, parent->exec_supplier);
	return true;
}

void external_space_clear(struct vm_space *space)
{
	while (space->clients)
		external_client_drop(space, space->clients);
	supplier_point(&space->supplier, NULL);
	supplier_point(&space->exec_supplier, NULL);
}
