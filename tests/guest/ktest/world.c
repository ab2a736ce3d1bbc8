/* SPDX-License-Identifier: MIT */
/* The world a scenario starts in, and how all of it is taken back. */
#include "ktest.h"

#define UART_ADDRESS	  0x10000000ul
#define POWER_ADDRESS	  0x100000ul
#define WAIT_MICROSECONDS 20000000ul /* an overloaded host is no failure */

const struct boot_info *boot;
struct worker workers[WORKERS];
static uint8_t worker_stacks[WORKERS][WORKER_STACK_BYTES] __attribute__((aligned(16)));
static struct counts counts_before;
static uint64_t ticks_a_microsecond; /* here, for threads that have no info page */

const struct info_page *world_info(void)
{
	return (const struct info_page *)INIT_INFO_PAGE;
}

struct counts counts_now(void)
{
	const struct info_page *info = world_info();
	struct counts now = {
		.slots = info->slots_used, .tables = info->tables, .frames_kernel = info->frames_kernel};

	for (unsigned kind = 0; kind < 16; kind++)
		now.objects[kind] = info->objects[kind];
	return now;
}

bool counts_equal(const struct counts *a, const struct counts *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static uint64_t ticks_now(void)
{
	uint64_t ticks;

	__asm__ volatile("rdtime %0" : "=r"(ticks));
	return ticks;
}

uint64_t ticks_from_now(uint64_t microseconds)
{
	return ticks_now() + microseconds * ticks_a_microsecond;
}

/* Before there is a console nothing can be said: a breakpoint, which the kernel reports. */
static void need(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static void map_device(uint64_t at, uint64_t address, unsigned slot)
{
	uint64_t offset = (address - boot->memory[slot - BOOT_SLOT_MEMORY].base) / PAGE_BYTES;

	need(sys_space_map(BOOT_SLOT_SPACE, at | RIGHT_READ | RIGHT_WRITE, MAP_SOURCE(SOURCE_DEVICE, 1),
			   offset)
		     .error == E_OK);
}

static unsigned find_memory(enum boot_memory_kind kind, uint64_t address)
{
	for (unsigned i = 0; i < boot->memory_count; i++) {
		const struct boot_memory *memory = &boot->memory[i];

		if (memory->kind == kind && address - memory->base < memory->bytes)
			return BOOT_SLOT_MEMORY + i;
	}
	return 0;
}

void world_open(void)
{
	unsigned device = find_memory(BOOT_MEMORY_DEVICE, UART_ADDRESS);

	ticks_a_microsecond = world_info()->timebase_hz / 1000000;
	need(boot->magic == BOOT_INFO_MAGIC && boot->abi_version == ABI_VERSION);
	need(device && device == find_memory(BOOT_MEMORY_DEVICE, POWER_ADDRESS));
	need(sys_space_attach(BOOT_SLOT_SPACE, SOURCE_DEVICE, device, RIGHT_READ | RIGHT_WRITE).error ==
	     E_OK);
	map_device(DEVICE_VA, UART_ADDRESS, device);
	map_device(DEVICE_VA + PAGE_BYTES, POWER_ADDRESS, device);
	console_open((volatile uint8_t *)DEVICE_VA, (volatile uint32_t *)(DEVICE_VA + PAGE_BYTES));
}

/* The largest range of RAM. */
static unsigned ram_index(void)
{
	unsigned best = boot->memory_count;

	for (unsigned i = 0; i < boot->memory_count; i++) {
		if (boot->memory[i].kind == BOOT_MEMORY_RAM &&
		    (best == boot->memory_count || boot->memory[i].bytes > boot->memory[best].bytes))
			best = i;
	}
	EXPECT(best < boot->memory_count);
	return best;
}

void create(unsigned slot, enum object_kind kind, uint64_t argument)
{
	MUST(sys_object_create(SLOT_POOL, slot, kind, argument));
}

void world_begin(void)
{
	unsigned ram = ram_index();
	uint64_t skip = (0 - boot->memory[ram].base) % ARENA_BYTES / PAGE_BYTES;

	memset(workers, 0, sizeof(workers));
	memset((void *)INIT_MESSAGE_PAGE, 0, PAGE_BYTES);
	counts_before = counts_now();
	MUST(sys_memory_carve(BOOT_SLOT_MEMORY + ram, SLOT_RAM, skip, WORLD_ARENAS * ARENA_PAGES));
	MUST(sys_memory_carve(SLOT_RAM, SLOT_POOL_MEMORY, 0, ARENA_PAGES));
	MUST(sys_pool_create(SLOT_POOL_MEMORY, SLOT_POOL));
	MUST(sys_memory_carve(SLOT_RAM, SLOT_PAGES, ARENA_PAGES, (WORLD_ARENAS - 1) * ARENA_PAGES));
	MUST(sys_space_attach(BOOT_SLOT_SPACE, SOURCE_PAGES, SLOT_PAGES, RIGHTS_RWX));
	MUST(sys_space_map(BOOT_SLOT_SPACE, PAGES_VA | RIGHT_READ | RIGHT_WRITE,
			   MAP_SOURCE(SOURCE_PAGES, 1) | MAP_SUPERPAGE, 0));
	memset((void *)PAGES_VA, 0, ARENA_BYTES);
	create(SLOT_FAULTS, KIND_ENDPOINT, 0);
}

void take_arenas(unsigned slot, uint64_t arenas)
{
	unsigned best = 0;
	uint64_t skip;

	for (unsigned i = 0; i < boot->memory_count; i++) {
		if (boot->memory[i].kind == BOOT_MEMORY_RAM &&
		    (boot->memory[best].kind != BOOT_MEMORY_RAM ||
		     boot->memory[i].bytes > boot->memory[best].bytes))
			best = i;
	}
	skip = (0 - boot->memory[best].base) % ARENA_BYTES + WORLD_ARENAS * ARENA_BYTES;
	EXPECT(boot->memory[best].bytes >= skip + arenas * ARENA_BYTES);
	MUST(sys_memory_carve(BOOT_SLOT_MEMORY + best, slot, skip / PAGE_BYTES, arenas * ARENA_PAGES));
}

/* What kept the counts from returning to where they were. */
static const char *what_is_left(void)
{
	struct counts now = counts_now();

	for (uint64_t slot = SLOT_RAM; slot < SLOT_TEST_END; slot++) {
		if (slot_kind(slot))
			return "a capability";
	}
	if (now.slots != counts_before.slots)
		return "capability slots";
	if (memcmp(now.objects, counts_before.objects, sizeof(now.objects)) != 0)
		return "objects";
	if (now.tables != counts_before.tables)
		return "page tables";
	if (now.frames_kernel != counts_before.frames_kernel)
		return "kernel arenas";
	return NULL;
}

/* Whether or not the scenario came to its end: revoke, then only what came from elsewhere is left. */
const char *world_end(void)
{
	if (slot_kind(SLOT_RAM)) {
		if (sys_cap_revoke(CAP_NULL, SLOT_RAM).error != E_OK)
			return "all of it: revoke is refused";
		(void)sys_cap_delete(CAP_NULL, SLOT_RAM);
	}
	for (uint64_t slot = SLOT_TEST; slot < SLOT_TEST_END; slot++) {
		enum object_kind kind = slot_kind(slot);

		/* What does not descend from the world's memory. */
		if (kind == KIND_REPLY || kind == KIND_IRQ || kind == KIND_MEMORY)
			(void)sys_cap_delete(CAP_NULL, slot);
	}
	return what_is_left();
}

void rest(uint64_t microseconds)
{
	struct message m;

	(void)ipc_wait(CAP_NULL, ticks_from_now(microseconds), &m);
}

void take(cap_t endpoint, struct message *m)
{
	err_t error = ipc_wait(endpoint, ticks_from_now(WAIT_MICROSECONDS), m);

	EXPECT_EQ(error, E_OK);
}

bool is_quiet(cap_t endpoint)
{
	struct message m;

	return ipc_wait(endpoint, ticks_from_now(2000), &m) == E_TIMEOUT;
}

/* Where every worker begins. */
static _Noreturn void worker_enter(struct worker *worker)
{
	struct message m;

	worker->run(worker);
	worker->done = 1;
	for (;;)
		(void)ipc_wait(CAP_NULL, DEADLINE_NEVER, &m);
}

/* Make the thread of @worker, bound to everything, not started. */
static void make_thread(struct worker *worker, unsigned space, unsigned cspace)
{
	unsigned index = worker->index;
	uint64_t thread = worker_thread(index);
	uint64_t message = worker_slot(index, WORKER_MESSAGE), pager = worker_slot(index, WORKER_PAGER);

	create(thread, KIND_THREAD, 0);
	MUST(sys_memory_carve(SLOT_PAGES, message, WORKER_PAGE(index), 1));
	MUST(sys_cap_mint(CAP_NULL, pager, CAP_NULL, SLOT_FAULTS, RIGHTS_ALL, FAULT_BADGE + index));
	MUST(sys_thread_bind(thread, BIND_CSPACE, cspace));
	MUST(sys_thread_bind(thread, BIND_SPACE, space));
	MUST(sys_thread_bind(thread, BIND_PAGER, pager));
	MUST(sys_thread_bind(thread, BIND_MESSAGE, message));
	MUST(sys_thread_priority(thread, WORKER_PRIORITY));
}

struct worker *worker_make(unsigned index, void (*run)(struct worker *worker), uint64_t argument)
{
	struct worker *worker = &workers[index];

	*worker = (struct worker){.index = index, .run = run, .argument = argument};
	make_thread(worker, BOOT_SLOT_SPACE, BOOT_SLOT_CSPACE);
	return worker;
}

void space_make_abroad(unsigned space)
{
	const struct init_image *image = (const struct init_image *)INIT_BASE;
	const uint64_t image_pages = image->text_pages + image->data_pages + image->bss_pages;

	EXPECT(image_pages <= 200);
	create(space, KIND_SPACE, 16);
	MUST(sys_space_attach(space, 0, SLOT_PAGES, RIGHTS_RWX));
	MUST(sys_space_map(space, PAGES_VA | RIGHT_READ | RIGHT_WRITE, MAP_SOURCE(0, 1) | MAP_SUPERPAGE, 0));
	for (uint64_t i = 0; i < image_pages; i++) {
		uint64_t at = INIT_BASE + i * PAGE_BYTES;
		unsigned rights =
			i < image->text_pages ? RIGHT_READ | RIGHT_EXECUTE : RIGHT_READ | RIGHT_WRITE;

		memcpy(page_at(100 + (unsigned)i), (const void *)at, PAGE_BYTES);
		MUST(sys_space_map(space, at | rights, MAP_SOURCE(0, 1), 100 + i));
	}
}

struct worker *worker_make_abroad(unsigned index, unsigned space, unsigned cspace,
				  void (*run)(struct worker *worker), uint64_t argument)
{
	struct worker *worker = page_at(470 + index);

	*worker = (struct worker){.index = index, .run = run, .argument = argument};
	make_thread(worker, space, cspace);
	return worker;
}

void worker_go(struct worker *worker)
{
	worker->done = 0;
	MUST(sys_thread_start(worker_thread(worker->index), (uint64_t)worker_enter,
			      (uint64_t)(worker_stacks[worker->index] + WORKER_STACK_BYTES), (uint64_t)worker,
			      0));
}

struct worker *worker_start(unsigned index, void (*run)(struct worker *worker), uint64_t argument)
{
	struct worker *worker = worker_make(index, run, argument);

	worker_go(worker);
	return worker;
}

void worker_settle(unsigned index)
{
	UNTIL(MUST(sys_thread_read(worker_thread(index))) != THREAD_READY);
}

void worker_join(struct worker *worker)
{
	uint64_t end = ticks_from_now(WAIT_MICROSECONDS);

	while (!worker->done && ticks_now() < end)
		rest(500);
	EXPECT_EQ(worker->done, 1);
}
