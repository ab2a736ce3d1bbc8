/* SPDX-License-Identifier: MIT */
/* System calls of the server under test. */
#include "played.h"
#include <pagoda/log.h>
#include <stdarg.h>

struct played played;

bool played_trouble(void)
{
	return played.trouble && --played.trouble == 0;
}

static struct result answer(err_t error)
{
	return (struct result){error, 0};
}

static err_t derive(const uint64_t *w, bool mint)
{
	struct played_cap *to, *from;
	err_t error;

	FUZZ_TRUE(w[2] == CAP_NULL);
	error = played_cap_find_empty(w[1], &to);
	if (error == E_SLOT)
		return error;
	err_t second = played_cap_find(w[3], KIND_NONE, 0, &from);
	if (second != E_OK || error != E_OK)
		return second != E_OK ? second : error;
	if (mint && from->kind != KIND_ENDPOINT && from->kind != KIND_NOTIFICATION)
		return E_KIND;
	if (mint && !(from->rights & RIGHT_MANAGE))
		return E_RIGHTS;
	if (mint && from->b != 0)
		return E_STATE;
	played_cap_derive((cap_t)w[3], (cap_t)w[1], (uint32_t)w[4]);
	if (mint)
		to->b = w[5];
	return E_OK;
}

/* Into a CSpace of somebody else: only that there is room counts. */
static err_t derive_outside(const uint64_t *w)
{
	struct played_cap *cs, *from;
	struct played_object *cspace;
	err_t error = played_cap_find(w[0], KIND_CSPACE, 0, &cs);

	if (error == E_OK)
		error = played_cap_find(w[3], KIND_NONE, 0, &from);
	if (error != E_OK)
		return error;
	cspace = &played_objects[cs->object];
	if (w[1] == 0 || w[1] >= 64)
		return E_SLOT;
	if (cspace->slots >> w[1] & 1)
		return E_OCCUPIED;
	if (!(from->rights & RIGHT_MANAGE) || from->b != 0)
		return from->b != 0 ? E_STATE : E_RIGHTS;
	cspace->slots |= 1ul << w[1];
	cspace->badge = w[5];
	return E_OK;
}

static err_t move(const uint64_t *w)
{
	struct played_cap *to, *from;
	err_t error = played_cap_find_empty(w[1], &to);

	if (error == E_OK)
		error = played_cap_find(w[3], KIND_NONE, 0, &from);
	if (error != E_OK)
		return error;
	*to = *from;
	*from = (struct played_cap){0};
	for (cap_t at = 1; at < PLAYED_SLOTS; at++)
		if (played_caps[at].kind && played_caps[at].parent == w[3])
			played_caps[at].parent = (cap_t)w[1];
	return E_OK;
}

static err_t notify(uint64_t slot)
{
	struct played_cap *cap;
	err_t error = played_cap_find(slot, KIND_NOTIFICATION, RIGHT_WRITE, &cap);

	if (error == E_OK)
		target_signalled((cap_t)slot);
	return error;
}

static err_t timer(uint64_t number, const uint64_t *w)
{
	struct played_cap *cap, *flags;
	err_t error = played_cap_find(w[0], KIND_TIMER, 0, &cap);

	if (error != E_OK)
		return error;
	if (number == SYS_timer_set) {
		played.timer_at = w[1];
		return E_OK;
	}
	error = played_cap_find(w[1], KIND_NOTIFICATION, RIGHT_WRITE, &flags);
	if (error == E_OK)
		played.timer_flags = flags->b;
	return error;
}

static struct result batch(uint64_t count, uint64_t first)
{
	if (count > BATCH_CALLS || first > count)
		return answer(E_RANGE);
	for (uint64_t i = first; i < count; i++) {
		struct batch_call *call = &host_message_page.batch[i];
		struct result result = host_syscall(call->number, call->argument);

		if (result.error != E_OK)
			return (struct result){result.error, i};
		call->argument[0] = result.value;
	}
	return answer(E_OK);
}

struct result host_syscall(uint64_t number, const uint64_t *w)
{
	switch (number) {
	case SYS_notify:
		return answer(notify(w[0]));
	case SYS_batch:
		return batch(w[0], w[1]);
	case SYS_cap_copy:
		return answer(derive(w, false));
	case SYS_cap_mint:
		return answer(w[0] == CAP_NULL ? derive(w, true) : derive_outside(w));
	case SYS_cap_move:
		return answer(move(w));
	case SYS_cap_delete:
		return answer(played_cap_delete(w[1]));
	case SYS_cap_revoke:
		return answer(played_cap_revoke(w[1]));
	case SYS_reply_save:
		return answer(played_reply_save(w[0]));
	case SYS_reply_recall:
		return answer(played_reply_recall(w[0]));
	case SYS_buffer_copy:
		return played_buffer_copy(w);
	case SYS_timer_set:
	case SYS_timer_bind:
		return answer(timer(number, w));
	case SYS_memory_carve:
	case SYS_pool_create:
	case SYS_pool_free_bytes:
	case SYS_object_create:
	case SYS_thread_bind:
	case SYS_thread_priority:
	case SYS_thread_start:
	case SYS_thread_suspend:
	case SYS_thread_resume:
	case SYS_thread_read:
	case SYS_thread_write:
		return played_call_object(number, w);
	default:
		return played_call_space(number, w);
	}
}

void host_cap_info(cap_t cs, uint64_t slot, uint64_t result[4])
{
	struct played_cap *cap;
	err_t error = played_cap_find(slot, KIND_NONE, 0, &cap);

	FUZZ_TRUE(cs == CAP_NULL);
	memset(result, 0, 4 * sizeof(*result));
	result[0] = error;
	if (error != E_OK)
		return;
	result[1] = cap->kind | (uint64_t)cap->rights << 8;
	result[2] = cap->kind == KIND_MEMORY ? cap->a : cap->b;
	result[3] = cap->kind == KIND_MEMORY ? cap->b : 0;
}

uint64_t host_ticks(void)
{
	return played.now;
}

uint64_t host_instructions(void)
{
	return played.now;
}

/* What a server says is not listened to, but its format is tried. */
void server_log(const char *format, ...)
{
	char line[256];
	va_list list;

	va_start(list, format);
	vsnprintf(line, sizeof(line), format, list);
	va_end(list);
}

void server_log_open(cap_t uart, const char *server_name)
{
	(void)uart, (void)server_name;
}

void server_write(uint64_t channel, const char *text, size_t bytes)
{
	FUZZ_TRUE(channel < CHANNEL_COUNT);
	free(fuzz_exact(text, bytes));
}

void server_panic(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vprintf(format, list);
	va_end(list);
	FUZZ_TRUE(!"no server gives up");
	abort();
}
