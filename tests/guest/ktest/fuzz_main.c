/* SPDX-License-Identifier: MIT */
/* The director of the fuzzer: rounds, and what is said. The archive holds "SEED CALLS". */
#include "fuzz_world.h"

#define CHECK_CALLS	     10000
#define PROGRESS_CALLS	     1000000
#define STALLED_MICROSECONDS 500
#define ARCHIVE_VA	     0x21000000ul
#define SOURCE_ARCHIVE	     11
/* 16550: its line rises when that is wanted and there is nothing to send. */
#define UART_INTERRUPTS 1
#define UART_WHEN_EMPTY 2

static uint8_t actor_stacks[ACTORS][WORKER_STACK_BYTES] __attribute__((aligned(16)));
static uint64_t seed, calls_wanted;

_Noreturn void fail(const char *file, int line, const char *what, uint64_t got, uint64_t wanted)
{
	print("fuzz: failed: %s:%d: %s: got %lu, not %lu\n", file, line, what, got, wanted);
	power_off(false);
}

static uint64_t read_number(const char **text)
{
	uint64_t number = 0;

	while (**text == ' ' || **text == '\n')
		(*text)++;
	for (; **text >= '0' && **text <= '9'; (*text)++)
		number = number * 10 + (uint64_t)(**text - '0');
	return number;
}

/* What the archive says. */
static void read_order(void)
{
	const char *text = (const char *)ARCHIVE_VA;

	MUST(sys_space_attach(BOOT_SLOT_SPACE, SOURCE_ARCHIVE, find_memory(BOOT_MEMORY_ARCHIVE), RIGHT_READ));
	MUST(sys_space_map(BOOT_SLOT_SPACE, ARCHIVE_VA | RIGHT_READ, MAP_SOURCE(SOURCE_ARCHIVE, 1), 0));
	seed = read_number(&text);
	calls_wanted = read_number(&text);
	MUST(sys_space_detach(BOOT_SLOT_SPACE, SOURCE_ARCHIVE));
	EXPECT(calls_wanted != 0);
}

static uint64_t stack_top(unsigned actor)
{
	return (uint64_t)actor_stacks[actor] + WORKER_STACK_BYTES;
}

/* A hand that was stopped at its breakpoint begins again; @wake: one that is blocked goes on, CANCELLED. */
static void restart_hand(unsigned hand, bool wake)
{
	cap_t thread = (cap_t)worker_thread(hand);
	uint64_t state = MUST(sys_thread_read(thread));

	if (state == THREAD_STOPPED) {
		MUST(sys_thread_start(thread, (uint64_t)hand_begin, stack_top(hand), hand, 0));
	} else if (wake && state >= THREAD_SENDING) {
		MUST(sys_thread_suspend(thread));
		MUST(sys_thread_resume(thread));
	}
}

/* From the beginning, wherever it is, with everything that it needs and another seed. */
static void restart_victim(unsigned victim)
{
	cap_t thread = (cap_t)worker_thread(victim);

	MUST(sys_thread_suspend(thread));
	(void)sys_thread_bind(thread, BIND_SPACE, VICTIM_SPACE);
	(void)sys_thread_bind(thread, BIND_CSPACE, CSPACE + victim % HANDS);
	(void)sys_thread_bind(thread, BIND_PAGER, random_next(0) % 4 ? ENDPOINT : BADGED);
	(void)sys_thread_bind(thread, BIND_MESSAGE, worker_slot(victim, WORKER_MESSAGE));
	(void)sys_thread_priority(thread, VICTIM_PRIORITY);
	(void)sys_thread_start(thread, (uint64_t)victim_begin, stack_top(victim), victim, 0);
}

/* Some go without a message page, or with a notification, for a while. */
static void change_hand(unsigned hand, bool first)
{
	cap_t thread = (cap_t)worker_thread(hand);

	(void)sys_thread_bind(thread, BIND_MESSAGE,
			      random_next(0) % 8 ? worker_slot(hand, WORKER_MESSAGE) : 0);
	(void)sys_thread_bind(thread, BIND_NOTIFICATION, random_next(0) % 8 ? 0 : NOTIFICATION);
	MUST(sys_thread_priority(thread, HAND_PRIORITY - !first));
}

/* The UART's line falls and rises: it has news. */
static void raise_line(void)
{
	volatile uint8_t *interrupts = (volatile uint8_t *)(DEVICE_VA + UART_INTERRUPTS);

	*interrupts = 0;
	*interrupts = UART_WHEN_EMPTY;
}

static void one_round(bool stalled)
{
	struct fuzz_shared *shared = of_hands(&fuzz);
	unsigned first = random_next(0) % HANDS;
	bool mends = random_next(0) % (stalled ? 2 : 4) == 0;

	shared->rounds++;
	raise_line();
	for (unsigned hand = 0; hand < HANDS; hand++) {
		if (stalled || random_next(0) % 2 == 0)
			mend_toys(hand);
		change_hand(hand, hand == first);
	}
	for (unsigned i = 0; i < ACTORS; i++)
		fuzz.random[i] = random_next(0) | 1;
	if (mends)
		mend_victim_space();
	for (unsigned victim = HANDS; mends && victim < ACTORS; victim++)
		restart_victim(victim);
	for (unsigned hand = 0; hand < HANDS; hand++)
		restart_hand(hand, stalled || random_next(0) % 4 == 0);
}

/* A hand's breakpoint stops it; any other fault of a hand is a bug, of the fuzzer or of the kernel. */
static bool await_hands(void)
{
	struct message m;

	if (ipc_wait(SLOT_FAULTS, ticks_from_now(STALLED_MICROSECONDS), &m) != E_OK)
		return true;
	if (m.badge < FAULT_BADGE + HANDS && TAG_LABEL(m.tag) != FAULT_BREAKPOINT)
		fail(__FILE__, __LINE__, "a hand faulted: address, pc", m.w[0], m.w[1]);
	m = message_make(E_DENIED, 0, 0);
	(void)ipc_reply(&m);
	return false;
}

static void print_arguments(const uint64_t *w)
{
	print(" 0x%lx 0x%lx 0x%lx 0x%lx 0x%lx 0x%lx\n", w[0], w[1], w[2], w[3], w[4], w[5]);
}

static void expect_no_violation(const struct fuzz_shared *shared)
{
	const struct violation *found = &shared->violation;

	if (!found->what)
		return;
	print("fuzz: failed: %s: %s (%lu) gave error %lu value 0x%lx for", found->what,
	      list_name(found->number), found->number, found->error, found->value);
	print_arguments(found->w);
	power_off(false);
}

/* The call of a hand after which the longest visit was seen: mostly its own. */
static void report_longest(const struct fuzz_shared *shared)
{
	print("fuzz: longest %lu %s for", shared->irq_off_max, list_name(shared->longest.number));
	print_arguments(shared->longest.w);
}

static void run_rounds(struct fuzz_shared *shared)
{
	uint64_t next_check = CHECK_CALLS, next_progress = PROGRESS_CALLS;
	bool stalled = false;

	mend_victim_space();
	while (shared->calls < calls_wanted) {
		one_round(stalled);
		stalled = await_hands();
		expect_no_violation(shared);
		if (shared->calls >= next_check) {
			MUST(sys_system_check());
			next_check = shared->calls + CHECK_CALLS;
		}
		if (shared->calls >= next_progress) {
			print("fuzz: %lu calls, %lu rounds\n", shared->calls, shared->rounds);
			next_progress += PROGRESS_CALLS;
		}
	}
}

_Noreturn void init_main(const struct boot_info *info)
{
	struct fuzz_shared *shared = of_hands(&fuzz);
	uint64_t calls;
	const char *left;

	boot = info;
	world_open();
	read_order();
	print("fuzz: seed %lu, %lu calls\n", seed, calls_wanted);
	list_read();
	world_begin();
	for (unsigned i = 0; i < ACTORS; i++)
		fuzz.random[i] = (seed + 1 + i) * 0x9e3779b97f4a7c15;
	make_toys();
	run_rounds(shared);
	list_report(shared);
	report_longest(shared);
	for (unsigned i = 0; i < ACTORS; i++)
		MUST(sys_thread_suspend(worker_thread(i)));
	(void)sys_trace_control(BOOT_SLOT_IRQ_ALL, 0);
	calls = shared->calls;
	MUST(sys_cap_revoke(CAP_NULL, BIG));
	MUST(sys_cap_delete(CAP_NULL, BIG));
	left = world_end();
	if (left)
		print("fuzz: failed: left behind: %s\n", left);
	MUST(sys_system_check());
	print("fuzz: irq_off_max=%lu irq_off_call=%lu\n", world_info()->irq_off_max,
	      world_info()->irq_off_call);
	print("fuzz: %lu calls done\n", calls);
	power_off(left == NULL);
}
