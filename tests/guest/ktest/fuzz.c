/* SPDX-License-Identifier: MIT */
/*
 * Random system calls by a thread in a Space and a CSpace of its own, which hold every kind of capability.
 * Whatever it does, the kernel's invariants hold, the main thread goes on, and all of it can be revoked.
 */
#include "ktest.h"

#define SPACE	      SLOT_TEST
#define CSPACE	      (SLOT_TEST + 1)
#define VICTIM_SPACE  (SLOT_TEST + 2)
#define VICTIM_THREAD (SLOT_TEST + 3)
#define MEMORY	      (SLOT_TEST + 4)
#define POOL_MEMORY   (SLOT_TEST + 5)
#define POOL	      (SLOT_TEST + 6)
#define EP	      (SLOT_TEST + 7)
#define N	      (SLOT_TEST + 8)
#define TIMER	      (SLOT_TEST + 9)

#define FUZZ_SLOTS    64
#define FUZZ_ROUNDS   60
#define FUZZ_SEED     0x9e3779b97f4a7c15ul

/* xorshift64*, the state lies where both Spaces see it. */
static uint64_t random_next(struct worker *worker)
{
	uint64_t x = worker->argument;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	worker->argument = x;
	return x * 0x2545f4914f6cdd1d;
}

/* An argument: mostly a slot, else a small number, an address, a length, or anything. */
static uint64_t random_word(struct worker *worker)
{
	uint64_t r = random_next(worker), v = r >> 8;

	switch (r % 8) {
	case 0:
	case 1:
	case 2:
		return v % 16;
	case 3:
		return v % FUZZ_SLOTS;
	case 4:
		return (FAULT_VA + v % 2048 * PAGE_BYTES) | (v >> 20) % 8;
	case 5:
		return MAP_SOURCE(v % 4, (v >> 8) % 70) | (v >> 16 & 1 ? MAP_SUPERPAGE : 0);
	case 6:
		return v % 8 ? (v >> 8) % 600 : RIGHTS_RWX;
	default:
		return v % 4 ? 1ul << v % 64 : ~0ul - v % 8;
	}
}

static void random_call(struct worker *worker)
{
	static const uint8_t message_calls[] = {SYS_call,  SYS_send,	   SYS_wait,
						SYS_reply, SYS_reply_wait, SYS_reply_send};
	uint64_t number = random_next(worker) % SYS_COUNT, w[6];

	for (unsigned i = 0; i < 6; i++)
		w[i] = random_word(worker);
	if (number == SYS_system_check || number == SYS_trace_control)
		return;
	if (random_next(worker) % 4 == 0) {
		struct message m = {.tag = random_next(worker) & 0x1f07ul, .w = {w[0], w[1], w[2], w[3]}};

		if (w[4] % 4 == 0)
			m.tag |= 1 << 16;
		worker_page(0)->cap_send = w[5] % 16;
		worker_page(0)->cap_receive = w[5] >> 8 & 63;
		worker_page(0)->cap_send_rights = w[4];
		(void)ipc_perform(message_calls[number % sizeof(message_calls)],
				  (cap_t)(random_next(worker) % 16), ticks_from_now(20), &m);
		return;
	}
	(void)syscall_6(number, w[0], w[1], w[2], w[3], w[4], w[5]);
}

static void do_fuzz(struct worker *worker)
{
	for (;;) {
		random_call(worker);
		worker->progress++;
	}
}

static void do_wait(struct worker *worker)
{
	for (;;)
		worker->seen[0] = ipc_wait(TOY_EP, DEADLINE_NEVER, &worker->m);
}

static void give(uint64_t to, uint64_t from)
{
	MUST(sys_cap_copy(CSPACE, to, CAP_NULL, from, RIGHTS_ALL));
}

/* What the fuzzer may play with: nothing of it is what it runs on. */
static void make_toys(void)
{
	static const uint64_t toys[] = {CSPACE, MEMORY, POOL, VICTIM_SPACE, VICTIM_THREAD, EP, N, TIMER};

	create(CSPACE, KIND_CSPACE, FUZZ_SLOTS);
	create(VICTIM_SPACE, KIND_SPACE, 12);
	create(EP, KIND_ENDPOINT, 0);
	create(N, KIND_NOTIFICATION, 0);
	create(TIMER, KIND_TIMER, 0);
	MUST(sys_memory_carve(SLOT_PAGES, MEMORY, 2 * ARENA_PAGES, 2 * ARENA_PAGES));
	MUST(sys_memory_carve(SLOT_PAGES, POOL_MEMORY, 4 * ARENA_PAGES, ARENA_PAGES));
	MUST(sys_pool_create(POOL_MEMORY, POOL));
	space_make_abroad(SPACE);
	worker_go(worker_make_abroad(1, SPACE, CSPACE, do_wait, 0));
	MUST(sys_cap_copy(CAP_NULL, VICTIM_THREAD, CAP_NULL, worker_thread(1), RIGHTS_ALL));
	for (unsigned i = 0; i < sizeof(toys) / sizeof(toys[0]); i++)
		give(1 + i, toys[i]);
	MUST(sys_space_attach(VICTIM_SPACE, 0, MEMORY, RIGHTS_RWX));
	MUST(sys_timer_bind(TIMER, N));
}

/* Toys that were destroyed come back in the slots they had, if these are empty. */
static void mend(void)
{
	(void)sys_cap_copy(CSPACE, 1, CAP_NULL, CSPACE, RIGHTS_ALL);
	(void)sys_cap_copy(CSPACE, 2, CAP_NULL, MEMORY, RIGHTS_ALL);
	(void)sys_cap_copy(CSPACE, 3, CAP_NULL, POOL, RIGHTS_ALL);
	(void)sys_cap_copy(CSPACE, 4, CAP_NULL, VICTIM_SPACE, RIGHTS_ALL);
	(void)sys_cap_copy(CSPACE, 5, CAP_NULL, VICTIM_THREAD, RIGHTS_ALL);
	(void)sys_cap_copy(CSPACE, 6, CAP_NULL, EP, RIGHTS_ALL);
	(void)sys_cap_copy(CSPACE, 7, CAP_NULL, N, RIGHTS_ALL);
	(void)sys_cap_copy(CSPACE, 8, CAP_NULL, TIMER, RIGHTS_ALL);
}

/* One round: let it run, then answer a fault if there is one, unblock it, verify the kernel. */
static void play(struct worker *worker)
{
	struct message m;

	if (ipc_wait(SLOT_FAULTS, ticks_from_now(4000), &m) == E_OK) {
		m = message_make(E_DENIED, 0, 0);
		(void)ipc_reply(&m);
	}
	MUST(sys_thread_suspend(worker_thread(0)));
	(void)sys_system_check();
	mend();
	worker_go(worker);
}

SCENARIO_BODY(random_calls_break_nothing)
{
	struct worker *worker;

	make_toys();
	worker = worker_make_abroad(0, SPACE, CSPACE, do_fuzz, FUZZ_SEED);
	worker_go(worker);
	for (unsigned round = 0; round < FUZZ_ROUNDS; round++)
		play(worker);
	EXPECT(worker->progress > 1000);
}
