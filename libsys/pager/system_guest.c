/* SPDX-License-Identifier: MIT */
/* Requests to the system pager, libsys/proto/pager.def. */
#include "pager/system.h"
#include <pagoda/inspect.h>
#include <pagoda/pager.h>
#include <pagoda/program.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define NAME_WORDS	   ((CUSTOM_NAME_MAX + 1) / 8)
#define PUBLISH_WRITABLE   1u
#define SUPPLIER_FROM_EXEC 1u
#define MS_PER_S	   1000u

_Static_assert(SYSTEM_ENDPOINT == SLOT_FIRST_FREE, "a slot that the program starts without");

/* @name to words[4..7]. False: too long. */
static bool name_put(const char *name)
{
	if (strlen(name) > CUSTOM_NAME_MAX)
		return false;
	strncpy((char *)&message_page()->words[MESSAGE_REGISTERS], name, CUSTOM_NAME_MAX + 1);
	return true;
}

/* A request with a name. m: label and words 0 to 2. */
static err_t name_call(struct message *m, const char *name)
{
	if (!name_put(name))
		return E_ARGUMENT;
	m->tag = TAG(TAG_LABEL(m->tag), MESSAGE_REGISTERS + NAME_WORDS);
	ipc_call(SLOT_PAGER, m);
	return message_error(m);
}

static err_t grant_make_whole(uint64_t bytes)
{
	struct message m;

	do {
		m = message_make(PAGER_GRANT, 0, 0);
		ipc_call(SLOT_PAGER, &m);
	} while (message_error(&m) == E_OK && m.w[0] < bytes);
	return message_error(&m);
}

err_t system_register(const char *name, uint64_t quota_bytes, struct system_grant *grant)
{
	struct message m = message_make(PAGER_REGISTER, quota_bytes, 0);

	message_page()->cap_receive = SYSTEM_ENDPOINT;
	err_t error = name_call(&m, name);
	message_page()->cap_receive = CAP_NULL;
	if (error != E_OK)
		return error;
	*grant = (struct system_grant){(uint8_t *)m.w[0], m.w[1]};
	return grant_make_whole(grant->bytes);
}

err_t system_publish(const char *name, const struct system_object *object, uint32_t *number)
{
	struct message m = message_make(PAGER_PUBLISH, object->size_bytes, object->deadline_ms);

	m.w[2] = object->writable ? PUBLISH_WRITABLE : 0;
	err_t error = name_call(&m, name);
	if (error == E_OK)
		*number = (uint32_t)m.w[0];
	return error;
}

err_t system_withdraw(uint32_t number)
{
	struct message m = message_make(PAGER_WITHDRAW, number, 0);

	ipc_call(SLOT_PAGER, &m);
	return message_error(&m);
}

err_t system_frames_in_use(uint32_t first, uint64_t bits[SYSTEM_IN_USE_WORDS])
{
	struct message m = message_make(PAGER_FRAMES_IN_USE, first, 0);

	ipc_call(SLOT_PAGER, &m);
	err_t error = message_error(&m);
	if (error == E_OK)
		memcpy(bits, &message_page()->words[MESSAGE_REGISTERS], SYSTEM_IN_USE_WORDS * sizeof(*bits));
	return error;
}

/* The system's record of this pager. */
static bool own_record(struct pager_custom *own)
{
	static uint64_t before; /* the largest number below ours that is known */
	uint64_t pid = (uint64_t)getpid(), cursor = before;

	while (inspect_custom_pager(cursor, own) == E_OK) {
		if (own->pid == pid) {
			before = own->number - 1;
			return true;
		}
		cursor = own->number;
	}
	return false;
}

bool system_object_is_there(uint32_t number)
{
	struct pager_custom own;
	struct pager_object object;

	return own_record(&own) && inspect_custom_object(own.number, number, &object) == E_OK &&
	       object.number == number;
}

bool system_is_unused(void)
{
	struct pager_custom own;

	return own_record(&own) && own.clients == 0 && own.supplied_spaces == 0;
}

bool system_process_is_there(uint64_t pid)
{
	return kill((pid_t)pid, 0) == 0;
}

uint64_t system_deadline(uint64_t ms)
{
	uint64_t ticks;

	__asm__ volatile("rdtime %0" : "=r"(ticks));
	return ticks + inspect_info()->timebase_hz / MS_PER_S * ms;
}

err_t pager_set_supplier(const char *name, bool from_exec)
{
	struct message m = message_make(PAGER_SUPPLIER, from_exec ? SUPPLIER_FROM_EXEC : 0, 0);

	return name_call(&m, name != NULL ? name : "");
}
