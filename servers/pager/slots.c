/* SPDX-License-Identifier: MIT */
/* Empty slots of the pager's own CSpace, one bit each. */
#include "pager.h"
#include <pagoda/syscall.h>

#define SLOTS CSPACE_SLOTS_MAX

static uint64_t slots_taken[SLOTS / 64];
static cap_t slots_hint = SERVER_FIRST_FREE;

static bool slot_is_taken(cap_t slot)
{
	return slots_taken[slot / 64] >> slot % 64 & 1;
}

cap_t slot_take(void)
{
	if (allocation_refused("slot"))
		return CAP_NULL;
	for (cap_t slot = slots_hint; slot < SLOTS; slot++) {
		if (slots_taken[slot / 64] == ~0ul) {
			slot |= 63;
			continue;
		}
		if (slot_is_taken(slot))
			continue;
		slots_taken[slot / 64] |= 1ul << slot % 64;
		slots_hint = slot + 1;
		return slot;
	}
	return CAP_NULL;
}

void slot_give(cap_t slot)
{
	slots_taken[slot / 64] &= ~(1ul << slot % 64);
	if (slot < slots_hint)
		slots_hint = slot;
}

void slot_clear(cap_t slot, bool revoke)
{
	if (slot == CAP_NULL)
		return;
	if (revoke)
		(void)sys_cap_revoke(CAP_NULL, slot);
	(void)sys_cap_delete(CAP_NULL, slot); /* empty already is as good */
	slot_give(slot);
}

int slots_check(void)
{
	for (cap_t slot = SERVER_FIRST_FREE; slot < slots_hint; slot++)
		if (!slot_is_taken(slot))
			return __LINE__;
	for (cap_t slot = 0; slot < SERVER_FIRST_FREE; slot++)
		if (slot_is_taken(slot))
			return __LINE__;
	return 0;
}
