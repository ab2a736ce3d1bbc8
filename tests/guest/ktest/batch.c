/* SPDX-License-Identifier: MIT */
/* Several calls in one visit. */
#include "ktest.h"
#include <pagoda/batch.h>

#define N     SLOT_TEST
#define COPY  (SLOT_TEST + 1)
#define EMPTY (SLOT_TEST + 2)
#define S     (SLOT_TEST + 3)
#define MANY  (SLOT_TEST + 10)

SCENARIO_BODY(batch_makes_its_calls_in_order)
{
	struct batch batch = {0};

	batch_object_create(&batch, SLOT_POOL, N, KIND_NOTIFICATION, 0);
	batch_cap_mint(&batch, CAP_NULL, COPY, CAP_NULL, N, RIGHTS_ALL, 4);
	batch_pool_free_bytes(&batch, SLOT_POOL);
	batch_notify(&batch, COPY);
	EXPECT_EQ(MUST(batch_run(&batch)), 4);
	EXPECT_EQ(batch_value(2), MUST(sys_pool_free_bytes(SLOT_POOL)));
	EXPECT_EQ(MUST(batch_run(&batch)), 0);
}

SCENARIO_BODY(batch_stops_at_the_first_error_and_says_which)
{
	struct batch batch = {0};
	struct result r;

	batch_object_create(&batch, SLOT_POOL, N, KIND_NOTIFICATION, 0);
	batch_cap_copy(&batch, CAP_NULL, COPY, CAP_NULL, EMPTY, RIGHTS_ALL);
	batch_cap_delete(&batch, CAP_NULL, N);
	r = batch_run(&batch);
	EXPECT_EQ(r.error, E_EMPTY);
	EXPECT_EQ(r.value, 1);
	MUST(sys_notify(N));
}

SCENARIO_BODY(batch_refuses_what_may_not_stand_in_it)
{
	static const uint64_t wrong[] = {SYS_call,  SYS_send,	    SYS_wait,  SYS_reply, SYS_reply_wait,
					 SYS_batch, SYS_reply_send, SYS_COUNT, ~0ul,	  0};
	struct batch batch = {0};

	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		batch_add(&batch, SYS_null, 0, 0, 0, 0, 0, 0);
		batch_add(&batch, wrong[i], 0, 0, 0, 0, 0, 0);
		REFUSED(E_SYSCALL, batch_run(&batch));
	}
	batch_add(&batch, SYS_cap_delete, CAP_NULL, 1ul << 40, 0, 0, 0, 0);
	REFUSED(E_SLOT, batch_run(&batch));
	batch_add(&batch, SYS_notify, 1ul << 40, 0, 0, 0, 0, 0);
	REFUSED(E_SLOT, batch_run(&batch));
	REFUSED(E_RANGE, sys_batch(BATCH_CALLS + 1, 0));
	REFUSED(E_RANGE, sys_batch(1, 2));
	REFUSED(E_RANGE, sys_batch(~0ul, ~0ul - 1));
	for (unsigned i = 0; i <= BATCH_CALLS; i++)
		batch_null(&batch);
	REFUSED(E_RANGE, batch_run(&batch));
}

static void do_batch_blind(struct worker *worker)
{
	struct result r;

	(void)sys_thread_bind((cap_t)worker->argument, BIND_MESSAGE, CAP_NULL);
	r = sys_batch(1, 0);
	worker->seen[0] = r.error;
}

SCENARIO_BODY(batch_needs_a_message_page)
{
	struct worker *worker = worker_make(0, do_batch_blind, worker_thread(0));

	worker_go(worker);
	worker_join(worker);
	EXPECT_EQ(worker->seen[0], E_MESSAGE);
}

/* Stops itself in the middle; the third call is not made. */
static void do_batch_and_stop(struct worker *worker)
{
	struct batch_call *calls = worker_page(worker->index)->batch;
	struct result r;

	calls[0] = (struct batch_call){SYS_notify, {N}};
	calls[1] = (struct batch_call){SYS_thread_suspend, {worker->argument}};
	calls[2] = (struct batch_call){SYS_notify, {COPY}};
	r = sys_batch(3, 0);
	worker->seen[0] = r.error;
	worker->seen[1] = r.value;
}

SCENARIO_BODY(batch_ends_where_its_thread_stops)
{
	struct worker *worker = worker_make(0, do_batch_and_stop, worker_thread(0));
	struct message m;

	create(EMPTY, KIND_NOTIFICATION, 0);
	MUST(sys_cap_mint(CAP_NULL, N, CAP_NULL, EMPTY, RIGHTS_ALL, 1));
	MUST(sys_cap_mint(CAP_NULL, COPY, CAP_NULL, EMPTY, RIGHTS_ALL, 2));
	worker_go(worker);
	worker_settle(0);
	EXPECT_EQ(ipc_wait(EMPTY, DEADLINE_NOW, &m), E_OK);
	EXPECT_EQ(m.w[0], 1);
	MUST(sys_thread_resume(worker_thread(0)));
	worker_join(worker);
	EXPECT_EQ(worker->seen[0], E_OK);
	EXPECT_EQ(worker->seen[1], 0);
	EXPECT_EQ(ipc_wait(EMPTY, DEADLINE_NOW, &m), E_TIMEOUT);
}

/* A full batch of deletions, each of a Space that takes many steps. */
SCENARIO_BODY(batch_of_long_calls_is_made_whole)
{
	uint64_t spaces = world_info()->objects[KIND_SPACE];
	struct batch batch = {0};

	for (unsigned i = 0; i < BATCH_CALLS; i++) {
		create(MANY + i, KIND_SPACE, 16);
		MUST(sys_space_attach(MANY + i, 0, SLOT_PAGES, RIGHT_READ));
		for (uint64_t at = ARENA_BYTES; at < 9 * ARENA_BYTES; at += ARENA_BYTES)
			MUST(sys_space_map(MANY + i, at | RIGHT_READ, MAP_SOURCE(0, 1), 1));
		batch_cap_delete(&batch, CAP_NULL, MANY + i);
	}
	EXPECT_EQ(MUST(batch_run(&batch)), BATCH_CALLS);
	EXPECT_EQ(world_info()->objects[KIND_SPACE], spaces);
}
