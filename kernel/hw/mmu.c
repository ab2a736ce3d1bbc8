/* SPDX-License-Identifier: MIT */
/*
 * The direct map: one global leaf of 1 GiB for each gigabyte of registers and RAM, but for the gigabyte
 * with the kernel's image: 2 MiB leaves there, and 4 KiB ones with exact rights for the image itself.
 * Source: RISC-V Privileged 20211203, 4.4.
 */
#include "hw/mmu.h"
#include "base/panic.h"
#include "base/spot.h"
#include "hw/csr.h"
#include "pure/bits.h"

#define ROOT_KERNEL 256 /* first entry of the upper half */

extern char kernel_image_start[], kernel_boot_end[], kernel_text_end[], kernel_rodata_end[],
	kernel_image_end[];

uint64_t mmu_kernel_satp;
bool mmu_fence_owed;

static pte_t kernel_root[SV39_TABLE_ENTRIES] __attribute__((aligned(PAGE_BYTES)));
static pte_t image_gigabyte[SV39_TABLE_ENTRIES] __attribute__((aligned(PAGE_BYTES)));
static pte_t image_pages[SV39_TABLE_ENTRIES] __attribute__((aligned(PAGE_BYTES)));

#define KERNEL_DATA (RIGHT_READ | RIGHT_WRITE)

AT_BOOT static unsigned image_rights(uint64_t address)
{
	if (address >= (uint64_t)kernel_image_start && address < (uint64_t)kernel_text_end)
		return RIGHT_READ | RIGHT_EXECUTE;
	if (address >= (uint64_t)kernel_text_end && address < (uint64_t)kernel_rodata_end)
		return RIGHT_READ;
	return KERNEL_DATA;
}

AT_BOOT static void map_image(paddr_t image)
{
	paddr_t gigabyte = align_down(image, sv39_level_bytes(2));

	KASSERT(is_aligned(image, ARENA_BYTES));
	if ((uint64_t)kernel_image_end - (uint64_t)kernel_image_start > ARENA_BYTES)
		panic("the kernel's image is larger than 2 MiB");
	for (uint64_t i = 0; i < SV39_TABLE_ENTRIES; i++) {
		uint64_t page = image + i * PAGE_BYTES, block = gigabyte + i * ARENA_BYTES;

		image_pages[i] = pte_make_leaf(page >> PAGE_SHIFT, image_rights(DIRECT_BASE + page), PTE_G);
		image_gigabyte[i] = pte_make_leaf(block >> PAGE_SHIFT, KERNEL_DATA, PTE_G);
	}
	image_gigabyte[sv39_index(image, 1)] = pte_make_table(spot_pfn(image_pages));
	kernel_root[ROOT_KERNEL + sv39_index(image, 2)] = pte_make_table(spot_pfn(image_gigabyte));
}

AT_BOOT static void map_gigabytes(paddr_t from, paddr_t to)
{
	uint64_t bytes = sv39_level_bytes(2);

	for (paddr_t at = align_down(from, bytes); at < to && at < USER_END; at += bytes)
		kernel_root[ROOT_KERNEL + at / bytes] = pte_make_leaf(at >> PAGE_SHIFT, KERNEL_DATA, PTE_G);
}

AT_BOOT void mmu_init(const struct dtb_machine *machine)
{
	map_gigabytes(0, machine->memory[0].base); /* device registers */
	for (uint64_t i = 0; i < machine->memory_count; i++)
		map_gigabytes(machine->memory[i].base, machine->memory[i].base + machine->memory[i].bytes);
	map_image(spot_physical(kernel_image_start));
	mmu_kernel_satp = satp_make(0, spot_pfn(kernel_root));
	csr_write(satp, mmu_kernel_satp);
	mmu_fence_all();
}

/* The boot code's pages are data from now on, and a program's. */
void mmu_close_boot(void)
{
	paddr_t page = spot_physical(kernel_image_start), end = spot_physical(kernel_boot_end);

	for (; page < end; page += PAGE_BYTES)
		image_pages[sv39_index(page, 0)] = pte_make_leaf(page >> PAGE_SHIFT, KERNEL_DATA, PTE_G);
	mmu_fence_all();
	mmu_fence_fetch();
}

void mmu_fill_kernel_half(pte_t *root)
{
	for (unsigned i = ROOT_KERNEL; i < SV39_TABLE_ENTRIES && kernel_root[i] != 0; i++)
		root[i] = kernel_root[i];
}

void mmu_clear_kernel_half(pte_t *root)
{
	for (unsigned i = ROOT_KERNEL; i < SV39_TABLE_ENTRIES && root[i] != 0; i++)
		root[i] = 0;
}

#if PAGODA_CHECKED
#define LEAF_BITS (PTE_RWX | PTE_U | PTE_G)

static bool is_within(vaddr_t at, const char *start, const char *end)
{
	return at >= (vaddr_t)start && at < (vaddr_t)end;
}

static int check_kernel_leaf(pte_t entry, vaddr_t at, unsigned level)
{
	vaddr_t last = at + sv39_level_bytes(level) - 1;
	pte_t bits = PTE_R | PTE_W;

	if (pte_pfn(entry) != (at - DIRECT_BASE) / PAGE_BYTES)
		return __LINE__;
	if (level != 0 && at < (vaddr_t)kernel_image_end && last >= (vaddr_t)kernel_image_start)
		return __LINE__;
	if (is_within(at, kernel_boot_end, kernel_text_end))
		bits = PTE_R | PTE_X;
	else if (is_within(at, kernel_text_end, kernel_rodata_end))
		bits = PTE_R;
	return (entry & LEAF_BITS) == (bits | PTE_G) ? 0 : __LINE__;
}

static int check_kernel_table(const pte_t *table, unsigned level, vaddr_t at)
{
	int line = 0;

	for (unsigned i = level == 2 ? ROOT_KERNEL : 0; i < SV39_TABLE_ENTRIES && line == 0; i++) {
		vaddr_t here = at + (i - (level == 2 ? ROOT_KERNEL : 0)) * sv39_level_bytes(level);

		if (pte_is_leaf(table[i]))
			line = check_kernel_leaf(table[i], here, level);
		else if (pte_is_table(table[i]) && level > 0)
			line = check_kernel_table(spot_of_pfn(pte_pfn(table[i])), level - 1, here);
		else if (table[i] != 0)
			line = __LINE__;
	}
	return line;
}

int mmu_check(void)
{
	return check_kernel_table(kernel_root, 2, DIRECT_BASE);
}

int mmu_check_kernel_half(const pte_t *root)
{
	for (unsigned i = ROOT_KERNEL; i < SV39_TABLE_ENTRIES; i++) {
		if (root[i] != kernel_root[i])
			return __LINE__;
	}
	return 0;
}
#endif
