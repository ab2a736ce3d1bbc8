/* SPDX-License-Identifier: MIT */
/*
 * The loop. A page that is in its object already is answered at once; only a missing one reaches the program.
 * Requests wait in the kernel while it works: whoever misses the same page finds it here when his turn comes.
 */
#include "pager/core.h"
#include <stdlib.h>

#define UNUSED_PERIOD_MS 20

enum turn {
	TURN_WAIT,   /* nothing to answer */
	TURN_ANSWER, /* to a fault: core.now */
	TURN_REFUSE, /* what is no fault is not for us */
};

static void begin(const struct message *m)
{
	struct request *now = &core.now;
	uint32_t number = CUSTOM_BADGE_OBJECT(m->badge);

	now->badge = m->badge;
	now->object = core.object[number];
	now->fault_instructions = m->w[3];
	now->label = 0;
	now->zeroed = false;
	now->page = number != 0 ? CUSTOM_BADGE_PAGE(m->badge) : m->w[0] / PAGE_BYTES;
	now->public.sequence++;
	now->public.object = number;
	now->public.address = m->w[0];
}

/* The rest of what the program is told. */
static void describe(const struct message *m)
{
	struct pager_request *public = &core.now.public;

	core.now.count = 0;
	public->generation = core.now.object != NULL ? core.now.object->generation : 0;
	public->offset_bytes = core.now.page * PAGE_BYTES;
	public->pc = m->w[1];
	public->access = FAULT_INFO_ACCESS(m->w[2]);
	public->thread = FAULT_INFO_THREAD(m->w[2]);
	public->process = CUSTOM_BADGE_PID(m->badge);
	public->writable = CUSTOM_BADGE_WRITE(m->badge);
	public->context = core.now.object != NULL ? core.now.object->ops.context : core.ops.context;
}

static void serve_missing(struct message *m, struct custom_report_object *counts)
{
	describe(m);
	core_ask_program();
	core_fit_answer();
	core_count_answer(1);
	core_count_latency(counts);
	core_write_answer(m);
}

/* The short way, which a page takes that is in its object. */
static void serve_ready(struct message *m, struct custom_report_object *counts, uint32_t frame)
{
	core.now.count = 1;
	core.now.pages[0] = (struct placed){core.now.page, frame};
	counts->supplied++;
	core_count_latency(counts);
	struct map_item item = core_make_item(&core.now, &core.now.pages[0], 1);
	m->tag = TAG(E_OK, CORE_ITEM_WORDS) | TAG_MAP | CORE_TAG_ITEMS(1);
	m->w[0] = item.at_rights;
	m->w[1] = item.source;
	m->w[2] = item.offset;
}

static void serve(struct message *m)
{
	begin(m);
	struct custom_report_object *counts = &core.report->object[core.now.public.object];
	uint32_t frame =
		core.now.object != NULL ? pages_find(&core.now.object->pages, core.now.page) : FRAME_NONE;
	counts->requests++;
	if (frame != FRAME_NONE)
		serve_ready(m, counts, frame);
	else
		serve_missing(m, counts);
}

/* Whether @error is that of the wait, after an answer that was taken. */
static bool is_of_wait(err_t error)
{
	return error == E_TIMEOUT || error == E_DEAD || error == E_CANCELLED;
}

/* Give the answer in @m if there is one, and wait for a request. Errors: E_TIMEOUT, E_DEAD, E_CANCELLED. */
static err_t next(struct message *m, enum turn turn, uint64_t deadline)
{
	while (turn != TURN_WAIT) {
		err_t error = system_answer_wait(deadline, m);
		if (error == E_OK || is_of_wait(error))
			return error;
		if (turn == TURN_REFUSE || !core_answer_refused(error))
			break;
		core_write_answer(m);
	}
	return system_wait(deadline, m);
}

/* When pager_run() comes back. */
struct end {
	bool until_unused;
	bool used;	  /* there was a client */
	uint64_t process; /* nobody comes any more when it has ended; 0: none such */
};

static struct end read_end(void)
{
	const char *wish = getenv(PAGER_UNTIL_UNUSED);
	uint64_t process = wish != NULL ? strtoul(wish, NULL, 10) : 0;

	return (struct end){.until_unused = core.ops.until_unused || process != 0, .process = process};
}

static bool is_over(struct end *end)
{
	bool expects = end->process != 0 && system_process_is_there(end->process);
	bool unused = system_is_unused(); /* asked after: who ends has become nobody's client before */

	end->used = end->used || !unused || core.now.public.sequence != 0 || (end->process != 0 && !expects);
	return unused && end->used && !expects;
}

static enum turn take_turn(struct message *m)
{
	if (m->tag & TAG_FAULT) {
		serve(m);
		return TURN_ANSWER;
	}
	*m = (struct message){.tag = TAG(E_REQUEST, 0)};
	return TURN_REFUSE;
}

static err_t loop(void)
{
	struct end end = read_end();
	enum turn turn = TURN_WAIT;
	struct message m = {0};

	for (;;) {
		uint64_t deadline = end.until_unused ? system_deadline(UNUSED_PERIOD_MS) : DEADLINE_NEVER;
		err_t error = next(&m, turn, deadline);

		if (error == E_DEAD)
			return E_DEAD;
		if (error == E_TIMEOUT && is_over(&end))
			return E_OK;
		turn = error == E_OK ? take_turn(&m) : TURN_WAIT;
	}
}

err_t pager_run(void)
{
	if (core.report == NULL || core.running)
		return E_STATE;
	core.running = true;
	if (core.ops.started != NULL)
		core.ops.started(core.ops.context);
	err_t error = loop();
	if (core.ops.ended != NULL)
		core.ops.ended(core.ops.context);
	core.running = false;
	return error;
}
