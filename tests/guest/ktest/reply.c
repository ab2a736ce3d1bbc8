/* SPDX-License-Identifier: MIT */
/* Replies to faults: bounds, staleness, narrowing, forwarding, recall. */
#include "ktest.h"

#define SECOND	   SLOT_TEST /* the second pager's endpoint */
#define BADGED	   (SLOT_TEST + 1)
#define REPLY	   (SLOT_TEST + 2)
#define NARROW	   (SLOT_TEST + 3)
#define OTHER	   (SLOT_TEST + 4)
#define LAST	   (SLOT_TEST + 5)

#define R	   RIGHT_READ
#define RW	   (RIGHT_READ | RIGHT_WRITE)
#define MASK_PAGES (1ul << SOURCE_PAGES)
#define BOUNDS	   REPLY_BOUNDS
#define ANY	   REPLY_BOUNDS(RIGHTS_RWX, ALL_SOURCES)
#define WIDE	   FORWARD_BOUNDS(16, RIGHTS_RWX, ALL_SOURCES)

static void do_load(struct worker *worker)
{
	worker->seen[0] = *(volatile uint64_t *)worker->argument;
}

static struct message answer_map(uint64_t at_rights, uint64_t page)
{
	return (struct message){.tag = TAG_MAP | 1 << 16,
				.w = {at_rights, MAP_SOURCE(SOURCE_PAGES, 1), page}};
}

/* A worker that has faulted at FAULT_VA + 2 pages; the fault is the current caller. */
static struct worker *start_fault(void)
{
	struct message m;
	struct worker *worker;

	*(uint64_t *)page_at(1) = 0x600d;
	*(uint64_t *)page_at(2) = 0xbad;
	worker = worker_start(0, do_load, FAULT_VA + 2 * PAGE_BYTES);
	take(SLOT_FAULTS, &m);
	return worker;
}

static struct message good(void)
{
	return answer_map((FAULT_VA + 2 * PAGE_BYTES) | R, 1);
}

static void expect_good(struct worker *worker)
{
	worker_join(worker);
	EXPECT_EQ(worker->seen[0], 0x600d);
}

static void make_second(void)
{
	create(SECOND, KIND_ENDPOINT, 0);
	MUST(sys_cap_mint(CAP_NULL, BADGED, CAP_NULL, SECOND, RIGHTS_ALL, 0x2));
}

SCENARIO_BODY(narrowed_reply_is_held_to_its_bounds)
{
	struct worker *worker = start_fault();
	struct message m;

	MUST(sys_reply_save(REPLY));
	REFUSED(E_RANGE, sys_reply_narrow(REPLY, NARROW, USER_END, 1, ANY));
	REFUSED(E_ALIGN, sys_reply_narrow(REPLY, NARROW, FAULT_VA + 1, 1, ANY));
	REFUSED(E_EMPTY, sys_reply_narrow(OTHER, NARROW, FAULT_VA, 1, ANY));
	REFUSED(E_KIND, sys_reply_narrow(SLOT_POOL, NARROW, FAULT_VA, 1, ANY));
	REFUSED(E_OCCUPIED, sys_reply_narrow(REPLY, SLOT_POOL, FAULT_VA, 1, ANY));
	MUST(sys_reply_narrow(REPLY, NARROW, FAULT_VA + PAGE_BYTES, 2, BOUNDS(R, MASK_PAGES)));
	/* No child is wider than its parent. */
	REFUSED(E_WINDOW, sys_reply_narrow(NARROW, OTHER, FAULT_VA, 2, BOUNDS(R, MASK_PAGES)));
	REFUSED(E_WINDOW, sys_reply_narrow(NARROW, OTHER, FAULT_VA + PAGE_BYTES, 3, BOUNDS(R, MASK_PAGES)));
	REFUSED(E_WINDOW,
		sys_reply_narrow(NARROW, OTHER, FAULT_VA + PAGE_BYTES, 1, BOUNDS(R, 1 | MASK_PAGES)));
	REFUSED(E_RIGHTS, sys_reply_narrow(NARROW, OTHER, FAULT_VA + PAGE_BYTES, 1, BOUNDS(RW, MASK_PAGES)));
	/* Nor does an answer get past it. */
	m = answer_map(FAULT_VA | R, 2);
	ANSWERS(E_WINDOW, ipc_reply_send(NARROW, &m));
	m = answer_map((FAULT_VA + 3 * PAGE_BYTES) | R, 2);
	ANSWERS(E_WINDOW, ipc_reply_send(NARROW, &m));
	m = answer_map((FAULT_VA + 2 * PAGE_BYTES) | RW, 2);
	ANSWERS(E_RIGHTS, ipc_reply_send(NARROW, &m));
	m = answer_map((FAULT_VA + 2 * PAGE_BYTES) | R, 2);
	m.w[1] = MAP_SOURCE(SOURCE_DEVICE, 1);
	ANSWERS(E_WINDOW, ipc_reply_send(NARROW, &m));
	EXPECT_EQ(worker->done, 0);
	m = good();
	ANSWERS(E_OK, ipc_reply_send(NARROW, &m));
	expect_good(worker);
	ANSWERS(E_STALE, ipc_reply_send(REPLY, &m));
}

SCENARIO_BODY(first_answer_wins_and_others_are_stale)
{
	struct worker *worker = start_fault();
	struct message m;

	MUST(sys_reply_narrow(CAP_NULL, NARROW, FAULT_VA, 16, ANY));
	MUST(sys_reply_save(REPLY));
	m = good();
	ANSWERS(E_STALE, ipc_reply(&m));
	m = good();
	ANSWERS(E_OK, ipc_reply_send(REPLY, &m));
	m = answer_map((FAULT_VA + 2 * PAGE_BYTES) | R, 2);
	ANSWERS(E_STALE, ipc_reply_send(NARROW, &m));
	REFUSED(E_STALE, sys_reply_narrow(NARROW, OTHER, FAULT_VA, 1, ANY));
	REFUSED(E_STALE, sys_reply_forward(NARROW, SLOT_FAULTS, FAULT_VA, WIDE, CAP_NULL, 0));
	REFUSED(E_STALE, sys_reply_recall(NARROW));
	expect_good(worker);
	/* Its thread gone, a Reply is stale, not dangerous. */
	MUST(sys_cap_delete(CAP_NULL, worker_thread(0)));
	EXPECT_EQ(slot_kind(REPLY), 0);
	EXPECT_EQ(slot_kind(NARROW), 0);
	ANSWERS(E_EMPTY, ipc_reply_send(NARROW, &m));
}

SCENARIO_BODY(forwarded_fault_is_answered_by_the_second_pager)
{
	struct worker *worker = start_fault();
	struct message m;

	make_second();
	REFUSED(E_RANGE, sys_reply_forward(CAP_NULL, BADGED, FAULT_VA,
					   FORWARD_BOUNDS(USER_END / PAGE_BYTES, RIGHTS_RWX, ALL_SOURCES),
					   CAP_NULL, 0));
	REFUSED(E_RANGE, sys_reply_forward(CAP_NULL, BADGED, FAULT_VA, WIDE | 8, CAP_NULL, 0));
	REFUSED(E_ALIGN, sys_reply_forward(CAP_NULL, BADGED, FAULT_VA + 8, WIDE, CAP_NULL, 0));
	REFUSED(E_KIND, sys_reply_forward(CAP_NULL, SLOT_POOL, FAULT_VA, WIDE, CAP_NULL, 0));
	REFUSED(E_EMPTY, sys_reply_forward(CAP_NULL, OTHER, FAULT_VA, WIDE, CAP_NULL, 0));
	MUST(sys_reply_forward(CAP_NULL, BADGED, FAULT_VA + 2 * PAGE_BYTES, FORWARD_BOUNDS(1, R, MASK_PAGES),
			       CAP_NULL, 0));
	m = good();
	ANSWERS(E_STALE, ipc_reply(&m));
	EXPECT(is_quiet(SLOT_FAULTS));
	take(SECOND, &m);
	EXPECT(m.tag & TAG_FAULT);
	EXPECT_EQ(m.w[0], FAULT_VA + 2 * PAGE_BYTES);
	EXPECT_EQ(m.badge, 2);
	m = answer_map((FAULT_VA + PAGE_BYTES) | R, 2);
	ANSWERS(E_WINDOW, ipc_reply(&m));
	m = answer_map((FAULT_VA + 2 * PAGE_BYTES) | RW, 2);
	ANSWERS(E_RIGHTS, ipc_reply(&m));
	m = good();
	ANSWERS(E_OK, ipc_reply(&m));
	expect_good(worker);
}

SCENARIO_BODY(forwarded_fault_bounces_when_its_endpoint_dies)
{
	struct worker *worker = start_fault();
	struct message m;

	make_second();
	MUST(sys_reply_forward(CAP_NULL, BADGED, FAULT_VA, WIDE, CAP_NULL, 0));
	MUST(sys_cap_revoke(CAP_NULL, SECOND));
	MUST(sys_cap_delete(CAP_NULL, SECOND));
	take(SLOT_FAULTS, &m);
	EXPECT_EQ(FAULT_INFO_FLAGS(m.w[2]), FAULT_BOUNCED);
	EXPECT_EQ(m.w[3], 0);
	EXPECT_EQ(m.badge, FAULT_BADGE);
	m = good();
	ANSWERS(E_OK, ipc_reply(&m));
	expect_good(worker);
}

SCENARIO_BODY(recall_takes_a_forwarded_fault_back)
{
	struct worker *worker = start_fault();
	struct message m;

	make_second();
	MUST(sys_reply_save(REPLY));
	MUST(sys_reply_forward(REPLY, BADGED, FAULT_VA, WIDE, CAP_NULL, 0));
	EXPECT_EQ(slot_kind(REPLY), KIND_REPLY);
	/* From the queue. */
	MUST(sys_reply_recall(REPLY));
	EXPECT(is_quiet(SECOND));
	/* After it was received, its receiver's answer comes too late. */
	MUST(sys_reply_forward(REPLY, BADGED, FAULT_VA, WIDE, CAP_NULL, 0));
	take(SECOND, &m);
	MUST(sys_reply_recall(REPLY));
	m = answer_map((FAULT_VA + 2 * PAGE_BYTES) | R, 2);
	ANSWERS(E_STALE, ipc_reply(&m));
	m = good();
	ANSWERS(E_OK, ipc_reply_send(REPLY, &m));
	expect_good(worker);
}

SCENARIO_BODY(only_the_first_pager_can_recall)
{
	struct worker *worker = start_fault();
	struct message m;

	make_second();
	MUST(sys_reply_save(REPLY));
	MUST(sys_reply_narrow(REPLY, NARROW, FAULT_VA, 16, ANY));
	REFUSED(E_RIGHTS, sys_reply_recall(NARROW));
	MUST(sys_reply_forward(REPLY, BADGED, FAULT_VA, WIDE, CAP_NULL, 0));
	take(SECOND, &m);
	/* It saves what was forwarded to it: an answer, but no way to void the first pager's. */
	MUST(sys_reply_save(OTHER));
	REFUSED(E_RIGHTS, sys_reply_recall(OTHER));
	MUST(sys_reply_narrow(OTHER, LAST, FAULT_VA, 16, ANY));
	REFUSED(E_RIGHTS, sys_reply_recall(LAST));
	MUST(sys_cap_delete(CAP_NULL, LAST));
	MUST(sys_cap_move(CAP_NULL, LAST, CAP_NULL, OTHER));
	REFUSED(E_RIGHTS, sys_reply_recall(LAST));
	EXPECT_EQ(worker->done, 0);
	m = good();
	ANSWERS(E_OK, ipc_reply_send(REPLY, &m));
	expect_good(worker);
	REFUSED(E_STALE, sys_reply_recall(LAST));
}
