/* SPDX-License-Identifier: MIT */
/*
 * The process server, all of it, in a played kernel: requests of its processes with any words and buffers,
 * init, refused faults, Ctrl-C and time; pager, vfs and uart driver are played and fail as their lists allow.
 * After each message its check finds nothing, and Threads, spaces and tables of files are those of its
 * processes; at the end all of them end, and nothing is left.
 */
#include "messages/proc_below.h"
#include "proc.h"

#define TARGET_DEF "proto/proc.def"
#include "messages/target_lists.h"

#define REQUEST_COMMON(errors, text)
static const struct list pager_lists[] = {
#define REQUEST(NAME, number, in, out, errors, text) [number] = {errors, in},
#include "proto/pager.def"
#undef REQUEST
};

static const struct list vfs_lists[] = {
#define REQUEST(NAME, number, in, out, errors, text) [number] = {errors, in},
#include "proto/vfs.def"
#undef REQUEST
#undef REQUEST_COMMON
};

uint32_t target_space_of(const struct caller *caller)
{
	(void)caller;
	return 0;
}

void target_signalled(cap_t slot)
{
	FUZZ_TRUE(slot == PROC_SESSION_NEWS);
}

/* --- calls --- */

static bool fails(const struct message *in, const struct list *list, struct message *m)
{
	uint32_t label = TAG_LABEL(in->tag);

	if (played.ending || !played_chance(16) || !list[label].errors || label == PAGER_SPACE_DESTROY ||
	    label == VFS_PROCESS_DESTROY || label == PAGER_NEWS)
		return false;
	m->tag = TAG(played_error_of(list[label].errors), 0);
	return TAG_LABEL(m->tag) != E_OK;
}

static void uart_answer(const struct message *in, struct message *m)
{
	if (TAG_LABEL(in->tag) == UART_DRAIN)
		return;
	FUZZ_TRUE(TAG_LABEL(in->tag) == UART_WRITE && in->w[1] <= UART_WRITE_MAX && in->w[0] < CHANNEL_COUNT);
	FUZZ_TRUE(TAG_WORDS(in->tag) == MESSAGE_REGISTERS + (in->w[1] + 7) / 8);
	m->w[0] = played_chance(4) && !played.ending ? in->w[1] / 2 + 1 : in->w[1];
}

void target_call(cap_t slot, struct message *m)
{
	struct message in = *m;

	*m = (struct message){.tag = TAG(E_OK, 0)};
	if (slot == PROC_UART) {
		uart_answer(&in, m);
	} else if (slot == PROC_PAGER) {
		if (!fails(&in, pager_lists, m))
			pager_answer(&in, m);
	} else {
		FUZZ_TRUE(slot == PROC_VFS);
		if (!fails(&in, vfs_lists, m))
			vfs_answer(&in, m);
	}
}

/* --- what comes --- */

uint64_t target_word(const char *name)
{
	if (strcmp(name, "pid") == 0)
		return played_chance(4) ? played_below(12) : any_pid();
	if (strcmp(name, "deadline") == 0)
		return played.now + played_byte();
	if (strcmp(name, "signal") == 0)
		return played_below(34);
	if (strcmp(name, "flags") == 0 || strcmp(name, "who") == 0 || strcmp(name, "which") == 0)
		return played_below(6);
	return played_word();
}

/* Path, argv, envp, each ended by a zero; w[0] and w[1] say how many. */
static void fill_buffer(struct caller *caller)
{
	bool is_program = TAG_LABEL(caller->tag) == PROC_EXEC || TAG_LABEL(caller->tag) == PROC_SPAWN;
	uint8_t how = played_byte();
	uint64_t bytes = 0, count = 0;

	while (count < 1 + (how & 3u)) {
		bytes += played_path((char *)caller->text + bytes, 400);
		caller->text[bytes++] = 0;
		if (count++ == 0 && is_program && !(how & 4))
			caller->w[0] = bytes - 1;
	}
	if (!(how & 8))
		caller->w[1] = is_program ? count - 1 : 0;
	if (!(how & 8) && TAG_LABEL(caller->tag) == PROC_SESSION_START)
		caller->w[0] = count;
	caller->buffer_word = (how & 16) == 0 ? bytes : played_word() % (1ul << 20);
	caller->absent_at = (how & 0x60) == 0x60 ? played_byte() * 8ul : UINT64_MAX;
	caller->buffer_word |= how & 0x80 && how & 1 ? BUFFER_WRITE : BUFFER_READ;
	caller->tag |= TAG_BUFFER;
	caller->w[2] = PAGE_BYTES;
	caller->w[3] = caller->buffer_word;
}

static void ask(struct message *m, uint32_t thread, uint64_t badge, uint32_t label)
{
	struct caller *caller = played_caller_new();

	FUZZ_TRUE(caller);
	caller->thread = thread;
	caller->badge = badge;
	caller->has_page = !played_chance(32);
	caller->tag = TAG(label, played_chance(32) ? 0 : MESSAGE_REGISTERS);
	played_shape_words(label < LABELS ? lists[label].shape : NULL, caller->w);
	if (played_shape_has(label < LABELS ? lists[label].shape : NULL, "buffer") != played_chance(16))
		fill_buffer(caller);
	played_deliver(caller, m, NULL, 0);
}

static uint64_t badge_of_thread(uint32_t thread)
{
	return played_objects[played_objects[thread].binding[BIND_CSPACE]].badge;
}

static void one_message(struct message *m)
{
	static const uint64_t others[] = {0, PID_SELF, BADGE_INIT, BADGE_PAGER, BADGE_VFS, 500, ~0ul};
	uint8_t how = played_byte();
	uint32_t label = how < 208 ? how % 19 : how % (LABELS + 1),
		 thread = played_thread_take((uint32_t)played_below(16));

	if (how == 255)
		label = (uint32_t)played_word();
	if (label >= 32 || !thread)
		ask(m, 0, BADGE_INIT, label);
	else if (played_chance(32))
		ask(m, 0, others[played_below(7)], label);
	else
		ask(m, thread, badge_of_thread(thread), label);
}

static void time_passes(struct message *m)
{
	played.now += played_byte();
	played_notify(m, played.timer_at <= played.now ? played.timer_flags : 0);
	if (played.timer_at <= played.now)
		played.timer_at = DEADLINE_NEVER;
}

/* All faults are refused, one after the other. */
static bool undo(struct message *m)
{
	played.ending = true;
	if (proc.table.live == 0)
		return false;
	below.refused = 1;
	played_notify(m, PAGER_NEWS_FAULT);
	return true;
}

bool target_event(struct message *m)
{
	uint8_t kind;

	below.areas = 0;
	if (played_message_count() == 1) {
		ask(m, 0, BADGE_INIT, PROC_SESSION_START);
		return true;
	}
	if (played_input_is_over() || played_callers_waiting() >= PLAYED_CALLERS - 2 ||
	    proc.table.live > PIDS - 4 || played_message_count() > 600)
		return undo(m);
	kind = played_byte();
	if (kind < 216) {
		one_message(m);
	} else if (kind < 232) {
		time_passes(m);
	} else if (kind < 244) {
		played_notify(m, VFS_NEWS_TTY);
	} else {
		below.refused = 1 + kind % 3;
		played_notify(m, PAGER_NEWS_FAULT | (kind & 1 ? VFS_NEWS_TTY : 0));
	}
	return true;
}

/* --- what holds --- */

static void check_process(const struct process *process)
{
	bool lives = process->state == PROCESS_LIVE;

	FUZZ_TRUE(played_cap_is_there(thread_slot(process)) == lives);
	if (lives && process->waits != WAITS_NOT)
		FUZZ_TRUE(played_cap_is_there(reply_slot(process)));
	if (!lives)
		return;
	FUZZ_TRUE(process->has_space && process->has_files);
	FUZZ_TRUE(space_place(process->pid) < PIDS && files_place(process->pid));
}

void target_idle(void)
{
	uint32_t files = 0;

	if (proc_check() != 0)
		printf("proc_check: line %d\n", proc_check());
	FUZZ_TRUE(proc_check() == 0);
	for (uint32_t i = 0; i < PROCESSES_MAX; i++)
		if (proc.table.records[i].state != PROCESS_FREE)
			check_process(&proc.table.records[i]);
	for (uint32_t i = 0; i < PIDS; i++)
		files += below.files[i] != 0;
	FUZZ_TRUE(spaces_count() == proc.table.live && files == proc.table.live);
	FUZZ_TRUE(played_caps_of_kind(KIND_THREAD) == proc.table.live);
	FUZZ_TRUE(!played_cap_is_there(SLOT_NEW_CSPACE) && !played_cap_is_there(SLOT_NEW_ENDPOINT));
	for (int i = 0; i < PLAYED_CALLERS; i++)
		FUZZ_TRUE(played_callers[i].at == CALLER_FREE || played_callers[i].thread);
}

void target_answered(const struct caller *caller, const struct message *m)
{
	bool makes = TAG_LABEL(caller->tag) == PROC_FORK || TAG_LABEL(caller->tag) == PROC_SPAWN;

	if (TAG_LABEL(m->tag) == E_OK && makes && caller->thread)
		played_remember(m->w[0]);
}

static void init_hands_over(void)
{
	static const cap_t endpoints[] = {PROC_PAGER, PROC_VFS, PROC_UART};
	static const cap_t all[] = {PROC_PAGER_ALL, PROC_VFS_ALL};

	for (int i = 0; i < 3; i++)
		played_cap_put(endpoints[i],
			       (struct played_cap){.kind = KIND_ENDPOINT, .rights = RIGHT_WRITE});
	for (int i = 0; i < 2; i++)
		played_cap_put(all[i], (struct played_cap){.kind = KIND_ENDPOINT, .rights = RIGHTS_ALL});
	played_cap_put(
		PROC_INFO_PAGE,
		(struct played_cap){.kind = KIND_MEMORY, .rights = RIGHT_READ, .a = 0x7000, .b = PAGE_BYTES});
	played_cap_put(PROC_TIMER, (struct played_cap){.kind = KIND_TIMER, .rights = RIGHTS_ALL});
	played_cap_put(PROC_SESSION_NEWS,
		       (struct played_cap){.kind = KIND_NOTIFICATION, .rights = RIGHT_WRITE, .b = 1});
	below.pool = played_object_new(KIND_POOL);
	played_objects[below.pool].pages = POOL_PAGES;
	played_cap_put(PROC_POOL,
		       (struct played_cap){.kind = KIND_POOL, .rights = RIGHTS_ALL, .object = below.pool});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct server_start start = {.name = "proc", .option_faults = bytes && data[0] & 1};

	played_clear();
	memset(&below, 0, sizeof(below));
	init_hands_over();
	below.slots_at_start = played_caps_count() + 1; /* and the Timer's flag */
	played_run(data, bytes, &start);
	FUZZ_TRUE(proc.table.live == 0 && proc.table.zombies == 0);
	FUZZ_TRUE(played_objects_of_kind(KIND_THREAD) + played_objects_of_kind(KIND_CSPACE) == 0);
	FUZZ_TRUE(played_objects[below.pool].used == 0);
	FUZZ_TRUE(played_caps_count() == below.slots_at_start);
	return 0;
}
