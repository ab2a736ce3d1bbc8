/* SPDX-License-Identifier: MIT */
/* Page table entries: what is made can be read back, and the machine's reserved forms never arise. */
#include "pure/sv39.h"
#include "test.h"

TEST(leaf_gives_back_frame_and_rights)
{
	for (uint64_t i = 0; i < test_ops; i++) {
		uint64_t pfn = test_random() & ((1ull << PTE_PFN_BITS) - 1);
		unsigned rights = 1 + (unsigned)test_random_below(7);
		pte_t pte = pte_make_leaf(pfn, rights, PTE_U);
		unsigned expected = rights & RIGHT_WRITE ? rights | RIGHT_READ : rights;

		CHECK_TRUE(pte_is_valid(pte) && pte_is_leaf(pte) && !pte_is_table(pte) &&
			   !pte_is_parked(pte));
		CHECK_EQ(pte_pfn(pte), pfn);
		CHECK_EQ(pte_rights(pte), expected);
		CHECK_EQ(pte >> 54, 0);
	}
}

TEST(writable_is_always_readable)
{
	for (unsigned rights = 1; rights < 32; rights++) {
		pte_t pte = pte_make_leaf(1, rights, 0);

		CHECK_TRUE(!(pte & PTE_W) || (pte & PTE_R));
	}
}

TEST(accessed_is_preset_and_dirty_if_writable)
{
	CHECK_EQ(pte_make_leaf(0, RIGHT_READ, PTE_U) & (PTE_A | PTE_D), PTE_A);
	CHECK_EQ(pte_make_leaf(0, RIGHT_READ | RIGHT_WRITE, PTE_U) & (PTE_A | PTE_D), PTE_A | PTE_D);
	CHECK_EQ(pte_make_leaf(0, RIGHT_READ | RIGHT_EXECUTE, PTE_G) & (PTE_D | PTE_G | PTE_U), PTE_G);
}

TEST(table_is_no_leaf)
{
	pte_t pte = pte_make_table(0x80123);

	CHECK_TRUE(pte_is_table(pte) && pte_is_valid(pte) && !pte_is_leaf(pte));
	CHECK_EQ(pte_pfn(pte), 0x80123);
	CHECK_EQ(pte_rights(pte), 0);
	CHECK_TRUE(!pte_is_table(0) && !pte_is_leaf(0) && !pte_is_parked(0));
}

TEST(parked_table_is_invalid_and_comes_back_the_same)
{
	pte_t table = pte_make_table(0xfffffffffff);
	pte_t parked = pte_park(table);

	CHECK_TRUE(pte_is_parked(parked) && !pte_is_valid(parked) && !pte_is_table(parked));
	CHECK_EQ(pte_pfn(parked), 0xfffffffffff);
	CHECK_EQ(pte_rights(parked), 0);
	CHECK_EQ(pte_unpark(parked), table);
}

TEST(limit_takes_rights_away_only)
{
	pte_t pte = pte_make_leaf(7, RIGHT_READ | RIGHT_WRITE, PTE_U);
	pte_t limited = pte_limit_rights(pte, RIGHT_READ | RIGHT_EXECUTE);

	CHECK_EQ(pte_rights(limited), RIGHT_READ);
	CHECK_EQ(limited | PTE_W, pte);
	CHECK_EQ(pte_limit_rights(pte, RIGHTS_ALL), pte);
}

TEST(indices_split_the_address)
{
	for (uint64_t i = 0; i < test_ops; i++) {
		vaddr_t va = test_random() & (USER_END - 1);
		uint64_t sum = va & (PAGE_BYTES - 1);

		for (unsigned level = 0; level < SV39_LEVELS; level++)
			sum += sv39_index(va, level) * sv39_level_bytes(level);
		CHECK_EQ(sum, va);
	}
	CHECK_EQ(sv39_level_bytes(1), ARENA_BYTES);
	CHECK_EQ(sv39_index(0xffffffc000000000, 2), 256);
}

TEST(satp_holds_mode_asid_and_root)
{
	CHECK_EQ(satp_make(0xffff, 0x80200), 0x8ffff00000080200);
}

TEST_MAIN(10000)
