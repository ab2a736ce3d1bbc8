/* SPDX-License-Identifier: MIT */
/*
 * What others do is no bystander's cost. A bystander calls a server and faults at a pager, again and again,
 * and counts the instructions from each to its end. Beside it others of its own priority make a storm: of
 * timers, of notifications, of calls to an endpoint that is full, of priorities that change. Printed: the
 * median of each cost; the host compares them with those of nobody beside it (a counted run).
 */
#include "ktest.h"

#define CALLS	 SLOT_TEST	 /* Endpoint of the server */
#define FULL	 (SLOT_TEST + 1) /* Endpoint that more call than it takes */
#define N	 (SLOT_TEST + 2)
#define BIT	 (SLOT_TEST + 3)
#define TIMER	 (SLOT_TEST + 10)

#define TIMERS	 64
#define ROUNDS	 200
#define BATCH	 100 /* operations of a storm between two rounds of the bystander */
#define STORMERS 4   /* workers 3 to 6 */
#define FIRST	 3
#define SERVERS	 (WORKER_PRIORITY + 2)

enum part { BYSTANDER, SERVER, PAGER };

static volatile bool is_over; /* the bystander has what it wants */

static uint64_t instructions(void)
{
	uint64_t count;

	__asm__ volatile("rdinstret %0" : "=r"(count) : : "memory");
	return count;
}

static void do_serve(struct worker *worker)
{
	if (ipc_wait((cap_t)worker->argument, DEADLINE_NEVER, &worker->m) != E_OK)
		return;
	do
		worker->m = message_make(E_OK, worker->m.w[0] + 1, 0);
	while (ipc_reply_wait((cap_t)worker->argument, DEADLINE_NEVER, &worker->m) == E_OK);
}

static void do_page(struct worker *worker)
{
	err_t error = ipc_wait(SLOT_FAULTS, DEADLINE_NEVER, &worker->m);

	while (error == E_OK) {
		worker->m = (struct message){
			.tag = TAG_MAP | 1 << 16,
			.w = {FAULT_VA | RIGHT_READ | RIGHT_WRITE, MAP_SOURCE(SOURCE_PAGES, 1), 300}};
		error = ipc_reply_wait(SLOT_FAULTS, DEADLINE_NEVER, &worker->m);
	}
}

static uint64_t median(uint64_t *sample)
{
	for (unsigned i = 1; i < ROUNDS; i++)
		for (unsigned j = i; j > 0 && sample[j] < sample[j - 1]; j--) {
			uint64_t other = sample[j];

			sample[j] = sample[j - 1];
			sample[j - 1] = other;
		}
	return sample[ROUNDS / 2];
}

/* After each round the others have their turn. */
static void do_stand_by(struct worker *worker)
{
	static uint64_t calls[ROUNDS], faults[ROUNDS];

	for (unsigned i = 0; i < ROUNDS; i++) {
		uint64_t start = instructions();

		worker->m = message_make(0, i, 0);
		worker->seen[2] |= ipc_call(CALLS, &worker->m);
		calls[i] = instructions() - start;
		worker->seen[2] |= worker->m.w[0] != i + 1;
		start = instructions();
		*(volatile uint64_t *)FAULT_VA = i;
		faults[i] = instructions() - start;
		worker->seen[2] |= sys_space_unmap(BOOT_SLOT_SPACE, FAULT_VA, 1).value != 1;
		(void)sys_yield();
	}
	is_over = true;
	worker->seen[0] = median(calls);
	worker->seen[1] = median(faults);
}

static void do_set_timers(struct worker *worker)
{
	for (unsigned i = 0; !is_over; i++) {
		uint64_t soon = ticks_from_now(1) + (i * 7) % 3000;

		worker->seen[0] |= sys_timer_set(TIMER + i % TIMERS, soon).error;
		if (i % BATCH == 0)
			(void)sys_yield();
	}
}

static void do_notify(struct worker *worker)
{
	for (unsigned i = 0; !is_over; i++) {
		worker->seen[0] |= sys_notify(BIT).error;
		if (i % BATCH == 0)
			(void)sys_yield();
	}
}

/* Of the storm's own server nobody takes: the caller stays in the queue until it is taken out. */
static void do_send(struct worker *worker)
{
	for (unsigned i = 0; !is_over; i++) {
		struct message m = message_make(0, i, 0);

		(void)ipc_call(worker->index == FIRST ? CALLS : FULL, &m);
		if (i % BATCH == 0)
			(void)sys_yield();
	}
}

static void do_change_priority(struct worker *worker)
{
	cap_t own = (cap_t)worker_thread(worker->index);

	for (unsigned i = 0; !is_over; i++) {
		worker->seen[0] |= sys_thread_priority(own, WORKER_PRIORITY - i % 2).error;
		worker->seen[0] |= sys_thread_priority(own, WORKER_PRIORITY + 1).error != E_RANGE;
		(void)sys_yield();
	}
}

/* Woken by each signal of the storm, and waits again. */
static void do_listen(struct worker *worker)
{
	while (ipc_wait(N, DEADLINE_NEVER, &worker->m) == E_OK)
		worker->progress++;
}

static void begin_part(unsigned index, void (*run)(struct worker *worker), uint64_t argument)
{
	(void)worker_make(index, run, argument);
	if (index == SERVER || index == PAGER)
		MUST(sys_thread_priority(worker_thread(index), SERVERS));
	worker_go(&workers[index]);
}

static void forget_workers(void)
{
	for (unsigned index = 0; index < WORKERS; index++)
		for (unsigned what = 0; what < WORKER_SLOTS; what++)
			if (slot_kind(worker_slot(index, what)))
				MUST(sys_cap_delete(CAP_NULL, worker_slot(index, what)));
}

/* The bystander's costs beside STORMERS that do @run. NULL: beside nobody. */
static void stand_by(const char *storm, void (*run)(struct worker *worker))
{
	is_over = false;
	begin_part(SERVER, do_serve, CALLS);
	begin_part(PAGER, do_page, 0);
	if (run == do_notify || run == do_set_timers)
		begin_part(WORKERS - 1, do_listen, 0);
	for (unsigned i = FIRST; run && i < FIRST + STORMERS; i++)
		begin_part(i, run, 0);
	begin_part(BYSTANDER, do_stand_by, 0);
	worker_join(&workers[BYSTANDER]);
	EXPECT_EQ(workers[BYSTANDER].seen[2], 0);
	for (unsigned i = FIRST; run && i < FIRST + STORMERS; i++)
		EXPECT_EQ(workers[i].seen[0], 0);
	print("ktest: beside %s: call %lu, fault %lu\n", storm, workers[BYSTANDER].seen[0],
	      workers[BYSTANDER].seen[1]);
	forget_workers();
}

SCENARIO_BODY(bystander_pays_for_nobody)
{
	/* The page beside the one that faults keeps their table. */
	MUST(sys_space_map(BOOT_SLOT_SPACE, (FAULT_VA + PAGE_BYTES) | RIGHT_READ, MAP_SOURCE(SOURCE_PAGES, 1),
			   301));
	create(CALLS, KIND_ENDPOINT, 0);
	create(FULL, KIND_ENDPOINT, 0);
	create(N, KIND_NOTIFICATION, 0);
	MUST(sys_cap_mint(CAP_NULL, BIT, CAP_NULL, N, RIGHTS_ALL, 1));
	for (unsigned i = 0; i < TIMERS; i++) {
		create(TIMER + i, KIND_TIMER, 0);
		MUST(sys_timer_bind(TIMER + i, BIT));
	}
	stand_by("nobody", NULL);
	stand_by("timers", do_set_timers);
	stand_by("notifications", do_notify);
	stand_by("senders", do_send);
	stand_by("priorities", do_change_priority);
}
