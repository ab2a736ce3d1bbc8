/* SPDX-License-Identifier: MIT */
/*
 * Forwarded faults as a custom pager needs them: the original is kept, the badge is chosen, a refusal comes
 * back. The main thread is the first pager, and the second too unless a worker is.
 */
#include "ktest.h"

#define SECOND	  SLOT_TEST /* the second pager's endpoint; not badged */
#define BADGED	  (SLOT_TEST + 1)
#define SEND_ONLY (SLOT_TEST + 2) /* no right to mint */
#define KEPT	  (SLOT_TEST + 3)
#define OTHER	  (SLOT_TEST + 4)

#define AT	  (FAULT_VA + 2 * PAGE_BYTES)
#define R	  RIGHT_READ
#define MASK	  (1ul << SOURCE_PAGES)
#define WIDE	  FORWARD_BOUNDS(64, RIGHTS_RWX, ALL_SOURCES)
#define ONE_PAGE  FORWARD_BOUNDS(1, R, MASK)
#define REFUSAL	  0xfeedfaceul
#define MANY	  40 /* faults in a row */

static void do_load(struct worker *worker)
{
	worker->seen[0] = *(volatile uint64_t *)worker->argument;
}

static void make_second(void)
{
	create(SECOND, KIND_ENDPOINT, 0);
	MUST(sys_cap_mint(CAP_NULL, BADGED, CAP_NULL, SECOND, RIGHTS_ALL, 0x2));
	MUST(sys_cap_copy(CAP_NULL, SEND_ONLY, CAP_NULL, SECOND, RIGHT_WRITE));
	*(uint64_t *)page_at(1) = 0x600d;
	*(uint64_t *)page_at(2) = 0xbad;
}

/* Worker @index faults at @at, which is received: it is the current caller. */
static struct worker *start_fault(unsigned index, uint64_t at)
{
	struct message m;
	struct worker *worker = worker_start(index, do_load, at);

	take(SLOT_FAULTS, &m);
	EXPECT_EQ(m.badge, FAULT_BADGE + index);
	return worker;
}

/* Page @page of the world at @at. */
static struct message answer(uint64_t at, uint64_t page)
{
	return (struct message){.tag = TAG_MAP | 1 << 16, .w = {at | R, MAP_SOURCE(SOURCE_PAGES, 1), page}};
}

static struct message refusal(uint64_t label)
{
	return (struct message){.tag = TAG(label, 0)};
}

static void expect_good(struct worker *worker)
{
	worker_join(worker);
	EXPECT_EQ(worker->seen[0], 0x600d);
}

/* The fault of worker @index is back at its own pager. */
static void expect_bounced(unsigned index, uint64_t label)
{
	struct message m;

	take(SLOT_FAULTS, &m);
	EXPECT_EQ(m.badge, FAULT_BADGE + index);
	EXPECT_EQ(FAULT_INFO_FLAGS(m.w[2]), FAULT_BOUNCED);
	EXPECT_EQ(m.w[3], label);
	observe(m.w[3]);
}

SCENARIO_BODY(forward_can_keep_the_original_for_a_recall)
{
	struct worker *worker = start_fault(0, AT);
	struct message m;

	make_second();
	MUST(sys_reply_forward(CAP_NULL, BADGED, AT, ONE_PAGE, KEPT, 0));
	EXPECT_EQ(slot_kind(KEPT), KIND_REPLY);
	m = answer(AT, 2);
	ANSWERS(E_STALE, ipc_reply(&m));
	/* Received by the other, taken back all the same. */
	take(SECOND, &m);
	EXPECT_EQ(m.badge, 2);
	MUST(sys_reply_recall(KEPT));
	m = answer(AT, 2);
	ANSWERS(E_STALE, ipc_reply(&m));
	/* It can be sent on again, and its holder is held to no bounds of that. */
	MUST(sys_reply_forward(KEPT, BADGED, FAULT_VA, ONE_PAGE, CAP_NULL, 0));
	m = answer(AT, 1);
	ANSWERS(E_OK, ipc_reply_send(KEPT, &m));
	EXPECT(is_quiet(SECOND));
	expect_good(worker);
}

SCENARIO_BODY(kept_reply_takes_the_place_of_another)
{
	struct worker *first = start_fault(0, AT), *second;
	struct message m;

	make_second();
	MUST(sys_reply_forward(CAP_NULL, BADGED, AT, ONE_PAGE, KEPT, 0));
	take(SECOND, &m);
	m = answer(AT, 1);
	ANSWERS(E_OK, ipc_reply(&m));
	expect_good(first);
	/* A stale one is in the way of nobody, be it of this thread or of another. */
	first->argument = AT + PAGE_BYTES;
	MUST(sys_thread_suspend(worker_thread(0)));
	worker_go(first);
	take(SLOT_FAULTS, &m);
	MUST(sys_reply_forward(CAP_NULL, BADGED, FAULT_VA, WIDE, KEPT, 0));
	MUST(sys_reply_recall(KEPT));
	/* A live one is deleted: nobody else can answer its fault, so that comes back. */
	second = start_fault(1, AT + 2 * PAGE_BYTES);
	MUST(sys_reply_forward(CAP_NULL, BADGED, FAULT_VA, WIDE, KEPT, 0));
	expect_bounced(0, 0);
	m = answer(AT + PAGE_BYTES, 1);
	ANSWERS(E_OK, ipc_reply(&m));
	expect_good(first);
	m = answer(AT + 2 * PAGE_BYTES, 1);
	ANSWERS(E_OK, ipc_reply_send(KEPT, &m));
	expect_good(second);
}

SCENARIO_BODY(keep_slot_holds_a_reply_or_nothing)
{
	struct worker *worker = start_fault(0, AT);
	struct message m;

	make_second();
	REFUSED(E_OCCUPIED, sys_reply_forward(CAP_NULL, BADGED, AT, ONE_PAGE, SLOT_POOL, 0));
	REFUSED(E_OCCUPIED, sys_reply_forward(CAP_NULL, BADGED, AT, ONE_PAGE, BADGED, 0));
	REFUSED(E_SLOT, sys_reply_forward(CAP_NULL, BADGED, AT, ONE_PAGE, CSPACE_SLOTS_MAX, 0));
	REFUSED(E_SLOT, sys_reply_forward(CAP_NULL, BADGED, AT, ONE_PAGE, ~0ul, 0));
	/* Refused for another reason, it deletes no Reply either. */
	MUST(sys_reply_narrow(CAP_NULL, OTHER, AT, 1, REPLY_BOUNDS(R, MASK)));
	REFUSED(E_RANGE, sys_reply_forward(CAP_NULL, BADGED, AT, WIDE | 16, OTHER, 0));
	REFUSED(E_WINDOW, sys_reply_forward(OTHER, BADGED, AT, WIDE, CAP_NULL, 0));
	EXPECT_EQ(slot_kind(OTHER), KIND_REPLY);
	/* Nothing changed: the fault is the current caller still. One of its own Replies may be replaced. */
	MUST(sys_reply_forward(CAP_NULL, BADGED, AT, ONE_PAGE, OTHER, 0));
	MUST(sys_reply_recall(OTHER));
	EXPECT(is_quiet(SECOND));
	m = answer(AT, 1);
	ANSWERS(E_OK, ipc_reply_send(OTHER, &m));
	expect_good(worker);
}

SCENARIO_BODY(saved_reply_is_kept_where_it_is)
{
	struct worker *worker = start_fault(0, AT);
	struct message m;

	make_second();
	MUST(sys_reply_save(KEPT));
	REFUSED(E_RANGE, sys_reply_forward(KEPT, BADGED, AT, ONE_PAGE, OTHER, 0));
	REFUSED(E_RANGE, sys_reply_forward(KEPT, BADGED, AT, ONE_PAGE, SLOT_POOL, 0));
	MUST(sys_reply_forward(KEPT, BADGED, AT, ONE_PAGE, KEPT, 0));
	take(SECOND, &m);
	/* Who was forwarded it keeps no more than it has: no recall, no wider window. */
	REFUSED(E_WINDOW, sys_reply_forward(CAP_NULL, SEND_ONLY, AT, WIDE, OTHER, 0));
	MUST(sys_reply_forward(CAP_NULL, SEND_ONLY, AT, ONE_PAGE, OTHER, 0));
	REFUSED(E_RIGHTS, sys_reply_recall(OTHER));
	m = answer(AT + PAGE_BYTES, 1);
	ANSWERS(E_WINDOW, ipc_reply_send(OTHER, &m));
	MUST(sys_reply_recall(KEPT));
	m = answer(AT, 1);
	ANSWERS(E_STALE, ipc_reply_send(OTHER, &m));
	m = answer(AT, 1);
	ANSWERS(E_OK, ipc_reply_send(KEPT, &m));
	expect_good(worker);
}

SCENARIO_BODY(badge_of_a_forward_needs_a_capability_that_can_mint)
{
	struct worker *worker = start_fault(0, AT);
	struct message m;

	make_second();
	REFUSED(E_RIGHTS, sys_reply_forward(CAP_NULL, BADGED, AT, ONE_PAGE, KEPT, 7));
	REFUSED(E_RIGHTS, sys_reply_forward(CAP_NULL, SEND_ONLY, AT, ONE_PAGE, KEPT, 7));
	EXPECT_EQ(slot_kind(KEPT), 0);
	MUST(sys_reply_forward(CAP_NULL, SEND_ONLY, AT, ONE_PAGE, KEPT, 0));
	take(SECOND, &m);
	EXPECT_EQ(m.badge, 0);
	REFUSED(E_KIND, sys_cap_copy(CAP_NULL, OTHER, CAP_NULL, KEPT, RIGHTS_ALL));
	MUST(sys_reply_recall(KEPT));
	MUST(sys_reply_forward(KEPT, SECOND, AT, ONE_PAGE, KEPT, ~0ul));
	take(SECOND, &m);
	EXPECT_EQ(m.badge, ~0ul);
	MUST(sys_reply_recall(KEPT));
	MUST(sys_reply_forward(KEPT, BADGED, AT, ONE_PAGE, KEPT, 0));
	take(SECOND, &m);
	EXPECT_EQ(m.badge, 2);
	m = answer(AT, 1);
	ANSWERS(E_OK, ipc_reply(&m));
	expect_good(worker);
}

SCENARIO_BODY(refused_forward_bounces_with_its_label)
{
	struct worker *worker = start_fault(0, AT);
	struct message m;

	make_second();
	MUST(sys_reply_forward(CAP_NULL, SECOND, AT, ONE_PAGE, KEPT, 9));
	take(SECOND, &m);
	m = refusal(REFUSAL);
	ANSWERS(E_OK, ipc_reply(&m));
	EXPECT_EQ(MUST(sys_thread_read(worker_thread(0))), THREAD_SENDING);
	/* All replies are stale: it is a new message. */
	m = answer(AT, 2);
	ANSWERS(E_STALE, ipc_reply_send(KEPT, &m));
	expect_bounced(0, REFUSAL);
	/* With OK it is no refusal but a new attempt, which faults anew. */
	MUST(sys_reply_forward(CAP_NULL, SECOND, AT, ONE_PAGE, KEPT, 9));
	take(SECOND, &m);
	EXPECT_EQ(m.w[3], REFUSAL);
	m = refusal(E_OK);
	ANSWERS(E_OK, ipc_reply(&m));
	take(SLOT_FAULTS, &m);
	EXPECT_EQ(FAULT_INFO_FLAGS(m.w[2]), 0);
	m = answer(AT, 1);
	ANSWERS(E_OK, ipc_reply(&m));
	expect_good(worker);
}

SCENARIO_BODY(refusal_through_a_narrowed_reply_bounces_too)
{
	struct worker *worker = start_fault(0, AT);
	struct message m;

	make_second();
	MUST(sys_reply_narrow(CAP_NULL, OTHER, AT, 1, REPLY_BOUNDS(R, MASK)));
	MUST(sys_reply_forward(CAP_NULL, SECOND, AT, ONE_PAGE, KEPT, 9));
	/* The thread stands in the second endpoint's queue: it leaves that. */
	m = refusal(1);
	ANSWERS(E_OK, ipc_reply_send(OTHER, &m));
	EXPECT_EQ(slot_kind(OTHER), 0);
	EXPECT(is_quiet(SECOND));
	expect_bounced(0, 1);
	/* Saved by whom it was forwarded to. */
	MUST(sys_reply_forward(CAP_NULL, SECOND, AT, ONE_PAGE, KEPT, 9));
	take(SECOND, &m);
	MUST(sys_reply_save(OTHER));
	m = refusal(2);
	ANSWERS(E_OK, ipc_reply_send(OTHER, &m));
	expect_bounced(0, 2);
	m = answer(AT, 1);
	ANSWERS(E_OK, ipc_reply(&m));
	expect_good(worker);
}

SCENARIO_BODY(own_pager_can_stop_a_thread_that_is_forwarded)
{
	struct worker *worker = start_fault(0, AT);
	struct message m;

	make_second();
	MUST(sys_reply_forward(CAP_NULL, SECOND, AT, ONE_PAGE, KEPT, 9));
	m = refusal(E_DENIED);
	ANSWERS(E_OK, ipc_reply_send(KEPT, &m));
	EXPECT_EQ(MUST(sys_thread_read(worker_thread(0))), THREAD_STOPPED);
	EXPECT(is_quiet(SECOND));
	/* A bounced one, too. */
	MUST(sys_thread_resume(worker_thread(0)));
	take(SLOT_FAULTS, &m);
	MUST(sys_reply_forward(CAP_NULL, SECOND, AT, ONE_PAGE, CAP_NULL, 9));
	take(SECOND, &m);
	m = refusal(3);
	ANSWERS(E_OK, ipc_reply(&m));
	expect_bounced(0, 3);
	m = refusal(3);
	ANSWERS(E_OK, ipc_reply(&m));
	EXPECT_EQ(MUST(sys_thread_read(worker_thread(0))), THREAD_STOPPED);
	EXPECT_EQ(worker->done, 0);
}

static void do_load_many(struct worker *worker)
{
	for (unsigned i = 0; i < MANY; i++)
		worker->seen[0] += *(volatile uint64_t *)(worker->argument + i * PAGE_BYTES);
}

/* The second pager: every fourth fault it refuses, for each other one it has a page ready. */
static void do_pager(struct worker *worker)
{
	struct message m;

	(void)ipc_wait(SECOND, DEADLINE_NEVER, &m);
	for (;;) {
		uint64_t page = (m.w[0] - FAULT_VA) / PAGE_BYTES;

		worker->seen[0] += m.badge;
		m = page % 4 == 3 ? refusal(REFUSAL + page) : answer(FAULT_VA + page * PAGE_BYTES, 20 + page);
		worker->seen[1] = ipc_reply_wait(SECOND, DEADLINE_NEVER, &m);
	}
}

/* Two calls for one: forward, then wait. */
static err_t forward_then_wait(struct message *m)
{
	struct result done = sys_reply_forward(CAP_NULL, (cap_t)m->tag, m->w[0], m->w[1], m->w[2], m->w[3]);

	return done.error != E_OK ? (err_t)done.error : ipc_wait(SLOT_FAULTS, DEADLINE_NEVER, m);
}

/* The first: forwards each, and serves itself what comes back. */
static void do_first_pager(struct worker *worker)
{
	struct message m;

	(void)ipc_wait(SLOT_FAULTS, DEADLINE_NEVER, &m);
	for (;;) {
		uint64_t page = (m.w[0] - FAULT_VA) / PAGE_BYTES;

		if (FAULT_INFO_FLAGS(m.w[2]) & FAULT_BOUNCED) {
			worker->seen[0] += m.w[3] - REFUSAL;
			m = answer(FAULT_VA + page * PAGE_BYTES, 20 + page);
			(void)ipc_reply_wait(SLOT_FAULTS, DEADLINE_NEVER, &m);
			continue;
		}
		m = message_forward(SECOND, FAULT_VA, FORWARD_BOUNDS(MANY, R, MASK), KEPT, page + 1);
		worker->seen[1] |= worker->argument ? ipc_forward_wait(SLOT_FAULTS, DEADLINE_NEVER, &m)
						    : forward_then_wait(&m);
	}
}

static void pagers_in_a_row(bool in_one_call)
{
	struct worker *first, *second, *faulter;
	uint64_t sum = 0, refused = 0;

	make_second();
	for (unsigned i = 0; i < MANY; i++) {
		*(uint64_t *)page_at(20 + i) = 1ul << i;
		sum += i + 1;
		refused += i % 4 == 3 ? i : 0;
	}
	first = worker_start(1, do_first_pager, in_one_call);
	second = worker_start(2, do_pager, 0);
	worker_settle(1);
	worker_settle(2);
	faulter = worker_start(0, do_load_many, FAULT_VA);
	worker_join(faulter);
	EXPECT_EQ(faulter->seen[0], (1ul << MANY) - 1);
	EXPECT_EQ(second->seen[0], sum);
	EXPECT_EQ(second->seen[1], E_OK);
	EXPECT_EQ(first->seen[0], refused);
	EXPECT_EQ(first->seen[1], E_OK);
	EXPECT_EQ(slot_kind(KEPT), KIND_REPLY);
	REFUSED(E_STALE, sys_reply_recall(KEPT));
}

SCENARIO_BODY(pagers_in_a_row_answer_fault_after_fault)
{
	pagers_in_a_row(false);
}

SCENARIO_BODY(forward_and_wait_are_one_call)
{
	pagers_in_a_row(true);
}

SCENARIO_BODY(failed_forward_wait_consumes_nothing)
{
	struct worker *worker = start_fault(0, AT);
	struct message m;

	make_second();
	m = message_forward(SECOND, AT + 1, ONE_PAGE, KEPT, 1);
	ANSWERS(E_ALIGN, ipc_forward_wait(SLOT_FAULTS, DEADLINE_NOW, &m));
	m = message_forward(SECOND, AT, ONE_PAGE, SLOT_POOL, 1);
	ANSWERS(E_OCCUPIED, ipc_forward_wait(SLOT_FAULTS, DEADLINE_NEVER, &m));
	m = message_forward(BADGED, AT, ONE_PAGE, KEPT, 1);
	ANSWERS(E_RIGHTS, ipc_forward_wait(SLOT_FAULTS, DEADLINE_NEVER, &m));
	m = message_forward(SLOT_POOL, AT, ONE_PAGE, KEPT, 1);
	ANSWERS(E_KIND, ipc_forward_wait(SLOT_FAULTS, DEADLINE_NEVER, &m));
	m = message_forward(CSPACE_SLOTS_MAX, AT, ONE_PAGE, KEPT, 1);
	ANSWERS(E_SLOT, ipc_forward_wait(SLOT_FAULTS, DEADLINE_NEVER, &m));
	m = message_forward(SECOND, AT, ONE_PAGE, KEPT, 1);
	ANSWERS(E_KIND, ipc_forward_wait(SLOT_POOL, DEADLINE_NEVER, &m));
	EXPECT_EQ(slot_kind(KEPT), 0);
	m = message_forward(SECOND, AT, ONE_PAGE, KEPT, 1);
	ANSWERS(E_TIMEOUT, ipc_forward_wait(SLOT_FAULTS, DEADLINE_NOW, &m));
	m = message_forward(SECOND, AT, ONE_PAGE, KEPT, 1);
	ANSWERS(E_STALE, ipc_forward_wait(SLOT_FAULTS, DEADLINE_NEVER, &m));
	/* To the endpoint where it waits itself: it comes back at once. */
	MUST(sys_reply_recall(KEPT));
	m = answer(AT, 2);
	ANSWERS(E_OK, ipc_reply_send(KEPT, &m));
	worker_join(worker);
	MUST(sys_thread_suspend(worker_thread(0)));
	worker->argument = AT + PAGE_BYTES;
	worker_go(worker);
	take(SLOT_FAULTS, &m);
	m = message_forward(SECOND, AT + PAGE_BYTES, ONE_PAGE, KEPT, 77);
	ANSWERS(E_OK, ipc_forward_wait(SECOND, DEADLINE_NEVER, &m));
	EXPECT_EQ(m.badge, 77);
	m = answer(AT + PAGE_BYTES, 1);
	ANSWERS(E_OK, ipc_reply(&m));
	expect_good(worker);
}

static void do_wait_there(struct worker *worker)
{
	worker->seen[0] = ipc_wait(SECOND, DEADLINE_NEVER, &worker->m);
}

/* Somebody waits there, so the fast path could take it. */
SCENARIO_BODY(forward_wait_chooses_no_badge_without_the_right)
{
	struct worker *worker = start_fault(0, AT);
	struct message m;

	make_second();
	(void)worker_start(1, do_wait_there, 0);
	worker_settle(1);
	m = message_forward(BADGED, AT, ONE_PAGE, CAP_NULL, 1);
	ANSWERS(E_RIGHTS, ipc_forward_wait(SLOT_FAULTS, DEADLINE_NEVER, &m));
	m = message_forward(SEND_ONLY, AT, ONE_PAGE, CAP_NULL, 1);
	ANSWERS(E_RIGHTS, ipc_forward_wait(SLOT_FAULTS, DEADLINE_NEVER, &m));
	m = answer(AT, 1);
	ANSWERS(E_OK, ipc_reply(&m));
	expect_good(worker);
}

SCENARIO_BODY(thread_can_die_while_it_is_forwarded)
{
	struct message m;

	(void)start_fault(0, AT);
	make_second();
	MUST(sys_reply_forward(CAP_NULL, SECOND, AT, ONE_PAGE, KEPT, 9));
	MUST(sys_cap_delete(CAP_NULL, worker_thread(0)));
	EXPECT(is_quiet(SECOND));
	EXPECT_EQ(slot_kind(KEPT), 0);
	(void)start_fault(1, AT);
	MUST(sys_reply_forward(CAP_NULL, SECOND, AT, ONE_PAGE, KEPT, 9));
	take(SECOND, &m);
	MUST(sys_cap_delete(CAP_NULL, worker_thread(1)));
	m = refusal(REFUSAL);
	ANSWERS(E_STALE, ipc_reply(&m));
	EXPECT_EQ(slot_kind(KEPT), 0);
	EXPECT(is_quiet(SLOT_FAULTS));
	/* Only its pager goes: what is refused then stops it. */
	(void)start_fault(2, AT);
	MUST(sys_reply_forward(CAP_NULL, SECOND, AT, ONE_PAGE, KEPT, 9));
	take(SECOND, &m);
	MUST(sys_cap_delete(CAP_NULL, worker_slot(2, WORKER_PAGER)));
	MUST(sys_thread_bind(worker_thread(2), BIND_PAGER, CAP_NULL));
	m = refusal(REFUSAL);
	ANSWERS(E_OK, ipc_reply(&m));
	EXPECT_EQ(MUST(sys_thread_read(worker_thread(2))), THREAD_STOPPED);
}

SCENARIO_BODY(fault_tells_when_it_happened)
{
	uint64_t before, after, at = FAULT_VA;
	struct worker *worker;
	struct message m;

	__asm__ volatile("rdinstret %0" : "=r"(before));
	worker = worker_start(0, do_load_many, at);
	for (unsigned i = 0; i < MANY; i++) {
		take(SLOT_FAULTS, &m);
		__asm__ volatile("rdinstret %0" : "=r"(after));
		EXPECT(m.w[3] > before && m.w[3] < after);
		before = m.w[3];
		m = answer(at + i * PAGE_BYTES, 1);
		ANSWERS(E_OK, ipc_reply(&m));
	}
	worker_join(worker);
}
