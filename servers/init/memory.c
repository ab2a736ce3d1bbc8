/* SPDX-License-Identifier: MIT */
/*
 * RAM, slots and the pool that init hands out.
 *
 *   boot range:   |  left over, goes to the pager          | server | server |
 *                 '- base                                  '- end  <- taken from here downwards
 *
 * Taking from the end of the highest range leaves the pager whole arenas. What init takes it never gives
 * back.
 */
#include "init.h"
#include <pagoda/syscall.h>

static struct ram {
	cap_t slot;
	paddr_t base;
	uint64_t left_pages;
	bool closed; /* what was left belongs to the pager */
} ram[SERVER_RAM_MAX];
static uint32_t ram_count;
static uint64_t total_pages;
static uint64_t next_slot;
static cap_t pool = BOOT_SLOT_POOL;

void memory_open(void)
{
	next_slot = init.boot->first_free_slot;
	for (uint32_t i = 0; i < init.boot->memory_count; i++) {
		const struct boot_memory *memory = &init.boot->memory[i];

		if (memory->kind != BOOT_MEMORY_RAM)
			continue;
		total_pages += memory->bytes / PAGE_BYTES;
		if (ram_count == SERVER_RAM_MAX)
			continue; /* counted, never used */
		ram[ram_count++] = (struct ram){.slot = BOOT_SLOT_MEMORY + i,
						.base = memory->base,
						.left_pages = memory->bytes / PAGE_BYTES};
	}
}

cap_t slot_new(void)
{
	if (next_slot >= INIT_CSPACE_SLOTS)
		init_panic("no slot is left in init's CSpace");
	return next_slot++;
}

/* The range with the highest addresses that has @pages left. */
static struct ram *ram_highest(uint64_t pages)
{
	struct ram *highest = NULL;

	for (uint32_t i = 0; i < ram_count; i++) {
		if (!ram[i].closed && ram[i].left_pages >= pages && (!highest || ram[i].base > highest->base))
			highest = &ram[i];
	}
	if (!highest)
		init_panic("out of memory: %lu pages wanted", (unsigned long)pages);
	return highest;
}

cap_t memory_take(uint64_t pages)
{
	struct ram *from = ram_highest(pages);
	cap_t slot = slot_new();

	init_need(sys_memory_carve(from->slot, slot, from->left_pages - pages, pages).error, "carving RAM");
	from->left_pages -= pages;
	return slot;
}

cap_t pool_take(uint64_t arenas)
{
	struct ram *from = ram_highest((arenas + 1) * ARENA_PAGES);
	uint64_t end = (from->base / PAGE_BYTES + from->left_pages) & ~(ARENA_PAGES - 1);
	cap_t memory = slot_new(), made = slot_new();

	from->left_pages = end - arenas * ARENA_PAGES - from->base / PAGE_BYTES;
	init_need(sys_memory_carve(from->slot, memory, from->left_pages, arenas * ARENA_PAGES).error,
		  "carving arenas");
	init_need(sys_pool_create(memory, made).error, "making a pool");
	return made;
}

cap_t object_new(enum object_kind kind, uint64_t argument)
{
	cap_t slot = slot_new();
	struct result r = sys_object_create(pool, slot, kind, argument);

	if (r.error == E_MEMORY) {
		pool = pool_take(1); /* a further arena that objects are made from */
		r = sys_object_create(pool, slot, kind, argument);
	}
	init_need(r.error, "making a kernel object");
	return slot;
}

cap_t endpoint_mint(cap_t endpoint, uint64_t rights, uint64_t badge)
{
	cap_t slot = slot_new();

	init_need(sys_cap_mint(CAP_NULL, slot, CAP_NULL, endpoint, rights, badge).error, "minting a badge");
	return slot;
}

uint64_t memory_total_pages(void)
{
	return total_pages;
}

uint32_t memory_ranges(void)
{
	return ram_count;
}

uint64_t memory_left(uint32_t range, paddr_t *base)
{
	*base = ram[range].base;
	return ram[range].left_pages * PAGE_BYTES;
}

cap_t memory_carve_rest(uint32_t range)
{
	cap_t slot = slot_new();

	init_need(sys_memory_carve(ram[range].slot, slot, 0, ram[range].left_pages).error,
		  "carving the rest");
	ram[range].closed = true;
	return slot;
}

cap_t memory_of_kind(enum boot_memory_kind kind, const struct boot_memory **memory)
{
	for (uint32_t i = 0; i < init.boot->memory_count; i++) {
		*memory = &init.boot->memory[i];
		if ((*memory)->kind == kind)
			return BOOT_SLOT_MEMORY + i;
	}
	*memory = NULL;
	return CAP_NULL;
}
