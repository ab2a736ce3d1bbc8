/* SPDX-License-Identifier: MIT */
/*
 * Objects of custom pagers. PUBLISH makes one and a node of the vfs that leads to it; the node goes with
 * WITHDRAW or with the pager, the object when no area refers to it any more.
 */
#include <string.h>

#include "custom.h"
#include <pagoda/log.h>
#include <pagoda/syscall.h>

#define PUBLISH_WRITABLE 1u
#define NODE_MODE	 0444u
#define NODE_MODE_WRITE	 0666u

static struct nodes object_nodes;
static uint64_t last_cookie;

void objects_open(void)
{
	nodes_init(&object_nodes, &pager.policy.frames, sizeof(struct object));
}

int objects_check(uint64_t objects)
{
	int broken = nodes_check(&object_nodes);

	return broken || object_nodes.used == objects ? broken : __LINE__;
}

static struct external_object *object_find(const struct custom *custom, uint64_t number)
{
	struct external_object *at = custom->external->first;

	while (at && (at->number != number || at->is_withdrawn))
		at = at->next;
	return at;
}

struct external_object *object_find_cookie(uint64_t cookie)
{
	for (struct external_pager *at = pager.policy.externals.first; at; at = at->next)
		for (struct external_object *object = at->first; object; object = object->next)
			if (object_of(object)->cookie == cookie)
				return object;
	return NULL;
}

/* The least number that no object has, withdrawn ones neither; 0: all are taken. */
static uint32_t object_number(const struct custom *custom)
{
	uint64_t taken = 1;

	for (const struct external_object *at = custom->external->first; at; at = at->next)
		taken |= 1ul << at->number;
	return ~taken && !allocation_refused("object number") ? (uint32_t)__builtin_ctzl(~taken) : 0;
}

static err_t node_publish(const struct object *object, uint64_t bytes, bool writable)
{
	struct message m = message_make(VFS_PUBLISH, object->cookie, bytes);
	err_t error;

	m.tag = TAG(VFS_PUBLISH, MESSAGE_REGISTERS + sizeof(object->name) / 8);
	m.w[2] = writable ? NODE_MODE_WRITE : NODE_MODE;
	memcpy(&message_page()->words[MESSAGE_REGISTERS], object->name, sizeof(object->name));
	error = ipc_call(PAGER_VFS, &m);
	return error ? error : message_error(&m);
}

static void node_withdraw(uint64_t cookie)
{
	struct message m = message_make(VFS_WITHDRAW, cookie, 0);
	err_t error;

	m.tag = TAG(VFS_WITHDRAW, 1);
	error = ipc_call(PAGER_VFS, &m);
	if (error || message_error(&m))
		server_log("the node with cookie %lu was not withdrawn", cookie);
}

void object_withdraw(struct external_object *external)
{
	struct object *object = object_of(external);

	if (!object->cookie)
		return;
	node_withdraw(object->cookie);
	object->cookie = 0;
	external_object_withdraw(&pager.policy, external);
}

void object_destroy(struct external_object *external)
{
	struct object *object = object_of(external);

	forwards_forget(&object->supply);
	external_object_destroy(&pager.policy, external);
	nodes_give(&object_nodes, object);
}

/* What PUBLISH asks for. */
struct publish {
	char name[CUSTOM_NAME_MAX + 1];
	uint64_t bytes, deadline_ms;
	bool writable;
};

static err_t publish_read(const struct message *in, struct publish *wanted)
{
	err_t error = custom_read_name(in, wanted->name);

	if (error)
		return error;
	wanted->bytes = in->w[0];
	wanted->deadline_ms = in->w[1] ? in->w[1] : CUSTOM_DEADLINE_MS;
	wanted->writable = in->w[2] & PUBLISH_WRITABLE;
	if (!wanted->name[0] || in->w[2] & ~(uint64_t)PUBLISH_WRITABLE ||
	    wanted->deadline_ms > CUSTOM_DEADLINE_MAX_MS)
		return E_ARGUMENT;
	return wanted->bytes == 0 || wanted->bytes > TREE_PAGES << PAGE_SHIFT ? E_ARGUMENT : E_OK;
}

static err_t object_create(struct custom *custom, const struct publish *wanted, struct external_object **out)
{
	uint64_t pages = (wanted->bytes + PAGE_BYTES - 1) >> PAGE_SHIFT;
	uint32_t number = object_number(custom);
	struct object *object = number ? nodes_take(&object_nodes) : NULL;
	err_t error;

	if (!object)
		return number ? E_NO_MEMORY : E_TOO_MANY;
	object->supply.custom = custom;
	object->supply.deadline_ms = wanted->deadline_ms;
	object->supply.deadline_ticks = clock_ticks(wanted->deadline_ms);
	memcpy(object->name, wanted->name, sizeof(object->name));
	error = external_object_create(&pager.policy, custom->external, number, pages, wanted->writable, out);
	if (error) {
		nodes_give(&object_nodes, object);
		return error;
	}
	(*out)->shell = object;
	object->cookie = ++last_cookie;
	return E_OK;
}

err_t request_publish(struct process *caller, const struct message *in, struct answer *out)
{
	struct custom *custom = caller->custom;
	struct external_object *external;
	struct publish wanted;
	err_t error;

	if (!custom || custom->ready != custom->external->grant_frames)
		return E_STATE;
	error = publish_read(in, &wanted);
	if (!error)
		error = object_create(custom, &wanted, &external);
	if (error)
		return error;
	error = node_publish(object_of(external), wanted.bytes, wanted.writable);
	if (error) { /* the vfs has no node: only the books know it */
		object_of(external)->cookie = 0;
		external_object_withdraw(&pager.policy, external);
		customs_tidy();
		return error;
	}
	out->w0 = external->number;
	return E_OK;
}

err_t request_withdraw(struct process *caller, const struct message *in, struct answer *out)
{
	struct external_object *external = caller->custom ? object_find(caller->custom, in->w[0]) : NULL;

	(void)out;
	if (!caller->custom)
		return E_STATE;
	if (!external)
		return E_ARGUMENT;
	object_withdraw(external);
	customs_tidy();
	return E_OK;
}

/* Each operation has a meaning in proto/custom.def; its object and range are checked already. */
err_t request_object_control(struct process *caller, const struct message *in, struct answer *out)
{
	const struct external_object *object;

	(void)out;
	if (!caller->custom)
		return E_STATE;
	object = object_find(caller->custom, in->w[0]);
	if (!object || in->w[1] < CUSTOM_OPERATION_DIRTY || in->w[1] > CUSTOM_OPERATION_DETACH)
		return E_ARGUMENT;
	if (in->w[2] > object->pages || in->w[3] > object->pages - in->w[2])
		return E_ARGUMENT;
	return E_UNSUPPORTED;
}

err_t request_event(struct process *caller, const struct message *in, struct answer *out)
{
	(void)in;
	(void)out;
	return caller->custom ? E_UNSUPPORTED : E_STATE;
}
