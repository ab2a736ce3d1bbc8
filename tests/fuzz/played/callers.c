/* SPDX-License-Identifier: MIT */
/* Who sends messages to the server: what it may be asked of them, and how they are answered. */
#include "played.h"

#define STEP_BYTES (8 * PAGE_BYTES) /* of one buffer_copy, as the kernel's BUFFER_STEP_BYTES */

struct caller played_callers[PLAYED_CALLERS];

void played_callers_clear(void)
{
	memset(played_callers, 0, sizeof(played_callers));
}

struct caller *played_caller_new(void)
{
	for (int i = 0; i < PLAYED_CALLERS; i++)
		if (played_callers[i].at == CALLER_FREE) {
			uint64_t sequence = played_callers[i].sequence;

			memset(&played_callers[i], 0, sizeof(played_callers[i]));
			played_callers[i].sequence = sequence + 1;
			return &played_callers[i];
		}
	return NULL;
}

uint32_t played_callers_waiting(void)
{
	uint32_t count = 0;

	for (int i = 0; i < PLAYED_CALLERS; i++)
		count += played_callers[i].at == CALLER_SERVER;
	return count;
}

static bool waits(const struct caller *caller)
{
	return caller->at == CALLER_SERVER || caller->at == CALLER_ELSEWHERE;
}

/* Every Reply for it is stale from now on. */
static void settle(struct caller *caller, enum caller_at at)
{
	caller->sequence++;
	caller->at = at;
	if (played.current == caller)
		played.current = NULL;
}

/* A thread takes its Replies with it. */
void played_caller_gone(struct caller *caller)
{
	for (cap_t slot = 1; slot < PLAYED_SLOTS; slot++) {
		struct played_cap *cap = &played_caps[slot];

		if (cap->kind == KIND_REPLY && cap->object == (uint32_t)(caller - played_callers) &&
		    cap->b == caller->sequence)
			*cap = (struct played_cap){0};
	}
	settle(caller, CALLER_FREE);
}

void played_caller_stop(struct caller *caller)
{
	settle(caller, CALLER_FREE);
}

void played_caller_bounce(struct caller *caller, uint32_t label)
{
	settle(caller, CALLER_COMES);
	caller->label = label;
}

void played_endpoint_gone(uint32_t object)
{
	for (int i = 0; i < PLAYED_CALLERS; i++)
		if (played_callers[i].at == CALLER_ELSEWHERE && played_callers[i].endpoint == object)
			played_caller_bounce(&played_callers[i], 0);
}

static void reply_fill(struct played_cap *cap, const struct caller *caller)
{
	*cap = (struct played_cap){.kind = KIND_REPLY,
				   .rights = RIGHT_MANAGE,
				   .object = (uint32_t)(caller - played_callers),
				   .b = caller->sequence};
}

err_t played_reply_save(uint64_t slot)
{
	struct played_cap *cap;
	err_t error = played_cap_find_empty(slot, &cap);

	if (error == E_OK && !played.current)
		error = E_STALE;
	if (error != E_OK)
		return error;
	reply_fill(cap, played.current);
	played.current = NULL;
	return E_OK;
}

err_t played_reply_find(uint64_t slot, struct caller **caller)
{
	struct played_cap *cap;
	err_t error;

	if (slot == CAP_NULL) {
		*caller = played.current;
		return *caller ? E_OK : E_STALE;
	}
	error = played_cap_find(slot, KIND_REPLY, 0, &cap);
	if (error != E_OK)
		return error;
	*caller = &played_callers[cap->object];
	return cap->b == (*caller)->sequence && waits(*caller) ? E_OK : E_STALE;
}

/* The last Reply of somebody who waits: a call would end with DEAD, which no server may do to its callers. */
void played_reply_deleted(const struct played_cap *cap)
{
	struct caller *caller = &played_callers[cap->object];

	if (cap->b != caller->sequence || caller->at != CALLER_SERVER || played.current == caller)
		return;
	if (caller->is_fault)
		played_caller_bounce(caller, 0);
	else
		FUZZ_TRUE(!"every caller gets an answer");
}

err_t played_reply_recall(uint64_t slot)
{
	struct caller *caller;
	err_t error = slot == CAP_NULL ? E_EMPTY : played_reply_find(slot, &caller);

	if (error != E_OK)
		return error;
	settle(caller, CALLER_SERVER);
	played_caps[slot].b = caller->sequence;
	return E_OK;
}

static uint8_t buffer_byte(const struct caller *caller, uint64_t at)
{
	return at < sizeof(caller->text) ? caller->text[at] : (uint8_t)(at * 7 + 1);
}

static void copy(const struct caller *caller, uint64_t offset, uint8_t *own, uint64_t bytes,
		 uint64_t direction)
{
	static uint8_t piece[STEP_BYTES];

	if (direction == COPY_TO_CALLER) {
		memcpy(piece, own, bytes);
		return;
	}
	for (uint64_t i = 0; i < bytes; i++)
		piece[i] = buffer_byte(caller, offset + i);
	memcpy(own, piece, bytes);
}

struct result played_buffer_copy(const uint64_t *w)
{
	uint64_t offset = w[1], bytes = w[3], direction = w[4], needed, length, done;
	struct caller *caller;
	err_t error = played_reply_find(w[0], &caller);

	if (error != E_OK)
		return (struct result){error, 0};
	length = BUFFER_LENGTH(caller->buffer_word);
	if (direction > COPY_TO_CALLER || bytes > USER_END || offset > length || bytes > length - offset)
		return (struct result){E_RANGE, 0};
	needed = direction == COPY_TO_CALLER ? BUFFER_WRITE : BUFFER_READ;
	if (!(caller->buffer_word & needed))
		return (struct result){E_RIGHTS, 0};
	done = bytes < STEP_BYTES ? bytes : STEP_BYTES;
	error = E_OK;
	if (done > 0 && offset + done > caller->absent_at) {
		done = offset < caller->absent_at ? caller->absent_at - offset : 0;
		error = E_ABSENT;
		played.passed |= 1ul << E_ABSENT;
	}
	copy(caller, offset, (uint8_t *)w[2], done, direction);
	return (struct result){error, done};
}

static err_t answer_call(const struct caller *caller, const struct message *m)
{
	struct played_cap *cap;
	err_t error;

	if (TAG_WORDS(m->tag) > MESSAGE_WORDS ||
	    (m->tag & (TAG_MAP | TAG_NOTIFY | TAG_FAULT | TAG_BUFFER)) != 0)
		return E_MESSAGE;
	if (TAG_WORDS(m->tag) > MESSAGE_REGISTERS && !caller->has_page)
		return E_MESSAGE;
	if (!(m->tag & TAG_CAP))
		return E_OK;
	error = played_cap_find(host_message_page.cap_send, KIND_NONE, 0, &cap);
	if (error != E_OK || cap->kind == KIND_REPLY)
		return error != E_OK ? error : E_KIND;
	if (!caller->has_page || !caller->has_slot)
		return E_OCCUPIED;
	if (cap->kind == KIND_SPACE)
		played_objects[cap->object].given = true;
	return E_OK;
}

/* All items or none. */
static err_t map_items(const struct caller *caller, const struct message *m, uint64_t *missing)
{
	const uint64_t *more = &host_message_page.words[MESSAGE_REGISTERS];
	struct map_item item = {m->w[0], m->w[1], m->w[2]};
	uint64_t count = TAG_ITEMS(m->tag);
	uint32_t space = target_space_of(caller);

	if (count == 0 || count > MAP_ITEMS_MAX)
		return E_MESSAGE;
	for (uint64_t i = 0; i < count; i++) {
		err_t error = played_map(&played_objects[space], &item, missing);

		if (error != E_OK)
			return error;
		item = (struct map_item){more[0], more[1], more[2]};
		more += 3;
	}
	return E_OK;
}

static err_t answer_fault(struct caller *caller, const struct message *m, uint64_t *missing)
{
	err_t error = E_OK;

	if (m->tag & (TAG_CAP | TAG_BUFFER | TAG_NOTIFY | TAG_FAULT))
		return E_MESSAGE;
	if (m->tag & TAG_MAP)
		error = map_items(caller, m, missing);
	if (error == E_OK)
		settle(caller,
		       !(m->tag & TAG_MAP) && TAG_LABEL(m->tag) != E_OK ? CALLER_STOPPED : CALLER_FREE);
	return error;
}

err_t played_answer(struct caller *caller, const struct message *m, uint64_t *missing)
{
	err_t error;

	if (caller->is_fault)
		return answer_fault(caller, m, missing);
	error = answer_call(caller, m);
	if (error != E_OK)
		return error;
	played_check_answer(caller, m);
	settle(caller, CALLER_FREE);
	target_answered(caller, m);
	return E_OK;
}

/* Where the current caller's Reply is to be kept: nowhere, or in a slot that is free or has a Reply. */
static err_t find_keep(uint64_t slot, struct played_cap **keep)
{
	err_t error;

	*keep = NULL;
	if (slot == CAP_NULL)
		return E_OK;
	error = played_cap_find_empty(slot, keep);
	return error == E_OCCUPIED && (*keep)->kind == KIND_REPLY ? E_OK : error;
}

err_t played_forward(const struct message *m)
{
	uint64_t at = m->w[0], pages = m->w[1] >> 32, bounds = (uint32_t)m->w[1];
	struct played_cap *endpoint, *keep;
	err_t error;

	if (at % PAGE_BYTES)
		return E_ALIGN;
	if (pages > USER_END / PAGE_BYTES || at > USER_END || pages * PAGE_BYTES > USER_END - at ||
	    (bounds & ~(uint64_t)(RIGHTS_RWX | 0xffff0000ul)) != 0)
		return E_RANGE;
	error = played_cap_find(m->tag, KIND_ENDPOINT, RIGHT_WRITE, &endpoint);
	if (error == E_OK && !played.current)
		error = E_STALE;
	if (error == E_OK && !played.current->is_fault)
		error = E_STATE;
	if (error == E_OK && m->w[3] != 0 && (endpoint->b != 0 || !(endpoint->rights & RIGHT_MANAGE)))
		error = E_RIGHTS;
	if (error == E_OK)
		error = find_keep(m->w[2], &keep);
	if (error != E_OK)
		return error;
	if (keep)
		reply_fill(keep, played.current);
	played.current->at = CALLER_ELSEWHERE;
	played.current->endpoint = endpoint->object;
	played.current->forwarded = *m;
	played.current = NULL;
	return E_OK;
}
