/* SPDX-License-Identifier: MIT */
/* Faults as messages, and their answers. */
#include "ktest.h"

#define R		RIGHT_READ
#define RW		(RIGHT_READ | RIGHT_WRITE)
#define RX		(RIGHT_READ | RIGHT_EXECUTE)
#define HOLE_ADDRESS	0x8000000ul /* no device there on QEMU virt */
#define KERNEL_VA	0xffffffc000000000ul
#define KERNEL_IMAGE_VA (KERNEL_VA + 0x80200000)

static void do_load(struct worker *worker)
{
	worker->seen[0] = *(volatile uint64_t *)worker->argument;
}

static void do_store(struct worker *worker)
{
	*(volatile uint64_t *)worker->argument = 0x57013;
}

static void do_jump(struct worker *worker)
{
	((void (*)(void))worker->argument)();
}

static void do_load_16(struct worker *worker)
{
	for (unsigned i = 0; i < MAP_ITEMS_MAX; i++)
		worker->seen[0] += *(volatile uint64_t *)(worker->argument + i * PAGE_BYTES);
}

/* Take the next fault of worker @index and check what it says. */
static void expect_fault(unsigned index, uint64_t address, unsigned access, unsigned flags)
{
	struct message m;

	take(SLOT_FAULTS, &m);
	EXPECT_EQ(m.tag & ~0xfful, TAG((uint64_t)FAULT_PAGE, 0) | TAG_FAULT);
	EXPECT_EQ(m.badge, FAULT_BADGE + index);
	EXPECT_EQ(m.w[0], address);
	EXPECT_EQ(FAULT_INFO_ACCESS(m.w[2]), access);
	EXPECT_EQ(FAULT_INFO_FLAGS(m.w[2]), flags);
	EXPECT_EQ(FAULT_INFO_ASID(m.w[2]), sys_cap_info_full(CAP_NULL, BOOT_SLOT_SPACE).identity);
	EXPECT(m.w[1] >= INIT_BASE && m.w[1] < INIT_STACK_TOP);
}

static struct message answer_map(uint64_t at_rights, uint64_t page)
{
	return (struct message){.tag = TAG_MAP | 1 << 16,
				.w = {at_rights, MAP_SOURCE(SOURCE_PAGES, 1), page}};
}

static void again(struct worker *worker, void (*run)(struct worker *worker))
{
	worker_join(worker);
	MUST(sys_thread_suspend(worker_thread(worker->index)));
	worker->run = run;
	worker_go(worker);
}

SCENARIO_BODY(page_faults_say_address_access_and_thread)
{
	const uint64_t at = FAULT_VA + 5 * PAGE_BYTES + 8;
	struct message m;
	struct worker *worker;

	((uint64_t *)page_at(7))[1] = 0xabcdef;
	worker = worker_start(3, do_load, at);
	expect_fault(3, at, ACCESS_READ, 0);
	m = answer_map((at & ~(PAGE_BYTES - 1)) | R, 7);
	ANSWERS(E_OK, ipc_reply(&m));
	again(worker, do_store);
	EXPECT_EQ(worker->seen[0], 0xabcdef);
	expect_fault(3, at, ACCESS_WRITE, FAULT_PRESENT);
	m = answer_map((at & ~(PAGE_BYTES - 1)) | RW, 8);
	ANSWERS(E_OK, ipc_reply(&m));
	worker_join(worker);
	EXPECT_EQ(((uint64_t *)page_at(8))[1], 0x57013);
	/* An instruction: `ret` is 0x8082. */
	((uint64_t *)page_at(9))[0] = 0x8082;
	worker->argument = at - 8 + PAGE_BYTES;
	again(worker, do_jump);
	take(SLOT_FAULTS, &m);
	EXPECT_EQ(m.w[0], at - 8 + PAGE_BYTES);
	EXPECT_EQ(m.w[1], m.w[0]);
	EXPECT_EQ(FAULT_INFO_ACCESS(m.w[2]), ACCESS_EXECUTE);
	m = answer_map((at - 8 + PAGE_BYTES) | RX, 9);
	ANSWERS(E_OK, ipc_reply(&m));
	worker_join(worker);
}

SCENARIO_BODY(fault_answer_maps_many_items_at_once)
{
	struct message m;
	struct map_item *more = (struct map_item *)&message_page()->words[MESSAGE_REGISTERS];
	struct worker *worker;
	uint64_t faults = world_info()->fault_count;

	for (unsigned i = 0; i < MAP_ITEMS_MAX; i++)
		*(uint64_t *)page_at(20 + i) = 1ul << i;
	worker = worker_start(0, do_load_16, FAULT_VA);
	expect_fault(0, FAULT_VA, ACCESS_READ, 0);
	for (unsigned i = 1; i < MAP_ITEMS_MAX; i++)
		more[i - 1] = (struct map_item){(FAULT_VA + i * PAGE_BYTES) | R, MAP_SOURCE(SOURCE_PAGES, 1),
						20 + i};
	m = answer_map(FAULT_VA | R, 20);
	m.tag = TAG_MAP | MAP_ITEMS_MAX << 16;
	ANSWERS(E_TIMEOUT, ipc_reply_wait(SLOT_FAULTS, ticks_from_now(3000), &m));
	worker_join(worker);
	EXPECT_EQ(worker->seen[0], 0xffff);
	EXPECT_EQ(world_info()->fault_count, faults + 1);
}

SCENARIO_BODY(refused_fault_answer_leaves_the_fault_owed)
{
	struct message m;
	struct worker *worker = worker_start(0, do_load, FAULT_VA);

	expect_fault(0, FAULT_VA, ACCESS_READ, 0);
	m = answer_map(FAULT_VA | RIGHTS_RWX, 0);
	ANSWERS(E_WX, ipc_reply(&m));
	m = answer_map(FAULT_VA | R, WORLD_ARENAS * ARENA_PAGES);
	ANSWERS(E_RANGE, ipc_reply_wait(SLOT_FAULTS, DEADLINE_NEVER, &m));
	m = answer_map(USER_END | R, 0);
	ANSWERS(E_RANGE, ipc_reply(&m));
	m = answer_map(FAULT_VA | R, 0);
	m.tag = TAG_MAP;
	ANSWERS(E_MESSAGE, ipc_reply(&m));
	m = answer_map(FAULT_VA | R, 0);
	m.tag = TAG_MAP | (MAP_ITEMS_MAX + 1) << 16;
	ANSWERS(E_MESSAGE, ipc_reply(&m));
	EXPECT_EQ(MUST(sys_space_lookup(BOOT_SLOT_SPACE, FAULT_VA)), 0);
	EXPECT_EQ(worker->done, 0);
	m = answer_map(FAULT_VA | R, 0);
	ANSWERS(E_OK, ipc_reply(&m));
	worker_join(worker);
}

static void do_illegal(struct worker *worker)
{
	(void)worker;
	__asm__ volatile("unimp");
}

static void do_break(struct worker *worker)
{
	(void)worker;
	__asm__ volatile("ebreak");
}

static void do_privileged(struct worker *worker)
{
	(void)worker;
	__asm__ volatile("csrr zero, sstatus");
}

/* One that cannot be mended: look at it, answer with an error, find the thread stopped. */
static void expect_exception(void (*run)(struct worker *worker), uint64_t argument, enum fault_kind kind,
			     uint64_t address)
{
	struct message m;

	(void)worker_start(0, run, argument);
	take(SLOT_FAULTS, &m);
	EXPECT_EQ(TAG_LABEL(m.tag), kind);
	EXPECT(m.tag & TAG_FAULT);
	if (address)
		EXPECT_EQ(m.w[0], address);
	EXPECT(m.w[1] >= INIT_BASE && m.w[1] < INIT_STACK_TOP);
	m = message_make(E_DENIED, 0, 0);
	ANSWERS(E_OK, ipc_reply(&m));
	rest(1000);
	EXPECT_EQ(MUST(sys_thread_read(worker_thread(0))), THREAD_STOPPED);
	for (unsigned what = 0; what < WORKER_SLOTS - 1; what++)
		MUST(sys_cap_delete(CAP_NULL, worker_slot(0, what)));
}

static uint64_t device_page(uint64_t address)
{
	for (unsigned i = 0; i < boot->memory_count; i++) {
		if (boot->memory[i].kind == BOOT_MEMORY_DEVICE &&
		    address - boot->memory[i].base < boot->memory[i].bytes)
			return (address - boot->memory[i].base) / PAGE_BYTES;
	}
	fail(__FILE__, __LINE__, "a device range with the hole", address, 0);
}

SCENARIO_BODY(every_exception_is_a_message)
{
	expect_exception(do_illegal, 0, FAULT_ILLEGAL, 0);
	expect_exception(do_privileged, 0, FAULT_ILLEGAL, 0);
	expect_exception(do_break, 0, FAULT_BREAKPOINT, 0);
	expect_exception(do_load, 1ul << 40, FAULT_PAGE, 1ul << 40);
	expect_exception(do_load, ~7ul, FAULT_PAGE, ~7ul);
	expect_exception(do_store, 0, FAULT_PAGE, 0);
	MUST(sys_space_map(BOOT_SLOT_SPACE, FAULT_VA | RW, MAP_SOURCE(SOURCE_DEVICE, 1),
			   device_page(HOLE_ADDRESS)));
	expect_exception(do_load, FAULT_VA, FAULT_ACCESS, FAULT_VA);
	expect_exception(do_store, FAULT_VA + 16, FAULT_ACCESS, FAULT_VA + 16);
	MUST(sys_space_unmap(BOOT_SLOT_SPACE, FAULT_VA, 1));
}

SCENARIO_BODY(fault_answered_with_an_error_stops_the_thread)
{
	struct message m;
	struct worker *worker = worker_start(0, do_load, FAULT_VA);

	expect_fault(0, FAULT_VA, ACCESS_READ, 0);
	EXPECT_EQ(MUST(sys_thread_read(worker_thread(0))), THREAD_FAULTED);
	m = message_make(E_DENIED, 0, 0);
	ANSWERS(E_OK, ipc_reply(&m));
	EXPECT_EQ(MUST(sys_thread_read(worker_thread(0))), THREAD_STOPPED);
	EXPECT_EQ(worker->done, 0);
	/* Resumed, it tries the same instruction again. */
	MUST(sys_thread_resume(worker_thread(0)));
	expect_fault(0, FAULT_VA, ACCESS_READ, 0);
	m = answer_map(FAULT_VA | R, 0);
	ANSWERS(E_OK, ipc_reply(&m));
	worker_join(worker);
}

SCENARIO_BODY(kernel_is_out_of_reach_and_mapped_with_exact_rights)
{
	const uint64_t places[] = {KERNEL_VA, KERNEL_IMAGE_VA, USER_END, ~7ul};
	void (*const accesses[])(struct worker *) = {do_load, do_store};
	const unsigned access[] = {ACCESS_READ, ACCESS_WRITE};
	struct message m;

	(void)worker_make(0, do_load, 0);
	for (unsigned i = 0; i < 4 * 2; i++) {
		workers[0].argument = places[i / 2];
		workers[0].run = accesses[i % 2];
		worker_go(&workers[0]);
		expect_fault(0, places[i / 2], access[i % 2], 0);
		m = message_make(E_DENIED, 0, 0);
		ANSWERS(E_OK, ipc_reply(&m));
	}
	MUST(sys_thread_start(worker_thread(0), INIT_BASE, 0, 0, 0));
	MUST(sys_thread_suspend(worker_thread(0)));
	REFUSED(E_RANGE, sys_thread_start(worker_thread(0), KERNEL_IMAGE_VA, 0, 0, 0));
	/* The kernel looks at its own tables: text r-x, constants r--, data rw-, nothing for user mode. */
	EXPECT_EQ(sys_system_check().error, E_OK);
}
