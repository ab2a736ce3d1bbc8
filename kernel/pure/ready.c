/* SPDX-License-Identifier: MIT */
/* Ready queues: start and check; the rest is inline in ready.h. */
#include "pure/ready.h"

void ready_init(struct ready *ready)
{
	ready->bitmap = 0;
	ready->top = -1;
	ready->owed = READY_OWED_NONE;
	for (unsigned priority = 0; priority < READY_PRIORITIES; priority++)
		list_init(&ready->queues[priority]);
}

void ready_unmark(struct ready *ready, unsigned priority)
{
	if (!list_is_empty(&ready->queues[priority]))
		return;
	ready->bitmap &= ~(1ul << priority);
	ready->top = ready->bitmap ? (int)bits_highest(ready->bitmap) : -1;
	ready->top += ready->top == ready->owed;
}

int ready_check(const struct ready *ready, uint64_t limit)
{
	for (unsigned priority = 0; priority < READY_PRIORITIES; priority++) {
		if (list_check(&ready->queues[priority], limit) ||
		    (ready->bitmap >> priority & 1) == list_is_empty(&ready->queues[priority]))
			return __LINE__;
	}
	int highest = ready->bitmap ? (int)bits_highest(ready->bitmap) : -1;
	return ready->top - (ready->bitmap && !ready_top_is_there(ready)) == highest ? 0 : __LINE__;
}
