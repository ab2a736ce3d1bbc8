/* SPDX-License-Identifier: MIT */
/* Threads: bindings, priorities, stop and go, registers, divert, floating point. */
#include "ktest.h"

#define EP    SLOT_TEST
#define N     (SLOT_TEST + 1)
#define T     (SLOT_TEST + 2)
#define OTHER (SLOT_TEST + 3)

static volatile uint64_t order_count;
static volatile uint64_t order[8];

static void do_note(struct worker *worker)
{
	order[order_count++ % 8] = worker->index;
}

static void do_spin(struct worker *worker)
{
	for (;;)
		worker->progress++;
}

static void do_wait(struct worker *worker)
{
	worker->seen[0] = ipc_wait((cap_t)worker->argument, DEADLINE_NEVER, &worker->m);
}

static void do_call(struct worker *worker)
{
	worker->seen[0] = ipc_call((cap_t)worker->argument, &worker->m);
}

SCENARIO_BODY(bind_refuses_what_does_not_fit)
{
	create(EP, KIND_ENDPOINT, 0);
	create(N, KIND_NOTIFICATION, 0);
	create(T, KIND_THREAD, 0);
	REFUSED(E_RANGE, sys_thread_bind(T, BIND_COUNT, EP));
	REFUSED(E_RANGE, sys_thread_bind(T, ~0ul, EP));
	REFUSED(E_KIND, sys_thread_bind(T, BIND_CSPACE, EP));
	REFUSED(E_KIND, sys_thread_bind(T, BIND_SPACE, EP));
	REFUSED(E_KIND, sys_thread_bind(T, BIND_PAGER, N));
	REFUSED(E_KIND, sys_thread_bind(EP, BIND_PAGER, EP));
	REFUSED(E_EMPTY, sys_thread_bind(T, BIND_PAGER, OTHER));
	REFUSED(E_RANGE, sys_thread_bind(T, BIND_MESSAGE, SLOT_PAGES));
	REFUSED(E_STATE, sys_thread_bind(BOOT_SLOT_THREAD, BIND_SPACE, BOOT_SLOT_SPACE));
	REFUSED(E_STATE, sys_thread_start(T, INIT_BASE, 0, 0, 0));
	REFUSED(E_STATE, sys_thread_resume(T));
	MUST(sys_cap_copy(CAP_NULL, OTHER, CAP_NULL, EP, RIGHT_READ));
	REFUSED(E_RIGHTS, sys_thread_bind(T, BIND_PAGER, OTHER));
	(void)worker_make(0, do_note, 0);
	MUST(sys_thread_bind(worker_thread(0), BIND_NOTIFICATION, N));
	REFUSED(E_BUSY, sys_thread_bind(T, BIND_NOTIFICATION, N));
	MUST(sys_thread_bind(worker_thread(0), BIND_NOTIFICATION, CAP_NULL));
	MUST(sys_thread_bind(T, BIND_NOTIFICATION, N));
	REFUSED(E_RANGE, sys_thread_priority(T, PRIORITIES));
	REFUSED(E_RANGE, sys_thread_start(worker_thread(0), USER_END, 0, 0, 0));
	REFUSED(E_RANGE, sys_thread_start(worker_thread(0), INIT_BASE + 1, 0, 0, 0));
}

/* Tries to raise itself above its own priority. */
static void do_raise(struct worker *worker)
{
	worker->seen[0] = sys_thread_priority((cap_t)worker_thread(0), WORKER_PRIORITY + 1).error;
	worker->seen[1] = sys_thread_priority((cap_t)worker_thread(0), WORKER_PRIORITY - 1).error;
}

SCENARIO_BODY(higher_priority_runs_first)
{
	struct worker *worker;

	order_count = 0;
	for (unsigned i = 0; i < 4; i++) {
		(void)worker_make(i, do_note, 0);
		MUST(sys_thread_priority(worker_thread(i), i == 2 ? 30 : WORKER_PRIORITY - i));
	}
	for (unsigned i = 0; i < 4; i++)
		worker_go(&workers[i]);
	for (unsigned i = 0; i < 4; i++)
		worker_join(&workers[i]);
	EXPECT_EQ(order[0], 2);
	EXPECT_EQ(order[1], 0);
	EXPECT_EQ(order[2], 1);
	EXPECT_EQ(order[3], 3);
	MUST(sys_thread_suspend(worker_thread(0)));
	MUST(sys_thread_priority(worker_thread(0), WORKER_PRIORITY));
	worker = &workers[0];
	worker->run = do_raise;
	worker_go(worker);
	worker_join(worker);
	EXPECT_EQ(worker->seen[0], E_RANGE);
	EXPECT_EQ(worker->seen[1], E_OK);
}

SCENARIO_BODY(equal_priorities_share_the_hart)
{
	struct worker *low;
	uint64_t before;

	(void)worker_start(0, do_spin, 0);
	(void)worker_start(1, do_spin, 0);
	low = worker_make(2, do_spin, 0);
	MUST(sys_thread_priority(worker_thread(2), WORKER_PRIORITY - 1));
	worker_go(low);
	UNTIL(workers[0].progress > 0 && workers[1].progress > 0);
	rest(100000);
	EXPECT(workers[0].progress / 8 < workers[1].progress);
	EXPECT(workers[1].progress / 8 < workers[0].progress);
	EXPECT_EQ(low->progress, 0);
	MUST(sys_thread_suspend(worker_thread(0)));
	before = workers[0].progress;
	rest(20000);
	EXPECT_EQ(workers[0].progress, before);
	MUST(sys_thread_resume(worker_thread(0)));
	UNTIL(workers[0].progress > before);
	REFUSED(E_STATE, sys_thread_resume(worker_thread(0)));
	REFUSED(E_STATE, sys_thread_start(worker_thread(0), INIT_BASE, 0, 0, 0));
}

static void do_yield(struct worker *worker)
{
	for (unsigned i = 0; i < 2; i++) {
		order[order_count++ % 8] = worker->index;
		(void)sys_yield();
	}
}

/* Two workers that yield after each note; true: their notes alternate. */
static bool notes_alternate(void)
{
	order_count = 0;
	for (unsigned i = 0; i < 2; i++)
		worker_go(&workers[i]);
	for (unsigned i = 0; i < 2; i++)
		worker_join(&workers[i]);
	for (unsigned i = 0; i < 2; i++)
		MUST(sys_thread_suspend(worker_thread(i)));
	return order[0] != order[1] && order[1] != order[2] && order[2] != order[3];
}

SCENARIO_BODY(yield_lets_equals_run)
{
	bool alternate = false;

	(void)worker_make(0, do_yield, 0);
	(void)worker_make(1, do_yield, 0);
	/* The end of a time slice between two of them is rare but no fault. */
	for (unsigned attempt = 0; attempt < 5 && !alternate; attempt++)
		alternate = notes_alternate();
	EXPECT(alternate);
}

SCENARIO_BODY(changed_priority_counts_at_once)
{
	order_count = 0;
	for (unsigned i = 0; i < 3; i++)
		(void)worker_start(i, do_note, 0);
	/* All are ready and none has run. */
	MUST(sys_thread_priority(worker_thread(2), WORKER_PRIORITY + 1));
	MUST(sys_thread_priority(worker_thread(0), WORKER_PRIORITY - 1));
	for (unsigned i = 0; i < 3; i++)
		worker_join(&workers[i]);
	EXPECT_EQ(order[0], 2);
	EXPECT_EQ(order[1], 1);
	EXPECT_EQ(order[2], 0);
}

static void do_delete_itself(struct worker *worker)
{
	worker->progress = 1;
	(void)sys_cap_delete(CAP_NULL, worker_thread(worker->index));
	worker->progress = 2;
}

SCENARIO_BODY(thread_can_delete_itself)
{
	uint64_t threads = world_info()->objects[KIND_THREAD];
	struct worker *worker = worker_start(0, do_delete_itself, 0);

	UNTIL(worker->progress == 1);
	rest(2000);
	EXPECT_EQ(worker->progress, 1);
	EXPECT_EQ(slot_kind(worker_thread(0)), 0);
	EXPECT_EQ(world_info()->objects[KIND_THREAD], threads);
}

static void do_start_registers(struct worker *worker)
{
	worker->seen[0] = 1;
}

/* Stores registers 5 to 31 but a0 at a0 before it goes on. */
static __attribute__((naked)) void store_registers(void)
{
	__asm__ volatile(
		".irp r,1,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n\t"
		"sd x\\r, 8 * \\r(a0)\n\t"
		".endr\n"
		"1:\tj 1b");
}

SCENARIO_BODY(started_thread_has_clear_registers)
{
	uint64_t *at = page_at(50);

	memset(at, 0xff, 256);
	(void)worker_make(0, do_start_registers, 0);
	MUST(sys_thread_start(worker_thread(0), (uint64_t)store_registers, 0, (uint64_t)at, 7));
	UNTIL(at[31] != ~0ul);
	rest(2000);
	for (unsigned i = 1; i < 32; i++)
		EXPECT_EQ(at[i], i == 2 || i == 10 ? ~0ul : i == 11 ? 7 : 0);
}

SCENARIO_BODY(suspended_thread_resumes_with_cancelled)
{
	struct message m;
	struct worker *waiter, *caller;

	create(EP, KIND_ENDPOINT, 0);
	waiter = worker_start(0, do_wait, EP);
	worker_settle(0);
	MUST(sys_thread_suspend(worker_thread(0)));
	rest(1000);
	EXPECT_EQ(waiter->done, 0);
	MUST(sys_thread_resume(worker_thread(0)));
	worker_join(waiter);
	EXPECT_EQ(waiter->seen[0], E_CANCELLED);
	/* Queued, then received: either way the call ends, and nobody can answer it. */
	for (unsigned received = 0; received < 2; received++) {
		caller = received ? &workers[1] : worker_make(1, do_call, EP);
		worker_go(caller);
		if (received)
			take(EP, &m);
		else
			worker_settle(1);
		MUST(sys_thread_suspend(worker_thread(1)));
		m = message_make(E_OK, 0, 0);
		ANSWERS(E_STALE, ipc_reply(&m));
		EXPECT(is_quiet(EP));
		MUST(sys_thread_resume(worker_thread(1)));
		worker_join(caller);
		EXPECT_EQ(caller->seen[0], E_CANCELLED);
		MUST(sys_thread_suspend(worker_thread(1)));
	}
}

SCENARIO_BODY(registers_are_read_and_written)
{
	struct message_page *page = message_page();
	struct worker *worker = worker_make(0, do_note, 0);
	uint64_t pc;

	create(EP, KIND_ENDPOINT, 0);
	EXPECT_EQ(MUST(sys_thread_read(worker_thread(0))), THREAD_STOPPED);
	worker->run = do_wait;
	worker->argument = EP;
	worker_go(worker);
	worker_settle(0);
	EXPECT_EQ(MUST(sys_thread_read(worker_thread(0))), THREAD_WAITING);
	EXPECT_EQ(page->words[36], THREAD_WAITING);
	EXPECT_EQ(page->words[4 + 17], SYS_wait);
	REFUSED(E_STATE, sys_thread_write(worker_thread(0)));
	MUST(sys_thread_suspend(worker_thread(0)));
	MUST(sys_thread_read(worker_thread(0)));
	pc = page->words[4];
	page->words[4] = USER_END;
	REFUSED(E_RANGE, sys_thread_write(worker_thread(0)));
	page->words[4] = pc + 1;
	REFUSED(E_RANGE, sys_thread_write(worker_thread(0)));
	page->words[4] = pc;
	for (unsigned i = 5; i < 32; i++)
		page->words[4 + i] = i * 0x101;
	MUST(sys_thread_write(worker_thread(0)));
	memset(page->words, 0, sizeof(page->words));
	MUST(sys_thread_read(worker_thread(0)));
	for (unsigned i = 5; i < 32; i++)
		EXPECT_EQ(page->words[4 + i], i * 0x101);
}

/* Gives registers 1 and 3 to 31 the value 0x1111 * number, then spins; progress is not told. */
static __attribute__((naked)) void spin_with_pattern(void)
{
	__asm__ volatile(
		".irp r,1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n\t"
		"li x\\r, 0x1111 * \\r\n\t"
		".endr\n"
		"1:\tj 1b");
}

static void do_pattern(struct worker *worker)
{
	(void)worker;
	spin_with_pattern();
}

static volatile uint64_t divert_reason;

static _Noreturn void diverted(uint64_t reason)
{
	divert_reason = reason;
	(void)sys_divert_return();
	for (;;)
		continue;
}

SCENARIO_BODY(divert_and_return_restore_every_register)
{
	static uint8_t stack[1024] __attribute__((aligned(16)));
	struct message_page *page = message_page();
	uint64_t sp, pc = (uint64_t)diverted, top = (uint64_t)(stack + sizeof(stack));

	divert_reason = 0;
	REFUSED(E_STATE, sys_divert_return());
	page->saved[MESSAGE_SAVED_VALID] = 1;
	page->saved[MESSAGE_SAVED_PC] = USER_END;
	REFUSED(E_STATE, sys_divert_return());
	page->saved[MESSAGE_SAVED_PC] = pc + 1;
	REFUSED(E_STATE, sys_divert_return());
	page->saved[MESSAGE_SAVED_VALID] = 0;
	(void)worker_start(0, do_pattern, 0);
	/* t6 is the last it sets. */
	UNTIL(MUST(sys_thread_read(worker_thread(0))) == THREAD_READY && page->words[4 + 31] == 0x1111 * 31);
	MUST(sys_thread_suspend(worker_thread(0)));
	MUST(sys_thread_read(worker_thread(0)));
	sp = page->words[4 + 2];
	MUST(sys_thread_divert(worker_thread(0), pc, top, 42));
	EXPECT_EQ(worker_page(0)->saved[MESSAGE_SAVED_VALID], 1);
	EXPECT_EQ(worker_page(0)->saved[MESSAGE_SAVED_REASON], 42);
	REFUSED(E_BUSY, sys_thread_divert(worker_thread(0), pc, top, 43));
	REFUSED(E_RANGE, sys_thread_divert(worker_thread(0), USER_END, top, 43));
	MUST(sys_thread_resume(worker_thread(0)));
	UNTIL(divert_reason == 42 && !worker_page(0)->saved[MESSAGE_SAVED_VALID]);
	/* The same while it runs. */
	MUST(sys_thread_divert(worker_thread(0), pc, top, 44));
	UNTIL(divert_reason == 44 && !worker_page(0)->saved[MESSAGE_SAVED_VALID]);
	MUST(sys_thread_suspend(worker_thread(0)));
	MUST(sys_thread_read(worker_thread(0)));
	for (unsigned i = 1; i < 32; i++)
		EXPECT_EQ(page->words[4 + i], i == 2 ? sp : 0x1111 * i);
	MUST(sys_thread_bind(worker_thread(0), BIND_MESSAGE, CAP_NULL));
	REFUSED(E_MESSAGE, sys_thread_divert(worker_thread(0), pc, top, 1));
}

/* All floating point registers from, and to, an array of 32. This file is built without them. */
static void float_load(const uint64_t *values)
{
	__asm__ volatile(
		".option push\n\t.option arch, +d\n\t"
		".irp "
		"r,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n\t"
		"fld f\\r, 8 * \\r(%0)\n\t"
		".endr\n\t.option pop"
		:
		: "r"(values)
		: "memory");
}

static void float_store(uint64_t *values)
{
	__asm__ volatile(
		".option push\n\t.option arch, +d\n\t"
		".irp "
		"r,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n\t"
		"fsd f\\r, 8 * \\r(%0)\n\t"
		".endr\n\t.option pop"
		:
		: "r"(values)
		: "memory");
}

/* Rounding mode in bits 7 to 5, flags in bits 4 to 0. */
static void float_control_write(uint64_t value)
{
	__asm__ volatile(".option push\n\t.option arch, +d\n\tfscsr %0\n\t.option pop" : : "r"(value));
}

static uint64_t float_control_read(void)
{
	uint64_t value;

	__asm__ volatile(".option push\n\t.option arch, +d\n\tfrcsr %0\n\t.option pop" : "=r"(value));
	return value;
}

static bool float_agree(const uint64_t *wanted)
{
	uint64_t now[32];

	float_store(now);
	for (unsigned i = 0; i < 32; i++) {
		if (now[i] != wanted[i])
			return false;
	}
	return true;
}

/* seen[0]: registers at the start were not zero. seen[1], seen[2]: later they, or fcsr, were not what was
 * written. */
static void do_float(struct worker *worker)
{
	uint64_t wanted[32] = {0}, control;

	worker->seen[0] = !float_agree(wanted) || float_control_read() != 0;
	for (uint64_t round = 1;; round++) {
		for (unsigned i = 0; i < 32; i++)
			wanted[i] = round * 1000003 + worker->index * 77 + i;
		control = (round + worker->index) % 5 << 5 | (round * 7 + worker->index) % 32;
		float_load(wanted);
		float_control_write(control);
		for (unsigned check = 0; check < 200; check++) {
			worker->seen[1] |= !float_agree(wanted);
			worker->seen[2] |= float_control_read() != control;
		}
		worker->progress++;
	}
}

SCENARIO_BODY(floating_point_survives_preemption)
{
	(void)worker_start(0, do_float, 0);
	(void)worker_start(1, do_spin, 0);
	(void)worker_start(2, do_float, 0);
	(void)worker_start(3, do_spin, 0);
	rest(100000);
	for (unsigned i = 0; i < 4; i++)
		UNTIL(workers[i].progress > 10);
	for (unsigned i = 0; i < 4; i++)
		MUST(sys_thread_suspend(worker_thread(i)));
	for (unsigned i = 0; i < 4; i++)
		EXPECT(workers[i].progress > 0);
	for (unsigned i = 0; i < 4; i += 2) {
		EXPECT_EQ(workers[i].seen[0], 0);
		EXPECT_EQ(workers[i].seen[1], 0);
		EXPECT_EQ(workers[i].seen[2], 0);
	}
}
