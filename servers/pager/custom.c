/* SPDX-License-Identifier: MIT */
/*
 * Life of a custom pager. REGISTER makes its grant, whole arenas of which it sees an area, and its endpoint,
 * of which it gets a copy that only receives. When its space ends or is replaced by exec, it has *ended*:
 * what was forwarded to it is refused, its names go. Its grant stays while a client has it attached, its
 * record while anything names it.
 */
#include <string.h>

#include "custom.h"
#include <pagoda/syscall.h>

#define MEMORY_LEAVES 8 /* no grant is given that leaves less than one part in so many free */

static struct nodes custom_nodes;
static uint32_t last_number;

void customs_open(void)
{
	nodes_init(&custom_nodes, &pager.policy.frames, sizeof(struct custom));
	objects_open();
	forwards_open();
	clock_open();
}

struct custom *custom_find_name(const char *name)
{
	for (struct external_pager *at = pager.policy.externals.first; at; at = at->next)
		if (!at->is_ended && strcmp(custom_of(at)->name, name) == 0)
			return custom_of(at);
	return NULL;
}

err_t custom_read_name(const struct message *in, char name[CUSTOM_NAME_MAX + 1])
{
	const uint64_t *words = &message_page()->words[MESSAGE_REGISTERS];

	if (TAG_WORDS(in->tag) < MESSAGE_REGISTERS + (CUSTOM_NAME_MAX + 1) / 8)
		return E_ARGUMENT;
	memcpy(name, words, CUSTOM_NAME_MAX + 1);
	if (!memchr(name, 0, CUSTOM_NAME_MAX + 1))
		return E_ARGUMENT;
	for (const char *at = name; *at; at++)
		if (*at == '/' || *at <= ' ' || *at > '~')
			return E_ARGUMENT;
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ? E_ARGUMENT : E_OK;
}

/* Arenas for a quota; 0: not to be had. */
static uint64_t quota_arenas(uint64_t quota_bytes)
{
	const struct frames *frames = &pager.policy.frames;
	uint64_t arenas = quota_bytes / ARENA_BYTES + (quota_bytes % ARENA_BYTES != 0);
	uint64_t leave = pager.frames_total / MEMORY_LEAVES;

	if (frames->counts[FRAME_FREE] < leave)
		return 0;
	return arenas <= (frames->counts[FRAME_FREE] - leave) / ARENA_PAGES ? arenas : 0;
}

/* The grant's area lies on a 2 MiB boundary, so that few entries map it; nothing is mapped until it is whole.
 */
static err_t custom_map_grant(struct custom *custom)
{
	struct vm_space *space = custom->process->space;
	struct area_spec spec = {
		.bytes = custom->external->grant_frames << PAGE_SHIFT,
		.backing = BACKING_LINEAR,
		.flags = AREA_NO_FORK,
		.name = "grant",
		.frame = custom->external->grant_first,
	};
	vaddr_t at = space_find_free(space, space->map_hint, spec.bytes + ARENA_BYTES);
	err_t error;

	if (!at)
		return E_NO_MEMORY;
	spec.start = (at + ARENA_BYTES - 1) & ~(ARENA_BYTES - 1);
	error = space_map(space, &spec);
	custom->address = spec.start;
	return error;
}

static err_t custom_make_objects(struct custom *custom)
{
	uint64_t frame = custom->external->grant_first, frames = custom->external->grant_frames;
	err_t error;

	custom->memory = slot_take();
	custom->endpoint = slot_take();
	if (!custom->memory || !custom->endpoint)
		return E_NO_MEMORY;
	error = source_carve(frame, frames, custom->memory);
	if (error) /* neighbouring arenas of two ranges of RAM are not one piece */
		return E_NO_MEMORY;
	if (allocation_refused("Endpoint") ||
	    sys_object_create(custom->process->pool->pool, custom->endpoint, KIND_ENDPOINT, 0).error)
		return E_NO_MEMORY;
	return custom_map_grant(custom);
}

/* Nobody names it: the rest of it goes. */
static void custom_destroy(struct custom *custom)
{
	forwards_forget(&custom->anonymous);
	external_pager_destroy(&pager.policy, custom->external);
	nodes_give(&custom_nodes, custom);
}

static void custom_release_grant(struct custom *custom)
{
	slot_clear(custom->memory, true);
	custom->memory = CAP_NULL;
	custom->ready = 0;
	external_grant_release(&pager.policy, custom->external);
}

static err_t custom_create(struct process *process, uint64_t arenas, struct custom **out)
{
	struct custom *custom = nodes_take(&custom_nodes);
	err_t error = custom ? external_pager_create(&pager.policy, arenas, custom, &custom->external)
			     : E_NO_MEMORY;

	if (error) {
		if (custom)
			nodes_give(&custom_nodes, custom);
		return error;
	}
	custom->process = process;
	custom->anonymous = (struct supply){
		.custom = custom,
		.deadline_ms = CUSTOM_DEADLINE_MS,
		.deadline_ticks = clock_ticks(CUSTOM_DEADLINE_MS),
	};
	error = custom_make_objects(custom);
	if (error) {
		slot_clear(custom->endpoint, true);
		external_pager_end(&pager.policy, custom->external);
		custom_release_grant(custom);
		custom_destroy(custom);
		return error;
	}
	custom->number = ++last_number;
	*out = custom;
	return E_OK;
}

void custom_unregister(struct process *process)
{
	struct custom *custom = process->custom;

	area_drop(process->space, area_set_find(&process->space->areas, custom->address));
	custom_end(custom);
	customs_tidy();
}

err_t request_register(struct process *caller, const struct message *in, struct answer *out)
{
	char name[CUSTOM_NAME_MAX + 1];
	struct custom *custom;
	err_t error = custom_read_name(in, name);
	uint64_t arenas = quota_arenas(in->w[0]);

	if (!error && (!name[0] || in->w[0] == 0))
		error = E_ARGUMENT;
	if (!error && (caller->custom || custom_find_name(name)))
		error = E_EXISTS;
	while (!error && !arenas && lend_take_back())
		arenas = quota_arenas(in->w[0]);
	if (!error && !arenas)
		error = E_NO_MEMORY;
	if (!error)
		error = custom_create(caller, arenas, &custom);
	while (error == E_NO_MEMORY && arenas && lend_take_back())
		error = custom_create(caller, arenas, &custom);
	if (error)
		return error;
	memcpy(custom->name, name, sizeof(name));
	caller->custom = custom;
	out->w0 = custom->address;
	out->w1 = custom->external->grant_frames << PAGE_SHIFT;
	out->words = 2;
	out->cap = custom->endpoint;
	out->cap_rights = RIGHT_READ;
	out->undo = custom_unregister;
	out->made = caller;
	return E_OK;
}

void custom_end(struct custom *custom)
{
	struct external_object *at, *next;

	custom->process->custom = NULL;
	custom->process = NULL;
	for (at = custom->external->first; at; at = next) {
		next = at->next;
		object_withdraw(at);
	}
	external_pager_end(&pager.policy, custom->external);
	forwards_end(custom);
	slot_clear(custom->endpoint, true);
	custom->endpoint = CAP_NULL;
}

void customs_tidy(void)
{
	struct external_object *object;
	struct external_pager *next;

	while ((object = external_find_idle(&pager.policy)) != NULL)
		object_destroy(object);
	for (struct external_pager *at = pager.policy.externals.first; at; at = next) {
		next = at->next;
		if (at->is_ended && at->clients == 0 && at->grant_frames)
			custom_release_grant(custom_of(at));
		if (at->is_ended && !external_pager_is_used(at))
			custom_destroy(custom_of(at));
	}
}

void customs_settle(struct process *process)
{
	if (process->space->clients)
		attach_tidy(process);
	if (pager.policy.externals.first)
		customs_tidy();
}

static int custom_check(const struct custom *custom)
{
	const struct external_pager *external = custom->external;

	if (external->shell != custom || custom->todo || custom->is_seen)
		return __LINE__;
	if (external->is_ended != (custom->process == NULL) ||
	    external->is_ended != (custom->endpoint == CAP_NULL))
		return __LINE__;
	if (custom->process && custom->process->custom != custom)
		return __LINE__;
	if ((custom->memory == CAP_NULL) != (external->grant_frames == 0) ||
	    custom->ready > external->grant_frames)
		return __LINE__;
	for (const struct external_object *at = external->first; at; at = at->next)
		if (object_of(at)->supply.custom != custom ||
		    at->is_withdrawn != (object_of(at)->cookie == 0))
			return __LINE__;
	return 0;
}

int customs_check(void)
{
	uint64_t customs = 0, objects = 0;
	int broken = nodes_check(&custom_nodes);

	for (struct external_pager *at = pager.policy.externals.first; at && !broken; at = at->next) {
		broken = custom_check(custom_of(at));
		customs++;
		for (const struct external_object *object = at->first; object; object = object->next)
			objects++;
	}
	if (!broken && customs != custom_nodes.used)
		broken = __LINE__;
	if (!broken)
		broken = objects_check(objects);
	return broken ? broken : forwards_check();
}
