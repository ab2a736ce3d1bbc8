/* SPDX-License-Identifier: MIT */
/* Message calls: what the server does at its endpoint and below it. */
#include "played.h"
#include <setjmp.h>

struct message_page host_message_page;

static jmp_buf over;
static uint64_t messages;

uint64_t played_message_count(void)
{
	return messages;
}

void played_end(void)
{
	longjmp(over, 1);
}

void played_run(const uint8_t *data, size_t bytes, const struct server_start *start)
{
	played_input_open(data, bytes);
	messages = 0;
	if (setjmp(over) == 0)
		server_main(start);
}

void played_deliver(struct caller *caller, struct message *m, const uint64_t *extra, uint32_t count)
{
	uint64_t *words = host_message_page.words;

	caller->at = CALLER_SERVER;
	played.current = caller;
	*m = (struct message){.tag = caller->tag, .badge = caller->badge};
	memcpy(m->w, caller->w, sizeof(m->w));
	memset(words, 0xe7, sizeof(host_message_page.words)); /* what was there is not this message's */
	if (count)
		memcpy(&words[MESSAGE_REGISTERS], extra, count * sizeof(*extra));
}

void played_notify(struct message *m, uint64_t flags)
{
	*m = (struct message){.tag = TAG_NOTIFY, .w = {flags}};
}

/* @settled: the books of the server are; after a pass they are only when the next message has come. */
static void wait_next(struct message *m, bool settled)
{
	if (played.current)
		printf("request %u of badge 0x%lx was left without an answer\n",
		       TAG_LABEL(played.current->tag), (unsigned long)played.current->badge);
	FUZZ_TRUE(!played.current);
	if (settled)
		target_idle();
	messages++;
	played.passed = 0;
	played.trouble = played_chance(16) ? 1 + (uint32_t)played_below(8) : 0;
	if (played.flags) {
		played_notify(m, played.flags);
		played.flags = 0;
	} else if (!target_event(m)) {
		played_end();
	}
	m->error = E_OK;
}

/* The answer is not accepted: the registers are as they were, but for a0 and a1. */
static void refused(struct message *m, err_t error, uint64_t missing)
{
	FUZZ_TRUE(error == E_STALE || error == E_MESSAGE || error == E_OCCUPIED || error == E_TABLES ||
		  error == E_PARKED || error == E_ABSENT || error == E_EMPTY);
	m->error = error;
	m->tag = missing;
}

static err_t answer_current(const struct message *m, uint64_t *missing)
{
	return played.current ? played_answer(played.current, m, missing) : E_STALE;
}

static err_t answer_saved(cap_t slot, const struct message *m, uint64_t *missing)
{
	struct caller *caller;
	err_t error = played_reply_find(slot, &caller);

	if (error == E_OK)
		error = played_answer(caller, m, missing);
	if (error == E_OK)
		played_caps[slot] = (struct played_cap){0};
	return error;
}

static bool is_there(const struct caller *caller, uint64_t bytes)
{
	return bytes <= caller->absent_at;
}

/* From the current caller's buffer to that of a call whose Reply is kept; both are answered. */
static err_t pass(const struct message *m, uint64_t *missing)
{
	struct message both = {.tag = m->tag & ~TAG_BUFFER, .w = {m->w[0]}};
	struct caller *from = played.current, *to;
	err_t error = m->w[1] == CAP_NULL ? E_SLOT : played_reply_find(m->w[1], &to);

	if (!from)
		return E_STALE;
	FUZZ_TRUE(TAG_WORDS(m->tag) <= MESSAGE_REGISTERS && !(m->tag & (TAG_CAP | TAG_MAP)));
	if (error != E_OK)
		return error;
	FUZZ_TRUE(!from->is_fault && !to->is_fault && to != from && m->w[0] <= BUFFER_PASS_MAX);
	FUZZ_TRUE(m->w[0] <= BUFFER_LENGTH(from->buffer_word) && m->w[0] <= BUFFER_LENGTH(to->buffer_word));
	FUZZ_TRUE(from->buffer_word & BUFFER_READ && to->buffer_word & BUFFER_WRITE);
	if (!is_there(from, m->w[0]) || !is_there(to, m->w[0])) {
		played.passed |= 1ul << E_ABSENT;
		return E_ABSENT;
	}
	error = answer_saved((cap_t)m->w[1], &both, missing);
	return error == E_OK ? answer_current(&both, missing) : error;
}

/* The current caller's Reply is kept where the server says. */
static err_t keep(cap_t slot)
{
	return slot == CAP_NULL ? E_OK : played_reply_save(slot);
}

void host_message_call(uint64_t number, cap_t target, uint64_t deadline, struct message *m)
{
	bool passes = number == SYS_reply_wait && m->tag & TAG_BUFFER;
	uint64_t missing = 0;
	err_t error = E_OK;

	(void)deadline;
	switch (number) {
	case SYS_call:
		target_call(target, m);
		return;
	case SYS_reply_send:
		error = answer_saved(target, m, &missing);
		m->error = error;
		return;
	case SYS_reply_wait:
		error = passes ? pass(m, &missing) : answer_current(m, &missing);
		break;
	case SYS_forward_wait:
		error = played_forward(m);
		FUZZ_TRUE(error == E_OK);
		break;
	default:
		FUZZ_TRUE(number == SYS_wait);
		error = keep((cap_t)m->tag);
	}
	FUZZ_TRUE(target == SERVER_ENDPOINT);
	if (error != E_OK)
		refused(m, error, missing);
	else
		wait_next(m, !passes);
}
