/* SPDX-License-Identifier: MIT */
/* Faults of threads, and custom pagers that answer those that were forwarded to them. */
#include "messages/pager_known.h"

static bool thread_is_free(uint32_t thread)
{
	for (int i = 0; i < PLAYED_CALLERS; i++)
		if (played_callers[i].at != CALLER_FREE && played_callers[i].is_fault &&
		    played_callers[i].thread == thread)
			return false;
	return true;
}

static void fault_deliver(struct caller *caller, struct message *m, uint64_t flags, uint64_t label)
{
	caller->w[2] =
		FAULT_INFO(caller->thread, 7, (FAULT_INFO_FLAGS(caller->w[2]) & ~FAULT_BOUNCED) | flags,
			   FAULT_INFO_ACCESS(caller->w[2]));
	caller->w[3] = label;
	played_deliver(caller, m, NULL, 0);
}

/* What the machine finds there; false: no fault, the entry allows it. */
static bool fault_flags(const struct process *process, uint64_t address, uint32_t access, uint64_t *flags)
{
	const struct played_mapping *mapping;

	*flags = 0;
	if (address >= USER_END)
		return true;
	if (played_block_is_parked(space_object(process), address >> PAGE_SHIFT)) {
		*flags = FAULT_PARKED;
		return true;
	}
	mapping = played_mapping_at(space_object(process), address >> PAGE_SHIFT);
	*flags = mapping ? FAULT_PRESENT : 0;
	return !mapping || (access & ~mapping->rights);
}

void fault(struct message *m)
{
	struct process *process = process_nth((uint32_t)played_below(8));
	uint32_t access = 1u << played_below(3),
		 kind = played_chance(16) ? 2 + (uint32_t)played_below(5) : FAULT_PAGE;
	uint64_t address = any_address(process), flags;
	uint32_t thread = process ? process->pid * 2 + (uint32_t)played_below(2) : 0;
	struct caller *caller;

	if (!process || !thread_is_free(thread) || !fault_flags(process, address, access, &flags)) {
		played_notify(m, 0);
		return;
	}
	caller = caller_make(process->pid, 0);
	caller->is_fault = true;
	caller->thread = thread;
	caller->tag = TAG(kind, MESSAGE_REGISTERS) | TAG_FAULT;
	caller->w[0] = address;
	caller->w[1] = PROGRAM_BASE + 64;
	caller->w[2] = FAULT_INFO(thread, 7, 0, access);
	fault_deliver(caller, m, kind == FAULT_PAGE ? flags : 0, 0);
}

/* Map a page of the window from the grant, as the kernel lets a custom pager do. */
static void custom_map(struct caller *caller)
{
	uint64_t window = caller->forwarded.w[0] >> PAGE_SHIFT, pages = caller->forwarded.w[1] >> 32;
	uint32_t bounds = (uint32_t)caller->forwarded.w[1], source = 0;
	struct played_object *space = &played_objects[target_space_of(caller)];
	struct map_item item = {0};
	uint64_t missing;

	while (source < SPACE_SOURCES && !(bounds >> (16 + source) & 1))
		source++;
	if (source == SPACE_SOURCES || pages == 0 || !(bounds & RIGHTS_RWX))
		return; /* anonymous memory: nothing may be mapped */
	FUZZ_TRUE(space->source[source].pages);
	item.at_rights = (window + played_below(pages)) << PAGE_SHIFT | (bounds & RIGHTS_RWX);
	if ((item.at_rights & 6) == 6)
		item.at_rights &= ~4ul;
	item.source = MAP_SOURCE(source, 1);
	item.offset = 1 + played_below(space->source[source].pages - 1);
	if (!(item.at_rights & 1) || played_map(space, &item, &missing) != E_OK)
		return;
	played_caller_stop(caller);
}

static uint32_t custom_label(void)
{
	static const uint32_t labels[] = {CUSTOM_RETRY, CUSTOM_ZERO, CUSTOM_NOT_NOW, CUSTOM_NO_MEMORY, 0};
	uint8_t how = played_byte();

	if (how < 160)
		return labels[how % 5];
	if (how < 200)
		return CUSTOM_LABEL_GIVE(played_below(40) * (played_chance(8) ? 1000 : 1),
					 1 + played_below(4));
	if (how < 230)
		return CUSTOM_LABEL_FAIL(played_chance(4) ? played_byte() : 7, played_byte());
	return (uint32_t)played_word();
}

bool custom_answers(void)
{
	uint32_t first = (uint32_t)played_below(PLAYED_CALLERS);

	for (uint32_t i = 0; i < PLAYED_CALLERS; i++) {
		struct caller *caller = &played_callers[(first + i) % PLAYED_CALLERS];

		if (caller->at != CALLER_ELSEWHERE)
			continue;
		if (played_chance(2))
			custom_map(caller);
		else
			played_caller_bounce(caller, custom_label());
		return true;
	}
	return false;
}

bool bounced(struct message *m)
{
	for (int i = 0; i < PLAYED_CALLERS; i++) {
		struct caller *caller = &played_callers[i];

		if (caller->at != CALLER_COMES)
			continue;
		fault_deliver(caller, m, FAULT_BOUNCED, caller->label);
		return true;
	}
	return false;
}
