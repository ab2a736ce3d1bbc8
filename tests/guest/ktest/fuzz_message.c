/* SPDX-License-Identifier: MIT */
/* Message calls and batches at random. What a hand offers to others is its scratch memory. */
#include "fuzz.h"

static bool chance(unsigned actor, unsigned one_in)
{
	return random_next(actor) % one_in == 0;
}

/* @count map items near the address of the last fault, into @words. */
void draw_items(unsigned actor, uint64_t *words, unsigned count)
{
	struct drawn item = {.letters = "Auf", .cspace = actor % HANDS};

	for (; count != 0; count--, words += 3) {
		for (unsigned i = 0; i < 3; i++)
			item.w[i] = draw_argument(actor, &item, i);
		memcpy(words, item.w, 3 * sizeof(words[0]));
	}
}

static uint64_t draw_tag(unsigned actor, bool is_answer)
{
	uint64_t v = random_next(actor), tag = TAG_WORDS(v % 8 ? v / 8 % 6 : v / 8);

	if (v >> 16 & 1)
		tag |= TAG_CAP;
	if (is_answer && (v >> 17 & 3))
		tag = TAG_MAP | ((v >> 20) % 8 ? 1 + (v >> 23) % 3 : (v >> 23) % 18) << 16;
	if (!is_answer && (v >> 17 & 3))
		tag |= TAG_BUFFER;
	if ((v >> 28) % 64 == 0)
		tag |= TAG_BUFFER << (v >> 34) % 4;
	if ((v >> 36) % 16 == 0)
		tag |= TAG(1, 0);
	return tag;
}

/* What the page tells beside the words: the capability to send, and where one may arrive. */
static void prepare_page(unsigned actor)
{
	struct drawn slots = {.letters = "ser", .cspace = actor % HANDS};
	struct message_page *page = worker_page(actor);

	page->cap_send = draw_argument(actor, &slots, 0);
	page->cap_receive = draw_argument(actor, &slots, 1);
	page->cap_send_rights = draw_argument(actor, &slots, 2);
}

/* wait keeps the caller's Reply in a slot; reply_wait passes bytes to the caller that a kept one answers. */
static void draw_kept(unsigned actor, uint64_t number, struct message *m)
{
	struct drawn kept = {.letters = "eZm", .cspace = actor % HANDS};
	uint64_t empty = draw_argument(actor, &kept, 0);

	if (number == SYS_wait) {
		m->tag = chance(actor, 2) ? empty : CAP_NULL;
		return;
	}
	m->tag = TAG_BUFFER | TAG(chance(actor, 4), 0);
	m->w[1] = draw_argument(actor, &kept, 1);
	m->w[0] = draw_argument(actor, &kept, 2) + random_next(actor) % 8;
}

static void draw_message(unsigned actor, struct drawn *call, struct message *m)
{
	bool is_answer = call->number != SYS_call && call->number != SYS_send;

	*m = (struct message){.tag = draw_tag(actor, is_answer)};
	draw_items(actor, m->w, 1);
	draw_items(actor, &worker_page(actor)->words[MESSAGE_REGISTERS], 3);
	if (call->number == SYS_wait || (call->number == SYS_reply_wait && chance(actor, 4))) {
		draw_kept(actor, call->number, m);
		return;
	}
	if (m->tag & TAG_BUFFER) {
		struct drawn buffer = {.letters = "lz"};

		m->w[2] = draw_argument(actor, &buffer, 0);
		m->w[3] = BUFFER_LENGTH(draw_argument(actor, &buffer, 1)) | random_next(actor) % 4 << 62;
	}
}

/* forward_wait has the arguments of reply_forward where the others have tag and words. */
static void draw_forward(unsigned actor, struct message *m)
{
	struct drawn forward = {.letters = "Eabey", .cspace = actor % HANDS, .number = SYS_reply_forward};

	m->tag = draw_argument(actor, &forward, 0);
	for (unsigned i = 0; i < MESSAGE_REGISTERS; i++)
		m->w[i] = draw_argument(actor, &forward, 1 + i);
}

/* A wait has a slot for the caller's Reply where the others have the tag. */
static void draw_keep(unsigned actor, struct message *m)
{
	struct drawn keep = {.letters = "e", .cspace = actor % HANDS};

	m->tag = chance(actor, 2) ? CAP_NULL : draw_argument(actor, &keep, 0);
}

/* The answer that passes a buffer to a saved call. */
static void draw_pass(unsigned actor, struct message *m)
{
	struct drawn saved = {.letters = "Z", .cspace = actor % HANDS};

	*m = message_pass(random_next(actor) % 64, (cap_t)draw_argument(actor, &saved, 0));
}

/* Is there a caller now, and where did it fault? */
static void note_message(unsigned actor, uint64_t number, const struct message *m)
{
	if (m->error != E_OK || number == SYS_call || number == SYS_send || number == SYS_reply_send)
		return;
	fuzz.owed[actor] = number == SYS_reply || (m->tag & TAG_NOTIFY) ? 0 : 6;
	if (m->tag & TAG_FAULT)
		fuzz.fault_at[actor] = m->w[0];
}

struct result message_step(unsigned actor, struct drawn *call)
{
	static const uint8_t calls[] = {SYS_call,	SYS_send,	SYS_wait,	 SYS_wait,
					SYS_wait,	SYS_wait,	SYS_reply,	 SYS_reply,
					SYS_reply_wait, SYS_reply_send, SYS_forward_wait};
	struct message m;
	uint64_t deadline;

	*call = (struct drawn){.number = calls[random_next(actor) % sizeof(calls)], .cspace = actor % HANDS};
	if (fuzz.owed[actor] != 0 && (call->number < SYS_reply))
		call->number = chance(actor, 2) ? SYS_reply : SYS_reply_wait;
	call->letters = call->number == SYS_reply_send ? "ZD" : chance(actor, 8) ? "ND" : "ED";
	call->w[0] = draw_argument(actor, call, 0);
	deadline = draw_argument(actor, call, 1);
	prepare_page(actor);
	if (call->number == SYS_forward_wait)
		draw_forward(actor, &m);
	else
		draw_message(actor, call, &m);
	if (call->number == SYS_wait)
		draw_keep(actor, &m);
	if (call->number == SYS_reply_wait && chance(actor, 4))
		draw_pass(actor, &m);
	call->w[1] = m.tag;
	memcpy(&call->w[2], m.w, sizeof(m.w));
	move();
	(void)ipc_perform(call->number, (cap_t)call->w[0], deadline, &m);
	move();
	note_message(actor, call->number, &m);
	return (struct result){.error = m.error};
}

/* A few calls; now and then one that may not be in a batch, or more than there can be. */
struct result batch_step(unsigned actor, struct drawn *call)
{
	struct message_page *page = worker_page(actor);
	uint64_t count = random_next(actor) % (chance(actor, 4) ? BATCH_CALLS : 5),
		 first = chance(actor, 16) ? random_next(actor) % 8 : 0;
	struct result done;

	for (unsigned i = 0; i < count; i++) {
		struct drawn one;

		draw_call(actor, &one);
		page->batch[i].number = chance(actor, 64) ? random_next(actor) % SYS_yield : one.number;
		memcpy(page->batch[i].argument, one.w, sizeof(one.w));
	}
	if (chance(actor, 32))
		count = BATCH_CALLS + 1;
	*call = (struct drawn){.letters = "", .number = SYS_batch, .w = {count, first}};
	move();
	done = sys_batch(count, first);
	move();
	return done;
}
