/* SPDX-License-Identifier: MIT */
/* Capabilities: copy, mint, move, delete, revoke, info. */
#include "ktest.h"

#define A  SLOT_TEST
#define B  (SLOT_TEST + 1)
#define C  (SLOT_TEST + 2)
#define D  (SLOT_TEST + 3)
#define E  (SLOT_TEST + 4)
#define CS (SLOT_TEST + 5)

static struct result copy(uint64_t to, uint64_t from, uint64_t rights)
{
	return sys_cap_copy(CAP_NULL, to, CAP_NULL, from, rights);
}

static uint64_t rights_of(uint64_t slot)
{
	return MUST(sys_cap_info(CAP_NULL, slot)) >> 8 & 0xff;
}

static bool has_children(uint64_t slot)
{
	return MUST(sys_cap_info(CAP_NULL, slot)) >> 16 & 1;
}

SCENARIO_BODY(copy_carries_no_more_rights_than_its_source)
{
	struct message m;

	create(A, KIND_NOTIFICATION, 0);
	EXPECT_EQ(rights_of(A), RIGHTS_ALL);
	MUST(copy(B, A, RIGHT_WRITE));
	MUST(copy(C, B, RIGHTS_ALL));
	EXPECT_EQ(rights_of(B), RIGHT_WRITE);
	EXPECT_EQ(rights_of(C), RIGHT_WRITE);
	MUST(sys_notify(C));
	ANSWERS(E_RIGHTS, ipc_wait(C, DEADLINE_NOW, &m));
	MUST(copy(D, A, RIGHT_READ));
	REFUSED(E_RIGHTS, sys_notify(D));
	EXPECT(has_children(A) && has_children(B) && !has_children(C));
}

SCENARIO_BODY(capability_calls_refuse_bad_slots_and_change_nothing)
{
	create(A, KIND_NOTIFICATION, 0);
	create(B, KIND_ENDPOINT, 0);
	create(CS, KIND_CSPACE, 64);
	MUST(copy(D, CS, RIGHT_READ));
	REFUSED(E_SLOT, copy(0, A, RIGHTS_ALL));
	REFUSED(E_SLOT, copy(INIT_CSPACE_SLOTS, A, RIGHTS_ALL));
	REFUSED(E_SLOT, copy(~0ul, A, RIGHTS_ALL));
	REFUSED(E_EMPTY, copy(C, E, RIGHTS_ALL));
	REFUSED(E_OCCUPIED, copy(B, A, RIGHTS_ALL));
	REFUSED(E_KIND, sys_cap_copy(A, 1, CAP_NULL, A, RIGHTS_ALL));
	REFUSED(E_RIGHTS, sys_cap_copy(D, 1, CAP_NULL, A, RIGHTS_ALL));
	REFUSED(E_SLOT, sys_cap_copy(CS, 64, CAP_NULL, A, RIGHTS_ALL));
	REFUSED(E_EMPTY, sys_cap_move(CAP_NULL, C, CAP_NULL, E));
	REFUSED(E_OCCUPIED, sys_cap_move(CAP_NULL, B, CAP_NULL, A));
	REFUSED(E_OCCUPIED, sys_cap_move(CAP_NULL, A, CAP_NULL, A));
	REFUSED(E_EMPTY, sys_cap_delete(CAP_NULL, E));
	REFUSED(E_EMPTY, sys_cap_revoke(CAP_NULL, E));
	REFUSED(E_SLOT, sys_cap_delete(CAP_NULL, 0));
	REFUSED(E_EMPTY, sys_cap_info(CAP_NULL, E));
	REFUSED(E_SYSCALL, syscall_0(95));
	REFUSED(E_SYSCALL, syscall_0(~0ul));
}

SCENARIO_BODY(mint_gives_a_badge_once_only)
{
	struct message m;

	create(A, KIND_NOTIFICATION, 0);
	MUST(sys_cap_mint(CAP_NULL, B, CAP_NULL, A, RIGHTS_ALL, 6));
	EXPECT_EQ(sys_cap_info_full(CAP_NULL, B).identity, 6);
	REFUSED(E_STATE, sys_cap_mint(CAP_NULL, C, CAP_NULL, B, RIGHTS_ALL, 7));
	MUST(copy(C, B, RIGHT_WRITE));
	MUST(sys_notify(C));
	ANSWERS(E_OK, ipc_wait(A, DEADLINE_NOW, &m));
	EXPECT_EQ(m.w[0], 6);
	MUST(copy(D, A, RIGHTS_ALL & ~RIGHT_MANAGE));
	REFUSED(E_RIGHTS, sys_cap_mint(CAP_NULL, E, CAP_NULL, D, RIGHTS_ALL, 1));
	REFUSED(E_KIND, sys_cap_mint(CAP_NULL, E, CAP_NULL, SLOT_PAGES, RIGHTS_ALL, 1));
}

SCENARIO_BODY(moved_capability_keeps_its_children)
{
	create(A, KIND_ENDPOINT, 0);
	MUST(copy(B, A, RIGHTS_ALL));
	MUST(copy(C, B, RIGHTS_ALL));
	MUST(sys_cap_move(CAP_NULL, D, CAP_NULL, B));
	EXPECT_EQ(slot_kind(B), 0);
	EXPECT_EQ(slot_kind(D), KIND_ENDPOINT);
	EXPECT(has_children(D));
	MUST(sys_cap_revoke(CAP_NULL, D));
	EXPECT_EQ(slot_kind(C), 0);
	EXPECT_EQ(slot_kind(D), KIND_ENDPOINT);
	MUST(sys_cap_revoke(CAP_NULL, A));
	EXPECT_EQ(slot_kind(D), 0);
}

SCENARIO_BODY(revoke_reaches_every_descendant_in_every_cspace)
{
	create(CS, KIND_CSPACE, 64);
	create(A, KIND_NOTIFICATION, 0);
	MUST(copy(B, A, RIGHTS_ALL));
	MUST(copy(E, A, RIGHTS_ALL));
	MUST(sys_cap_copy(CS, 5, CAP_NULL, B, RIGHTS_ALL));
	MUST(sys_cap_copy(CS, 6, CS, 5, RIGHTS_ALL));
	MUST(sys_cap_copy(CAP_NULL, C, CS, 6, RIGHTS_ALL));
	for (uint64_t slot = 8; slot < 40; slot++)
		MUST(sys_cap_copy(CS, slot, CS, slot == 8 ? 6 : slot - 1, RIGHTS_ALL));
	MUST(sys_cap_revoke(CAP_NULL, B));
	EXPECT_EQ(slot_kind(C), 0);
	for (uint64_t slot = 5; slot < 40; slot++)
		REFUSED(E_EMPTY, sys_cap_info(CS, slot));
	EXPECT_EQ(slot_kind(B), KIND_NOTIFICATION);
	EXPECT_EQ(slot_kind(E), KIND_NOTIFICATION);
	EXPECT(!has_children(B));
}

SCENARIO_BODY(deleted_capability_leaves_its_children_to_its_parent)
{
	create(A, KIND_ENDPOINT, 0);
	MUST(copy(B, A, RIGHTS_ALL));
	MUST(copy(C, B, RIGHTS_ALL));
	MUST(copy(D, A, RIGHTS_ALL));
	MUST(sys_cap_delete(CAP_NULL, B));
	EXPECT_EQ(slot_kind(C), KIND_ENDPOINT);
	EXPECT(!has_children(D));
	MUST(sys_cap_revoke(CAP_NULL, D));
	EXPECT_EQ(slot_kind(C), KIND_ENDPOINT);
	MUST(sys_cap_revoke(CAP_NULL, A));
	EXPECT_EQ(slot_kind(C), 0);
	EXPECT_EQ(slot_kind(D), 0);
}

SCENARIO_BODY(object_ends_with_its_last_capability)
{
	uint64_t before = world_info()->objects[KIND_NOTIFICATION];
	uint64_t free_before = MUST(sys_pool_free_bytes(SLOT_POOL));

	create(A, KIND_NOTIFICATION, 0);
	MUST(copy(B, A, RIGHTS_ALL));
	EXPECT_EQ(world_info()->objects[KIND_NOTIFICATION], before + 1);
	MUST(sys_cap_delete(CAP_NULL, A));
	EXPECT_EQ(world_info()->objects[KIND_NOTIFICATION], before + 1);
	MUST(sys_cap_delete(CAP_NULL, B));
	EXPECT_EQ(world_info()->objects[KIND_NOTIFICATION], before);
	EXPECT_EQ(MUST(sys_pool_free_bytes(SLOT_POOL)), free_before);
}
