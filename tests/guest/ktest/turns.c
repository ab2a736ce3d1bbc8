/* SPDX-License-Identifier: MIT */
/* Round robin: whose turn ends when a slice does. */
#include "ktest.h"

#define CALLS	    SLOT_TEST /* Endpoint of the server */
#define N	    SLOT_TEST
#define BIT	    (SLOT_TEST + 1)
#define TIMER	    (SLOT_TEST + 2)

#define TURN_US	    100000
#define TURNS_MAX   40 /* of 10 ms each, and as many again for what the host does meanwhile */
#define DEADLINE_US 100
#define LONG_US	    1000 /* that a request of the server takes */
#define LONG_CALLS  200

static volatile bool is_over;
static volatile uint64_t turns, last;

static void note_turn(const struct worker *worker)
{
	turns += last != worker->index;
	last = worker->index;
}

static void do_take_turns(struct worker *worker)
{
	while (!is_over)
		note_turn(worker);
}

/* Workers @first and @first + 1: to make one may take long, and the other one must not be alone meanwhile. */
static void start_both(unsigned first, void (*run)(struct worker *worker), uint64_t argument,
		       void (*beside)(struct worker *worker))
{
	(void)worker_make(first, run, argument);
	(void)worker_make(first + 1, beside, 0);
	worker_go(&workers[first]);
	worker_go(&workers[first + 1]);
}

SCENARIO_BODY(deadline_of_another_ends_no_turn)
{
	uint64_t end, fired = 0;
	struct message m;

	create(N, KIND_NOTIFICATION, 0);
	MUST(sys_cap_mint(CAP_NULL, BIT, CAP_NULL, N, RIGHTS_ALL, 1));
	create(TIMER, KIND_TIMER, 0);
	MUST(sys_timer_bind(TIMER, BIT));
	is_over = false;
	turns = 0;
	start_both(0, do_take_turns, 0, do_take_turns);
	end = ticks_from_now(TURN_US);
	while (ticks_from_now(0) < end) {
		MUST(sys_timer_set(TIMER, ticks_from_now(DEADLINE_US)));
		take(N, &m);
		fired++;
	}
	is_over = true;
	worker_join(&workers[0]);
	worker_join(&workers[1]);
	EXPECT(turns >= 2 && turns <= TURNS_MAX);
	if (fired <= 2 * TURNS_MAX) /* a host too slow to tell */
		print("ktest: only %lu deadlines beside %lu turns\n", fired, turns);
}

/* A server above all programs, that takes its time. */
static void do_serve_slowly(struct worker *worker)
{
	err_t error = ipc_wait(CALLS, DEADLINE_NEVER, &worker->m);

	while (error == E_OK) {
		uint64_t end = ticks_from_now(LONG_US);

		while (ticks_from_now(0) < end)
			continue;
		worker->m = message_make(E_OK, 0, 0);
		error = ipc_reply_wait(CALLS, DEADLINE_NEVER, &worker->m);
	}
}

static void do_count(struct worker *worker)
{
	while (!is_over)
		worker->progress++;
}

/* Nearly all of its time passes in the server. How far the other one came meanwhile. */
static void do_call_always(struct worker *worker)
{
	const struct worker *other = &workers[worker->argument];
	uint64_t before = other->progress;

	for (unsigned i = 0; i < LONG_CALLS; i++) {
		worker->m = message_make(0, 0, 0);
		worker->seen[1] |= ipc_call(CALLS, &worker->m);
	}
	worker->seen[0] = other->progress - before;
	is_over = true;
}

SCENARIO_BODY(slice_that_ends_in_a_server_ends_the_callers_turn)
{
	is_over = false;
	create(CALLS, KIND_ENDPOINT, 0);
	(void)worker_make(0, do_serve_slowly, 0);
	MUST(sys_thread_priority(worker_thread(0), WORKER_PRIORITY + 2));
	worker_go(&workers[0]);
	start_both(1, do_call_always, 2, do_count);
	worker_join(&workers[1]);
	worker_join(&workers[2]);
	EXPECT_EQ(workers[1].seen[1], 0);
	EXPECT(workers[1].seen[0] > 0);
}

static void do_serve(struct worker *worker)
{
	err_t error = ipc_wait(CALLS, DEADLINE_NEVER, &worker->m);

	while (error == E_OK) {
		worker->m = message_make(E_OK, 0, 0);
		error = ipc_reply_wait(CALLS, DEADLINE_NEVER, &worker->m);
	}
}

static void do_call_often(struct worker *worker)
{
	for (unsigned i = 0; i < LONG_CALLS; i++) {
		worker->m = message_make(0, 0, 0);
		worker->seen[1] |= ipc_call(CALLS, &worker->m);
		note_turn(worker);
	}
	is_over = true;
}

/* By the general path, too: it once put the caller behind all others. */
SCENARIO_BODY(call_leaves_its_caller_the_turn)
{
	is_over = false;
	turns = 0;
	create(CALLS, KIND_ENDPOINT, 0);
	(void)worker_make(0, do_serve, 0);
	MUST(sys_thread_priority(worker_thread(0), WORKER_PRIORITY + 2));
	worker_go(&workers[0]);
	start_both(1, do_call_often, 0, do_take_turns);
	worker_join(&workers[1]);
	worker_join(&workers[2]);
	EXPECT_EQ(workers[1].seen[1], 0);
	EXPECT(turns < LONG_CALLS / 4);
}
