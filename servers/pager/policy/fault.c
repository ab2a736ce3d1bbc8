/* SPDX-License-Identifier: MIT */
/*
 * From a fault to a verdict.
 *
 *   range? --no--> OUT_OF_RANGE     area? --no--> NO_AREA     access? --no--> RIGHTS
 *     '--yes-----------------------> '--yes-----------------> '--yes--> the area's backing
 */
#include "policy/fault.h"
#include "policy/backing.h"

enum posix_signal { SIGNAL_ILL = 4, SIGNAL_TRAP = 5, SIGNAL_BUS = 7, SIGNAL_KILL = 9, SIGNAL_SEGV = 11 };

void verdict_deny(struct verdict *verdict, enum deny_rule rule)
{
	verdict->kind = VERDICT_DENY;
	verdict->rule = rule;
	switch (rule) {
	case RULE_PAST_END:
	case RULE_IO:
	case RULE_PAGER_ENDED:
	case RULE_PAGER_LATE:
	case RULE_PAGER_FAILED:
	case RULE_PAGER_LIED:
	case RULE_PAGER_NO_FRAME:
		verdict->signal = SIGNAL_BUS;
		break;
	case RULE_NO_MEMORY:
	case RULE_LIMIT:
	case RULE_LARGEST:
	case RULE_NO_TABLES:
		verdict->signal = SIGNAL_KILL;
		break;
	default:
		verdict->signal = SIGNAL_SEGV;
	}
}

/* Add a page that comes along, to a run it continues or as a new one; left out when there is no room. */
void verdict_bring(struct verdict *verdict, uint64_t page, uint64_t frame, uint32_t rights)
{
	struct verdict_run *last = &verdict->run[verdict->runs - 1], *first = &verdict->run[0];

	if (verdict->prefetched + 1 >= MAP_PAGES_MAX)
		return;
	if (last->page + last->pages == page && last->frame + last->pages == frame && last->rights == rights)
		last->pages++;
	else if (first->page + first->pages == page && first->frame + first->pages == frame &&
		 first->rights == rights)
		first->pages++;
	else if (verdict->runs < MAP_ITEMS_MAX)
		verdict->run[verdict->runs++] = (struct verdict_run){page, frame, 1, rights};
	else
		return;
	verdict->prefetched++;
}

void verdict_count(struct vm_space *space, enum page_origin origin, const struct verdict *verdict)
{
	if (__builtin_expect(origin < ORIGIN_POPULATE, 1))
		space->faults++;
	else if (origin != ORIGIN_FORK)
		space->populated++;
	if (origin == ORIGIN_FORK)
		space->fork_mapped += 1 + verdict->prefetched;
	else
		space->prefetched += verdict->prefetched;
}

void policy_not_mapped(struct vm_space *space, enum page_origin origin, const struct verdict *verdict,
		       uint32_t runs)
{
	uint64_t pages = 0;

	for (uint32_t i = runs; i < verdict->runs; i++)
		pages += verdict->run[i].pages;
	if (runs == 0) {
		*(origin >= ORIGIN_POPULATE ? &space->populated : &space->faults) -= 1;
		pages--;
	}
	space->prefetched -= pages;
}

static const struct vm_area *fault_area(struct vm_space *space, vaddr_t address, uint32_t access,
					struct verdict *verdict)
{
	struct vm_area *area;

	if (__builtin_expect(address - space->start >= space->end - space->start, 0)) {
		verdict->area = NULL;
		verdict_deny(verdict, RULE_OUT_OF_RANGE);
		return NULL;
	}
	area = area_set_find(&space->areas, address);
	verdict->area = area;
	if (__builtin_expect(!area, 0)) {
		verdict_deny(verdict, RULE_NO_AREA);
		return NULL;
	}
	if (__builtin_expect(access & ~(uint32_t)area->prot && area->backing != BACKING_NONE, 0)) {
		verdict_deny(verdict, RULE_RIGHTS);
		return NULL;
	}
	area->is_touched = true;
	return area;
}

/* As page_tree_find(). A chunk that is remembered was looked up before, and its stretch is shown since then.
 */
static inline const struct chunk *fault_chunk(struct vm_space *space, uint64_t page)
{
	if (__builtin_expect(space->pages.last_key == page / CHUNK_PAGES, 1))
		return space->pages.last;
	space_show(space, page);
	return page_tree_search(&space->pages, page);
}

void policy_fault(struct vm_space *space, vaddr_t address, uint32_t access, enum page_origin origin,
		  struct verdict *verdict)
{
	uint64_t page = address >> PAGE_SHIFT;
	struct fault_request request;

	space_pays(space);
	verdict->kind = 0;
	verdict->work = WORK_NONE;
	verdict->runs = verdict->prefetched = 0;
	request.area = fault_area(space, address, access, verdict);
	if (!request.area)
		return;
	request.space = space;
	request.page = page;
	request.frame = chunk_entry(fault_chunk(space, page), page);
	request.access = access;
	request.origin = origin;
	backing_of(request.area)->fault(&request, verdict);
	if (__builtin_expect(verdict->kind == VERDICT_RESOLVE, 1))
		verdict_count(space, origin, verdict);
}

void policy_exception(struct vm_space *space, uint32_t kind, vaddr_t address, struct verdict *verdict)
{
	static const uint8_t signals[] = {
		[FAULT_MISALIGNED] = SIGNAL_BUS,  [FAULT_ACCESS] = SIGNAL_BUS, [FAULT_ILLEGAL] = SIGNAL_ILL,
		[FAULT_BREAKPOINT] = SIGNAL_TRAP, [FAULT_OTHER] = SIGNAL_ILL,
	};

	*verdict = (struct verdict){.area = area_set_find(&space->areas, address)};
	verdict_deny(verdict, RULE_EXCEPTION);
	if (kind < sizeof(signals) && signals[kind])
		verdict->signal = signals[kind];
}
