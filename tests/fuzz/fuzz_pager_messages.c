/* SPDX-License-Identifier: MIT */
/*
 * The pager, all of it, in a played kernel: requests of processes and proc with any words, faults anywhere,
 * custom pagers that answer what they like or not at all, a vfs that fails as its lists allow, lack of page
 * tables. After each message its check finds nothing, and what the kernel maps lies in an area that allows
 * it and shows a frame that is not free; at the end every process goes, and every frame and lease is back.
 */
#include "messages/pager_known.h"

#define TARGET_DEF "proto/pager.def"
#include "messages/target_lists.h"

void target_signalled(cap_t slot)
{
	FUZZ_TRUE(slot == PAGER_PROC_NEWS);
	known.told = true;
}

struct process *process_nth(uint32_t number)
{
	struct process *found = NULL;

	for (uint32_t i = 0; i < PROCESS_BUCKETS; i++)
		for (struct process *at = pager.bucket[i]; at; at = at->next) {
			found = at;
			if (number-- == 0)
				return found;
		}
	return found;
}

uint32_t space_object(const struct process *process)
{
	return played_caps[process->space_cap].object;
}

uint32_t target_space_of(const struct caller *caller)
{
	struct process *process = process_find(caller->badge);

	FUZZ_TRUE(process);
	return space_object(process);
}

/* --- what comes --- */

static void one_message(struct message *m)
{
	static const uint64_t others[] = {0,	BADGE_PAGER, BADGE_VFS, BADGE_INIT, BADGE_PID_MAX + 1ul,
					  ~0ul, 500};
	uint8_t how = played_byte();
	const char *shape;
	uint32_t label = how < 144 ? how % 24 : how < 248 ? 32 + how % 13 : how % (LABELS + 2);

	if (how == 255)
		label = (uint32_t)played_word();
	if ((label == PAGER_SPACE_BUILD || label == PAGER_SPACE_FORK) && pager.policy.space_count >= PIDS)
		label = PAGER_SPACE_DESTROY;
	shape = label < LABELS ? lists[label].shape : NULL;
	if (played_chance(32))
		ask(m, others[played_below(7)], label, shape);
	else
		ask(m, label >= 32 ? BADGE_PROC : any_pid(), label, shape);
}

static void time_passes(struct message *m)
{
	played.now += (uint64_t)played_byte() << 16;
	played_notify(m, played.timer_at <= played.now ? played.timer_flags : 0);
	if (played.timer_at <= played.now)
		played.timer_at = DEADLINE_NEVER;
}

static bool undo(struct message *m)
{
	struct process *process = process_nth(0);
	struct caller *caller;

	played.ending = true;
	if (!process)
		return false;
	threads_end(process->pid);
	caller = caller_make(BADGE_PROC, PAGER_SPACE_DESTROY);
	caller->w[0] = process->pid;
	played_deliver(caller, m, NULL, 0);
	return true;
}

bool target_event(struct message *m)
{
	uint8_t kind;

	if (start_message(m) || bounced(m))
		return true;
	if (played_input_is_over() || played_message_count() > 400)
		return undo(m);
	for (int i = 0, free = 0; i < PLAYED_CALLERS; i++) {
		free += played_callers[i].at == CALLER_FREE;
		if (i == PLAYED_CALLERS - 1 && free < 4)
			return undo(m);
	}
	kind = played_byte();
	if (kind < 120) {
		one_message(m);
	} else if (kind < 200) {
		fault(m);
	} else if (kind < 232) {
		if (!custom_answers() || !bounced(m))
			played_notify(m, 0);
	} else if (kind < 244) {
		time_passes(m);
	} else {
		played_notify(m, VFS_NEWS_MEMORY);
	}
	return true;
}

/* --- what holds --- */

static uint32_t customs_count(void)
{
	uint32_t count = 0;

	for (const struct external_pager *at = pager.policy.externals.first; at; at = at->next)
		count += !at->is_ended;
	return count;
}

static uint32_t areas_count(void)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < PROCESS_BUCKETS; i++)
		for (const struct process *at = pager.bucket[i]; at; at = at->next)
			count += at->space->areas.count;
	return count;
}

static void check_mapping(const struct process *process, const struct played_mapping *mapping)
{
	const struct frames *frames = &pager.policy.frames;
	const struct vm_area *area = area_set_find(&process->space->areas, mapping->page << PAGE_SHIFT);

	FUZZ_TRUE(area); /* nothing is mapped outside areas */
	FUZZ_TRUE(!(mapping->rights & ~(uint32_t)area->prot));
	if (!frames_has(frames, mapping->frame))
		return;
	if (mapping->frame == pager.policy.zero_frame) {
		FUZZ_TRUE(!(mapping->rights & RIGHT_WRITE));
		return;
	}
	switch (frames_at(frames, mapping->frame)->state) {
	case FRAME_ANON:
	case FRAME_CACHE:
	case FRAME_PINNED:
	case FRAME_GRANT:
	case FRAME_ABSENT:
		return;
	default:
		FUZZ_TRUE(!"what is mapped is neither free nor the pager's own");
	}
}

/* The message page of a Space that is kept for the next process. */
static bool is_kept(const struct played_mapping *mapping)
{
	for (uint32_t i = 0; i < pager.kept_spaces; i++) {
		const struct kept_space *kept = &pager.kept[i];

		if (played_caps[kept->cap].object != mapping->space)
			continue;
		FUZZ_TRUE(mapping->page == kept->message_at >> PAGE_SHIFT &&
			  mapping->frame == kept->message_frame);
		return true;
	}
	return false;
}

static void check_mappings(void)
{
	const struct played_mapping *at;

	for (at = played_mapping_next(NULL); at; at = played_mapping_next((struct played_mapping *)at)) {
		struct process *found = NULL;

		for (uint32_t i = 0; i < PROCESS_BUCKETS && !found; i++)
			for (struct process *process = pager.bucket[i]; process; process = process->next)
				if (space_object(process) == at->space)
					found = process;
		FUZZ_TRUE(found || is_kept(at));
		if (found)
			check_mapping(found, at);
	}
}

void target_idle(void)
{
	bool now =
		played.ending || (played_message_count() > start_count() && played_message_count() % 4 == 0);
	int broken = now ? counts_check() : 0;

	if (broken)
		printf("counts_check: line %d\n", broken);
	FUZZ_TRUE(!broken);
	if (now)
		check_mappings();
	known.spaces = (uint32_t)pager.policy.space_count;
	known.customs = customs_count();
	known.areas = areas_count();
}

void target_answered(const struct caller *caller, const struct message *m)
{
	if (TAG_LABEL(m->tag) == E_OK) {
		if (m->w[0])
			played_remember(m->w[0]);
		return;
	}
	/* What proc asked for is done even if the answer cannot be delivered: only a process of ours is
	 * undone. */
	if (TAG_LABEL(m->tag) == E_MESSAGE && TAG_LABEL(caller->tag) == PAGER_SPACE_DESTROY)
		return;
	/* No room to map its grant: REGISTER is taken back; the record of a pager that supplies somebody
	 * stays. */
	uint32_t gone = TAG_LABEL(caller->tag) == PAGER_GRANT && TAG_LABEL(m->tag) == E_NO_MEMORY;

	FUZZ_TRUE(pager.policy.space_count == known.spaces && known.customs - customs_count() <= gone);
	FUZZ_TRUE(areas_count() + gone == known.areas);
}

static void init_hands_over(struct server_start *start)
{
	static const struct server_range ram[] = {{RAM_FIRST, RAM_BYTES}, {RAM_SECOND, RAM_SECOND_BYTES}};

	played_window(SERVER_ARCHIVE_BASE, ARCHIVE_PAGES * PAGE_BYTES);
	played_window(WINDOW_BASE, RAM_SECOND + RAM_SECOND_BYTES - RAM_FIRST / ARENA_BYTES * ARENA_BYTES);
	played_cap_put(PAGER_VFS,
		       (struct played_cap){.kind = KIND_ENDPOINT, .rights = RIGHT_WRITE | RIGHT_GRANT});
	played_cap_put(PAGER_UART, (struct played_cap){.kind = KIND_ENDPOINT, .rights = RIGHT_WRITE});
	played_cap_put(PAGER_ARCHIVE, (struct played_cap){.kind = KIND_MEMORY,
							  .rights = RIGHT_READ | RIGHT_EXECUTE,
							  .a = ARCHIVE_FIRST,
							  .b = ARCHIVE_PAGES * PAGE_BYTES});
	played_cap_put(PAGER_INFO_PAGE,
		       (struct played_cap){
			       .kind = KIND_MEMORY, .rights = RIGHT_READ, .a = INFO_FIRST, .b = PAGE_BYTES});
	played_cap_put(PAGER_PROC_NEWS,
		       (struct played_cap){.kind = KIND_NOTIFICATION, .rights = RIGHT_WRITE, .b = 1});
	played_cap_put(PAGER_TIMER, (struct played_cap){.kind = KIND_TIMER, .rights = RIGHTS_ALL});
	*start = (struct server_start){.name = "pager",
				       .archive = {ARCHIVE_FIRST, ARCHIVE_PAGES * PAGE_BYTES},
				       .archive_bytes = ARCHIVE_PAGES * PAGE_BYTES,
				       .ram_count = 2};
	for (int i = 0; i < 2; i++) {
		start->ram[i] = ram[i];
		played_cap_put(PAGER_RAM + i, (struct played_cap){.kind = KIND_MEMORY,
								  .rights = RIGHTS_ALL,
								  .a = ram[i].base,
								  .b = ram[i].bytes});
	}
}

static void check_end(void)
{
	const uint64_t *counts = pager.policy.frames.counts;

	kept_give_back();
	lease_return_all();
	FUZZ_TRUE(counts_check() == 0);
	FUZZ_TRUE(pager.policy.space_count == 0 && !pager.policy.externals.first && !forwards_first());
	FUZZ_TRUE(counts[FRAME_ANON] == 0 && counts[FRAME_PINNED] == 0 && counts[FRAME_GRANT] == 0);
	for (uint32_t i = 0; i < INODES; i++)
		FUZZ_TRUE(known.leases[i] == 0 && known.holds[i] == 0);
	FUZZ_TRUE(known.cookie_count == 0 && !played_mapping_next(NULL));
	FUZZ_TRUE(played_caps_of_kind(KIND_REPLY) == 0 && played_caps_of_kind(KIND_SPACE) == 1);
	FUZZ_TRUE(played_caps_of_kind(KIND_ENDPOINT) == 3);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct server_start start;

	played_clear();
	memset(&known, 0, sizeof(known));
	init_hands_over(&start);
	start.option_faults = bytes && data[0] & 1;
	played_run(data, bytes, &start);
	check_end();
	return 0;
}
