/* SPDX-License-Identifier: MIT */
/* Ready queues: start and check; the rest is inline in ready.h. */
#include "pure/ready.h"

void ready_init(struct ready *ready)
{
	ready->bitmap = 0;
	ready->top = -1;
	for (unsigned priority = 0; priority < READY_PRIORITIES; priority++)
		list_init(&ready->queues[priority]);
}

int ready_check(const struct ready *ready, uint64_t limit)
{
	for (unsigned priority = 0; priority < READY_PRIORITIES; priority++) {
		const struct list *queue = &ready->queues[priority];
		bool marked = ready->bitmap >> priority & 1;

		if (list_check(queue, limit))
			return __LINE__;
		if (marked == list_is_empty(queue))
			return __LINE__;
	}
	if (ready->bitmap == 0)
		return ready->top == -1 ? 0 : __LINE__;
	if (ready->top - !ready_top_is_there(ready) != (int)bits_highest(ready->bitmap))
		return __LINE__;
	return 0;
}
