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

extern char kernel_image_start[], kernel_text_start[], kernel_text_end[], kernel_rodata_end[],
	kernel_image_end[];

uint64_t mmu_kernel_satp;

static pte_t kernel_root[SV39_TABLE_ENTRIES] __attribute__((aligned(PAGE_BYTES)));
static pte_t image_gigabyte[SV39_TABLE_ENTRIES] __attribute__((aligned(PAGE_BYTES)));
static pte_t image_pages[SV39_TABLE_ENTRIES] __attribute__((aligned(PAGE_BYTES)));

#define KERNEL_DATA (RIGHT_READ | RIGHT_WRITE)

static unsigned image_rights(uint64_t address)
{
	if (address >= (uint64_t)kernel_text_start && address < (uint64_t)kernel_text_end)
		return RIGHT_READ | RIGHT_EXECUTE;
	if (address >= (uint64_t)kernel_text_end && address < (uint64_t)kernel_rodata_end)
		return RIGHT_READ;
	return KERNEL_DATA;
}

static void map_image(paddr_t image)
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

static void map_gigabytes(paddr_t from, paddr_t to)
{
	uint64_t bytes = sv39_level_bytes(2);

	for (paddr_t at = align_down(from, bytes); at < to && at < USER_END; at += bytes)
		kernel_root[ROOT_KERNEL + at / bytes] = pte_make_leaf(at >> PAGE_SHIFT, KERNEL_DATA, PTE_G);
}

void mmu_init(const struct dtb_machine *machine)
{
	map_gigabytes(0, machine->memory[0].base); /* device registers */
	for (uint64_t i = 0; i < machine->memory_count; i++)
		map_gigabytes(machine->memory[i].base, machine->memory[i].base + machine->memory[i].bytes);
	map_image(spot_physical(kernel_image_start));
	mmu_kernel_satp = satp_make(0, spot_pfn(kernel_root));
	csr_write(satp, mmu_kernel_satp);
	mmu_fence_all();
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
