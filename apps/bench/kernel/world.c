/* SPDX-License-Identifier: MIT */
/* Memory, devices, and peers: threads in spaces of their own that run a copy of this image. */
#include "kbench.h"
#include <string.h>

#define UART_ADDRESS	 0x10000000ul
#define POWER_ADDRESS	 0x100000ul
#define WORLD_ARENAS	 4 /* the first is the pool */
#define PEER_STACK_PAGES 2
#define PEER_TABLES	 64
#define RW		 (RIGHT_READ | RIGHT_WRITE)

struct world world;

void must(struct result result, const char *what)
{
	if (result.error == E_OK)
		return;
	print("FAILED %s: error %lu\n", what, result.error);
	power_off(false);
}

/* Before there is a console nothing can be said: a breakpoint, which the kernel reports. */
static void need(bool condition)
{
	if (!condition)
		__builtin_trap();
}

cap_t slot_new(void)
{
	return (cap_t)world.next_slot++;
}

cap_t object_new(enum object_kind kind, uint64_t argument)
{
	cap_t slot = slot_new();

	must(sys_object_create(world.pool, slot, kind, argument), "object_create");
	return slot;
}

static unsigned device_index(void)
{
	for (unsigned i = 0; i < world.boot->memory_count; i++) {
		if (world.boot->memory[i].kind == BOOT_MEMORY_DEVICE)
			return i;
	}
	return BOOT_MEMORY_MAX;
}

static void map_device(uint64_t at, uint64_t address, uint64_t base)
{
	need(sys_space_map(BOOT_SLOT_SPACE, at | RW, MAP_SOURCE(SOURCE_DEVICE, 1),
			   (address - base) / PAGE_BYTES)
		     .error == E_OK);
}

static void open_devices(void)
{
	unsigned index = device_index();
	uint64_t base;

	need(index < BOOT_MEMORY_MAX);
	base = world.boot->memory[index].base;
	need(sys_space_attach(BOOT_SLOT_SPACE, SOURCE_DEVICE, BOOT_SLOT_MEMORY + index, RW).error == E_OK);
	map_device(DEVICE_VA, UART_ADDRESS, base);
	map_device(DEVICE_VA + PAGE_BYTES, POWER_ADDRESS, base);
	console_open((volatile uint8_t *)DEVICE_VA, (volatile uint32_t *)(DEVICE_VA + PAGE_BYTES));
}

/* The largest range of RAM. */
static unsigned ram_index(void)
{
	unsigned best = 0;
	uint64_t bytes = 0;

	for (unsigned i = 0; i < world.boot->memory_count; i++) {
		if (world.boot->memory[i].kind == BOOT_MEMORY_RAM && world.boot->memory[i].bytes > bytes) {
			bytes = world.boot->memory[i].bytes;
			best = i;
		}
	}
	return best;
}

static void open_memory(void)
{
	unsigned ram = ram_index();
	uint64_t skip = (0 - world.boot->memory[ram].base) % ARENA_BYTES / PAGE_BYTES;
	cap_t arena = slot_new();

	world.pool = slot_new();
	world.pages = slot_new();
	must(sys_memory_carve(BOOT_SLOT_MEMORY + ram, arena, skip, ARENA_PAGES), "memory_carve");
	must(sys_pool_create(arena, world.pool), "pool_create");
	must(sys_memory_carve(BOOT_SLOT_MEMORY + ram, world.pages, skip + ARENA_PAGES,
			      (WORLD_ARENAS - 1) * ARENA_PAGES),
	     "memory_carve");
	must(sys_space_attach(BOOT_SLOT_SPACE, SOURCE_PAGES, world.pages, RIGHTS_RWX), "space_attach");
	must(sys_space_map(BOOT_SLOT_SPACE, PAGES_VA | RW, MAP_SOURCE(SOURCE_PAGES, 1) | MAP_SUPERPAGE, 0),
	     "space_map");
}

void world_open(const struct boot_info *boot)
{
	world.boot = boot;
	world.next_slot = boot->first_free_slot;
	need(boot->magic == BOOT_INFO_MAGIC && boot->abi_version == ABI_VERSION);
	open_devices();
	open_memory();
	world.overhead = samples_overhead();
}

/* @pages of world.pages, at @at of a peer's space. */
static void peer_map(cap_t space, uint64_t at, uint64_t rights, uint64_t page, uint64_t pages)
{
	if (pages > 0)
		must(sys_space_map(space, at | rights, MAP_SOURCE(0, pages), page), "space_map of a peer");
}

static uint64_t pages_take(uint64_t pages)
{
	world.next_page += pages;
	return world.next_page - pages;
}

/* The image as it is now, at the same addresses. */
static void peer_copy_image(cap_t space)
{
	const struct init_image *image = (const struct init_image *)INIT_BASE;
	uint64_t data = image->data_pages + image->bss_pages;
	uint64_t page = pages_take(image->text_pages + data);

	memcpy((void *)(PAGES_VA + page * PAGE_BYTES), image, (image->text_pages + data) * PAGE_BYTES);
	must(sys_space_attach(space, 0, world.pages, RIGHTS_RWX), "space_attach of a peer");
	peer_map(space, INIT_BASE, RIGHT_READ | RIGHT_EXECUTE, page, image->text_pages);
	peer_map(space, INIT_BASE + image->text_pages * PAGE_BYTES, RW, page + image->text_pages, data);
}

static _Noreturn void peer_enter(peer_function *run, uint64_t argument)
{
	run(argument);
	__builtin_trap();
}

void peer_start(peer_function *run, uint64_t argument)
{
	cap_t space = object_new(KIND_SPACE, PEER_TABLES), thread = object_new(KIND_THREAD, 0);
	cap_t message = slot_new();
	uint64_t stack = pages_take(PEER_STACK_PAGES), page = pages_take(1);

	peer_copy_image(space);
	peer_map(space, INIT_STACK_TOP - PEER_STACK_PAGES * PAGE_BYTES, RW, stack, PEER_STACK_PAGES);
	peer_map(space, INIT_MESSAGE_PAGE, RW, page, 1);
	must(sys_memory_carve(world.pages, message, page, 1), "memory_carve");
	must(sys_thread_bind(thread, BIND_CSPACE, BOOT_SLOT_CSPACE), "thread_bind");
	must(sys_thread_bind(thread, BIND_SPACE, space), "thread_bind");
	must(sys_thread_bind(thread, BIND_MESSAGE, message), "thread_bind");
	must(sys_thread_priority(thread, INIT_PRIORITY), "thread_priority");
	must(sys_thread_start(thread, (uint64_t)peer_enter, INIT_STACK_TOP, (uint64_t)run, argument),
	     "thread_start");
	(void)sys_yield(); /* it runs up to its first wait */
}
