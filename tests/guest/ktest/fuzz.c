/* SPDX-License-Identifier: MIT */
/*
 * Random system calls by a thread in a Space and a CSpace of its own, which hold every kind of capability.
 * Whatever it does, the kernel's invariants hold, the main thread goes on, all of it can be revoked, and no
 * call answers with an error that its list in syscall.def lacks.
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

#define TOY_EP	      6 /* EP in the CSpace of the fuzzer */
#define FUZZ_SLOTS    64
#ifndef FUZZ_ROUNDS
#define FUZZ_ROUNDS 100
#endif
#define CALLS_MIN 2000
#ifndef FUZZ_SEED
#define FUZZ_SEED 1ul
#endif

/* What syscall.def says of each call. */
static const struct {
	const char *name, *errors;
} listed[SYS_COUNT] = {
#define MESSAGE_CALL(number, name, text, errors)			     [number] = {#name, errors},
#define SYSCALL0(number, name, text, errors)				     [number] = {#name, errors},
#define SYSCALL1(number, name, t1, a1, text, errors)			     [number] = {#name, errors},
#define SYSCALL2(number, name, t1, a1, t2, a2, text, errors)		     [number] = {#name, errors},
#define SYSCALL3(number, name, t1, a1, t2, a2, t3, a3, text, errors)	     [number] = {#name, errors},
#define SYSCALL4(number, name, t1, a1, t2, a2, t3, a3, t4, a4, text, errors) [number] = {#name, errors},
#define SYSCALL5(number, name, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5, text, errors) \
	[number] = {#name, errors},
#define SYSCALL6(number, name, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5, t6, a6, text, errors) \
	[number] = {#name, errors},
#include "uapi/syscall.def"
#include "uapi/syscall_undef.h"
};

static const struct {
	const char *name;
	enum error number;
} errors[] = {
#define ERROR(name, number, text) {#name, E_##name},
#include "uapi/error.def"
#undef ERROR
};

#define ERRORS (sizeof(errors) / sizeof(errors[0]))

static uint64_t allowed[SYS_COUNT]; /* bit: number of an error in the call's list */

static uint64_t error_bit(const char *name, uint64_t length)
{
	for (unsigned i = 0; i < ERRORS; i++) {
		if (strlen(errors[i].name) == length && memcmp(errors[i].name, name, length) == 0)
			return 1ul << errors[i].number;
	}
	fail(__FILE__, __LINE__, name, 0, 1);
}

/* The words of each list as bits; before the images of the other Spaces are copied from this one. */
static void read_lists(void)
{
	for (unsigned i = 0; i < SYS_COUNT; i++) {
		const char *word = listed[i].errors;

		allowed[i] = listed[i].errors ? 1ul << E_OK : 0;
		while (word && *word) {
			uint64_t length = strcspn(word, " ");

			allowed[i] |= error_bit(word, length);
			word += length + (word[length] == ' ');
		}
	}
}

/* seen[2]: the first call whose answer its list lacks, number << 32 | error. */
static uint64_t judge(struct worker *worker, unsigned number, uint64_t error)
{
	if (worker->seen[2] == 0 && (error >= 64 || !(allowed[number] >> error & 1)))
		worker->seen[2] = (uint64_t)number << 32 | error;
	return error;
}

static void expect_listed(const struct worker *worker)
{
	uint64_t call = worker->seen[2] >> 32, error = worker->seen[2] & 0xffffffff;

	if (worker->seen[2] != 0)
		fail(__FILE__, __LINE__, listed[call].name, error, E_OK);
}

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

/* Anything: a small number, an address, a power of two, or near the end of the numbers. */
static uint64_t random_word(struct worker *worker)
{
	uint64_t r = random_next(worker), v = r >> 8;

	switch (r % 4) {
	case 0:
		return v % FUZZ_SLOTS;
	case 1:
		return (FAULT_VA + v % 2048 * PAGE_BYTES) | (v >> 20) % 8;
	case 2:
		return 1ul << v % 64;
	default:
		return ~0ul - v % 8;
	}
}

/*
 * What each call takes, a letter an argument:
 *   c CSpace, mostly its own   s any slot    e slot that may be empty   k kind   r rights   n small number
 *   M Memory  P Pool  S Space  T Thread  E Endpoint  N Notification  I Timer  R Reply       o page offset
 *   a address  A address and rights  u source and pages  x anything  w address of own memory
 *   b pages and bounds of a reply
 */
static const struct {
	uint8_t number;
	char arguments[7];
} shapes[] = {
	{SYS_notify, "N"},
	{SYS_cap_copy, "cecsr"},
	{SYS_cap_mint, "cecsrx"},
	{SYS_cap_move, "cecs"},
	{SYS_cap_delete, "ce"},
	{SYS_cap_revoke, "cs"},
	{SYS_cap_info, "cs"},
	{SYS_memory_carve, "Meon"},
	{SYS_pool_create, "Me"},
	{SYS_pool_free_bytes, "P"},
	{SYS_object_create, "Pekn"},
	{SYS_object_create, "Pekn"},
	{SYS_thread_bind, "Tns"},
	{SYS_thread_priority, "Tn"},
	{SYS_thread_start, "Twwxx"},
	{SYS_thread_suspend, "T"},
	{SYS_thread_resume, "T"},
	{SYS_thread_read, "T"},
	{SYS_thread_write, "T"},
	{SYS_thread_divert, "Twwx"},
	{SYS_space_attach, "SnMr"},
	{SYS_space_detach, "Sn"},
	{SYS_space_map, "SAuo"},
	{SYS_space_map, "SAuo"},
	{SYS_space_map_items, "Sn"},
	{SYS_space_unmap, "Sao"},
	{SYS_space_protect, "Saor"},
	{SYS_space_harvest, "Sao"},
	{SYS_space_park, "San"},
	{SYS_space_unpark, "Sar"},
	{SYS_space_lookup, "Sa"},
	{SYS_space_tables, "S"},
	{SYS_space_set_limit, "Sn"},
	{SYS_space_mapped, "Sao"},
	{SYS_space_stored, "S"},
	{SYS_memory_harvest, "Moo"},
	{SYS_reply_save, "e"},
	{SYS_reply_narrow, "Reaox"},
	{SYS_reply_forward, "REabex"},
	{SYS_reply_forward, "REabex"},
	{SYS_reply_recall, "R"},
	{SYS_buffer_copy, "Rnwon"},
	{SYS_buffer_copy_source, "Rnnoon"},
	{SYS_timer_set, "Ix"},
	{SYS_timer_bind, "IN"},
	{SYS_irq_create, "sex"},
	{SYS_irq_bind, "sN"},
	{SYS_irq_ack, "s"},
	{SYS_trace_control, "sn"},
	{SYS_divert_return, ""},
	{SYS_yield, ""},
	{SYS_null, ""},
};

#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))

/* The toy of this letter, or a slot that the fuzzer filled itself. */
static uint64_t random_slot(struct worker *worker, char letter)
{
	static const char toys[] = "cMPSTENI";
	uint64_t v = random_next(worker) >> 8;
	const char *toy = strchr(toys, letter);

	return toy && v % 4 ? (uint64_t)(toy - toys) + 1 : 9 + v / 4 % 24;
}

static uint64_t random_argument(struct worker *worker, char letter)
{
	uint64_t v = random_next(worker) >> 8;

	if (v % 16 == 0)
		return random_word(worker);
	v >>= 4;
	switch (letter) {
	case 'c':
		return v % 8 == 0;
	case 's':
		return 1 + v % 32;
	case 'e':
		return 9 + v % 24;
	case 'k':
		return 3 + v % 8;
	case 'r':
		return v % 4 ? RIGHTS_ALL : v / 4 % 32;
	case 'n':
		return v % 8 ? v / 8 % 5 : v / 8 % 100;
	case 'o':
		return v % 8 ? v / 8 % 64 : v / 8 % 2048;
	case 'a':
		return FAULT_VA + (v % 4 ? v / 4 % 1024 * PAGE_BYTES : v / 4 % 4 * ARENA_BYTES);
	case 'A':
		return (FAULT_VA + (v % 4 ? v / 4 % 1024 * PAGE_BYTES : v / 4 % 4 * ARENA_BYTES)) |
		       (v >> 20 & 1 ? RIGHT_READ | RIGHT_WRITE : v >> 21 & 7);
	case 'u':
		return MAP_SOURCE(v % 4 ? 0 : v / 4 % 3, 1 + v / 16 % 64) | (v >> 20 & 3 ? 0 : MAP_SUPERPAGE);
	case 'b':
		return FORWARD_BOUNDS(v % 4 ? v / 4 % 64 : v >> 20, RIGHTS_RWX, 0xffff);
	case 'w':
		return v % 4 ? PAGES_VA + 300 * PAGE_BYTES + v / 4 % 4096 : INIT_BASE + v / 4 % 65536 * 2;
	case 'R':
		return v % 2 ? CAP_NULL : 9 + v / 2 % 24;
	case 'x':
		return random_word(worker);
	default:
		return random_slot(worker, letter);
	}
}

static void random_message(struct worker *worker)
{
	static const uint8_t calls[] = {SYS_call,	SYS_send,	 SYS_wait,  SYS_wait,
					SYS_wait,	SYS_reply,	 SYS_reply, SYS_reply_wait,
					SYS_reply_send, SYS_forward_wait};
	uint8_t number = calls[random_next(worker) % sizeof(calls)];
	struct message m = {.tag = random_next(worker) & 0x307ul};
	cap_t cap;

	for (unsigned i = 0; i < MESSAGE_REGISTERS; i++)
		m.w[i] = random_argument(worker, "Auox"[i]);
	if (random_next(worker) % 4 == 0)
		m.tag = TAG_MAP | random_next(worker) % 3 << 16;
	if (number == SYS_forward_wait)
		m = message_forward((cap_t)random_argument(worker, 'E'), random_argument(worker, 'a'),
				    random_argument(worker, 'b'), random_argument(worker, 'e'),
				    random_argument(worker, 'x'));
	worker_page(0)->cap_send = random_argument(worker, 's');
	worker_page(0)->cap_receive = random_argument(worker, 'e');
	worker_page(0)->cap_send_rights = random_argument(worker, 'r');
	cap = (cap_t)random_argument(worker, number == SYS_reply_send ? 'e' : 'E');
	if (judge(worker, number, ipc_perform(number, cap, ticks_from_now(20), &m)) == E_OK)
		worker->seen[1]++;
}

static void random_call(struct worker *worker)
{
	uint64_t which = random_next(worker) % (SHAPES + 8), w[6] = {0};
	struct result done;

	if (which >= SHAPES) {
		random_message(worker);
		return;
	}
	for (unsigned i = 0; shapes[which].arguments[i]; i++)
		w[i] = random_argument(worker, shapes[which].arguments[i]);
	done = syscall_6(shapes[which].number, w[0], w[1], w[2], w[3], w[4], w[5]);
	if (judge(worker, shapes[which].number, done.error) == E_OK)
		worker->seen[0]++;
}

static void do_fuzz(struct worker *worker)
{
	for (;;) {
		random_call(worker);
		worker->progress++;
	}
}

/* Serves the fuzzer's endpoint now and then, and touches memory that the fuzzer is to supply. */
static void do_victim(struct worker *worker)
{
	for (;;) {
		struct message m = {.tag = TAG(0, 4), .w = {random_next(worker), 1, 2, 3}};

		judge(worker, SYS_reply, ipc_reply(&m));
		judge(worker, SYS_wait, ipc_wait(TOY_EP, ticks_from_now(5), &m));
		if (random_next(worker) % 4 == 0)
			judge(worker, SYS_reply_save, sys_reply_save(9 + random_next(worker) % 24).error);
		if (random_next(worker) % 2)
			*(volatile uint64_t *)(FAULT_VA + random_next(worker) % 256 * PAGE_BYTES) = 1;
		worker->progress++;
	}
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
	space_make_abroad(VICTIM_SPACE);
	create(EP, KIND_ENDPOINT, 0);
	create(N, KIND_NOTIFICATION, 0);
	create(TIMER, KIND_TIMER, 0);
	MUST(sys_memory_carve(SLOT_PAGES, MEMORY, 2 * ARENA_PAGES, 2 * ARENA_PAGES));
	MUST(sys_memory_carve(SLOT_PAGES, POOL_MEMORY, 4 * ARENA_PAGES, ARENA_PAGES));
	MUST(sys_pool_create(POOL_MEMORY, POOL));
	space_make_abroad(SPACE);
	(void)worker_make_abroad(1, VICTIM_SPACE, CSPACE, do_victim, FUZZ_SEED);
	MUST(sys_thread_bind(worker_thread(1), BIND_PAGER, EP));
	MUST(sys_cap_copy(CAP_NULL, VICTIM_THREAD, CAP_NULL, worker_thread(1), RIGHTS_ALL));
	for (unsigned i = 0; i < sizeof(toys) / sizeof(toys[0]); i++)
		give(1 + i, toys[i]);
	MUST(sys_space_attach(VICTIM_SPACE, 1, MEMORY, RIGHTS_RWX));
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

/* Stop it wherever it is and let it begin again; E_STATE: it lost its Space to the fuzzer. */
static void begin_again(struct worker *worker)
{
	MUST(sys_thread_suspend(worker_thread(worker->index)));
	(void)sys_thread_bind(worker_thread(worker->index), BIND_SPACE, worker->index ? VICTIM_SPACE : SPACE);
	(void)sys_thread_bind(worker_thread(worker->index), BIND_CSPACE, CSPACE);
	(void)sys_thread_priority(worker_thread(worker->index), WORKER_PRIORITY);
	worker_go(worker);
}

/* One round: let them run, answer a fault if there is one, verify the kernel, unblock them. */
static void play(struct worker *fuzzer, struct worker *victim)
{
	struct message m;

	if (ipc_wait(SLOT_FAULTS, ticks_from_now(200), &m) == E_OK) {
		m = message_make(E_DENIED, 0, 0);
		(void)ipc_reply(&m);
	}
	(void)sys_system_check();
	mend();
	begin_again(victim); /* first, so that it waits or has faulted when the other one runs */
	begin_again(fuzzer);
}

SCENARIO_BODY(random_calls_break_nothing)
{
	struct worker *fuzzer, *victim = page_at(470 + 1);

	read_lists();
	make_toys();
	fuzzer = worker_make_abroad(0, SPACE, CSPACE, do_fuzz, FUZZ_SEED * 0x9e3779b97f4a7c15);
	/* A round is a time, and on a busy host few calls fit into it. */
	for (unsigned round = 0;
	     round < FUZZ_ROUNDS || (fuzzer->progress < CALLS_MIN && round < 50 * FUZZ_ROUNDS); round++)
		play(fuzzer, victim);
	print("ktest: seed %lu: %lu random calls; done: %lu calls, %lu messages; victim %lu\n", FUZZ_SEED,
	      fuzzer->progress, fuzzer->seen[0], fuzzer->seen[1], victim->progress);
	EXPECT(fuzzer->progress >= CALLS_MIN);
	expect_listed(fuzzer);
	expect_listed(victim);
}
