/* SPDX-License-Identifier: MIT */
/*
 * The vfs, all of it, in a played kernel: messages of processes, proc and pager with any words, buffers and
 * capabilities, a uart driver that takes and gives what it likes, time that passes. After each message its
 * own check must find nothing; a refused request has changed no count; at the end all processes, leases and
 * objects go, and every count is back.
 */
#include "messages/vfs_known.h"
#include "vfs.h"
#include <stdio.h>

#define TARGET_DEF "proto/vfs.def"
#include "messages/target_lists.h"

static struct vfs_counts before; /* when the current message came */
static uint32_t slots_at_start;

uint32_t target_space_of(const struct caller *caller)
{
	(void)caller;
	return 0;
}

void target_signalled(cap_t slot)
{
	(void)slot;
}

static struct vfs_counts counts_now(void)
{
	struct request r = {.words = 0};
	struct vfs_counts counts;
	uint64_t saved[sizeof(counts) / 8];

	memcpy(saved, &host_message_page.words[MESSAGE_REGISTERS], sizeof(saved));
	FUZZ_TRUE(request_counts(&r) == E_OK);
	memcpy(&counts, &host_message_page.words[MESSAGE_REGISTERS], sizeof(counts));
	memcpy(&host_message_page.words[MESSAGE_REGISTERS], saved, sizeof(saved));
	return counts;
}

void target_idle(void)
{
	struct request r = {.words = 0};
	struct vfs_counts now = counts_now();

	if (played.ending || played_message_count() % 4 == 0)
		FUZZ_TRUE(request_check(&r) == E_OK);
	if (r.w[0] != 0)
		printf("the check that fails is in line %lu\n", (unsigned long)r.w[0]);
	FUZZ_TRUE(r.w[0] == 0);
	FUZZ_TRUE(!played_cap_is_there(SERVER_RECEIVE)); /* or nothing more could arrive */
	FUZZ_TRUE(now.processes == known.pid_count);
	FUZZ_TRUE(now.leases == known.lease_pages);
	FUZZ_TRUE(now.parked == played_caps_of_kind(KIND_REPLY));
	FUZZ_TRUE(now.parked == played_callers_waiting());
	before = now;
}

/* --- the uart driver --- */

static void uart_read(struct message *m)
{
	uint64_t bytes = played_below(80);

	for (uint64_t i = 0; i < bytes; i++)
		((uint8_t *)&host_message_page.words[MESSAGE_REGISTERS])[i] = played_byte();
	if (played_chance(16))
		bytes = UART_WRITE_MAX + played_below(3);
	*m = (struct message){.tag = TAG(E_OK, 4 + (bytes + 7) / 8),
			      .w = {bytes, played_chance(32), played_byte()}};
}

void target_call(cap_t slot, struct message *m)
{
	uint64_t bytes = m->w[1];

	FUZZ_TRUE(slot == VFS_UART);
	m->error = E_OK;
	if (played_chance(32)) { /* it is gone */
		*m = (struct message){.error = E_DEAD};
		return;
	}
	if (TAG_LABEL(m->tag) == UART_READ) {
		uart_read(m);
		return;
	}
	FUZZ_TRUE(TAG_LABEL(m->tag) == UART_WRITE);
	FUZZ_TRUE(bytes <= UART_WRITE_MAX && TAG_WORDS(m->tag) == MESSAGE_REGISTERS + (bytes + 7) / 8);
	FUZZ_TRUE(m->w[0] < CHANNEL_COUNT);
	*m = (struct message){.w = {played_chance(4) ? played_byte() : bytes}};
}

/* --- what comes --- */

static uint64_t any_pid(void)
{
	return known.pid_count && !played_chance(8) ? known.pids[played_below(known.pid_count)]
						    : played_below(PIDS * 2);
}

static bool is_one_of(const char *name, const char *list)
{
	const char *at = strstr(list, name);
	size_t bytes = strlen(name);

	return at && (at == list || at[-1] == ' ') && (at[bytes] == ' ' || at[bytes] == 0);
}

uint64_t target_word(const char *name)
{
	if (is_one_of(name, "fd at_least to"))
		return played_chance(16) ? played_word() : played_below(12);
	if (is_one_of(name, "pid parent child"))
		return any_pid();
	if (is_one_of(name, "inode"))
		return known.inodes[played_below(8)];
	if (is_one_of(name, "cookie") && known.cookie_count && played_chance(2))
		return known.cookie[played_below(known.cookie_count)];
	if (is_one_of(name, "flags"))
		return played_byte() | (played_byte() & 1) << 8;
	if (is_one_of(name, "deadline"))
		return played.now + played_below(3) * played_byte();
	if (is_one_of(name, "mode what whence count index shared"))
		return played_chance(4) ? played_word() : played_below(16);
	return played_word();
}

/* @shape says what is in it: one text or two, or room. */
static void fill_buffer(struct caller *caller, const char *shape)
{
	char text[sizeof(caller->text)];
	size_t bytes = played_path(text, 1200), first = bytes;
	uint8_t how = played_byte();

	if (played_shape_has(shape, "_bytes;"))
		how |= 5;

	if (how & 1)
		bytes += played_path(text + bytes, sizeof(text) - 1200);
	memcpy(caller->text, text, bytes);
	if (how & 2)
		caller->text[bytes++] = 0;
	if (how & 4)
		caller->w[0] = first; /* of two texts, the first one's length */
	caller->buffer_word = how & 8 ? played_word() % (4ul << 20) : bytes;
	if (how & 8 && how & 32)
		caller->buffer_word = played_byte() << 4;
	caller->absent_at =
		(how & 0x50) == 0x50 ? played_below(64) * (how & 32 ? 64 : PAGE_BYTES) : UINT64_MAX;
	caller->buffer_word = BUFFER_LENGTH(caller->buffer_word);
	if ((how >> 4) == 15)
		caller->buffer_word |= played_byte() & 1 ? BUFFER_READ : BUFFER_WRITE;
	else
		caller->buffer_word |= BUFFER_READ | BUFFER_WRITE;
	caller->tag |= TAG_BUFFER;
	caller->w[2] = PAGE_BYTES;
	caller->w[3] = caller->buffer_word;
}

static uint64_t badge_for(uint32_t label)
{
	static const uint64_t others[] = {BADGE_PROC, BADGE_PAGER,	   BADGE_VFS, BADGE_INIT,
					  0,	      BADGE_PID_MAX + 1ul, ~0ul};

	if (played_chance(24))
		return others[played_below(sizeof(others) / sizeof(others[0]))];
	return label < 32 ? any_pid() : label < 48 ? BADGE_PROC : BADGE_PAGER;
}

/* Who is destroyed by proc waits no more: its thread went first. */
static void pid_threads_go(uint64_t pid)
{
	for (int i = 0; i < PLAYED_CALLERS; i++)
		if (played_callers[i].at == CALLER_SERVER && played_callers[i].badge == pid)
			played_caller_gone(&played_callers[i]);
}

static struct caller *ask(struct message *m, uint32_t label, uint64_t badge, const uint64_t w[4])
{
	uint64_t extra[MESSAGE_WORDS - MESSAGE_REGISTERS] = {0};
	uint32_t count = 0;
	struct caller *caller = played_caller_new();

	FUZZ_TRUE(caller);
	caller->badge = badge;
	caller->has_page = true;
	caller->tag = TAG(label, MESSAGE_REGISTERS);
	memcpy(caller->w, w, sizeof(caller->w));
	if (!played.ending) {
		const char *shape = label < LABELS ? lists[label].shape : NULL;
		uint8_t how = played_byte();

		if (played_shape_has(shape, "buffer") != ((how & 15) == 15))
			fill_buffer(caller, shape);
		if (played_shape_has(shape, "name") != ((how & 15) == 14)) {
			strncpy((char *)extra, played_name(), 32);
			count = 4;
		} else if (played_shape_has(shape, "struct vfs_poll") || (how & 15) == 13) {
			count = (uint32_t)w[1] % 20;
			for (uint32_t i = 0; i < count; i++)
				extra[i] = played_below(12) | (uint64_t)(played_byte() & 0x3f) << 32;
		}
		if ((how & 0x30) && label == VFS_CACHE_GROW)
			start_bring_memory(caller);
	}
	caller->tag += count;
	played_deliver(caller, m, extra, count);
	return caller;
}

static void one_message(struct message *m)
{
	uint32_t how = played_byte(), label = how < 192 ? how % 32 : how % (LABELS + 2);
	uint64_t w[4], badge = badge_for(label);

	if (how == 255)
		label = (uint32_t)played_word();
	played_shape_words(label < LABELS ? lists[label].shape : NULL, w);
	if (label == VFS_PROCESS_CREATE && known.pid_count < PIDS)
		w[0] = 1 + played_below(PIDS * 2);
	if ((label == VFS_PROCESS_CREATE || label == VFS_PROCESS_FORK) && known.pid_count == PIDS)
		label = VFS_PROCESS_EXEC;
	if (label == VFS_LEASE && known.lease_count == LEASES)
		label = VFS_COUNTS;
	if (label == VFS_INODE_HOLD && known.hold_count == HOLDS)
		label = VFS_CHECK;
	if (label == VFS_PUBLISH && known.cookie_count == COOKIES)
		label = VFS_CHECK;
	(void)ask(m, label, badge, w);
	if (badge == BADGE_PROC && label == VFS_PROCESS_DESTROY)
		pid_threads_go(m->w[0]); /* a buffer may have changed it */
}

static void time_passes(struct message *m)
{
	played.now += (uint64_t)played_byte() << 8;
	if (played.timer_at <= played.now) {
		played.timer_at = DEADLINE_NEVER;
		played_notify(m, played.timer_flags);
	} else {
		played_notify(m, 0);
	}
}

/* A caller's message page goes while it waits. */
static void page_goes(void)
{
	struct caller *caller = &played_callers[played_below(PLAYED_CALLERS)];

	if (caller->at == CALLER_SERVER)
		caller->has_page = false;
}

/* Take back everything, one message at a time. */
static bool undo(struct message *m)
{
	uint64_t w[4] = {0};

	played.ending = true;
	if (known.pid_count) {
		w[0] = known.pids[0];
		pid_threads_go(w[0]);
		(void)ask(m, VFS_PROCESS_DESTROY, BADGE_PROC, w);
	} else if (known.lease_count) {
		w[0] = known.lease[0].inode, w[1] = known.lease[0].index, w[2] = known.lease[0].count;
		(void)ask(m, VFS_LEASE_RETURN, BADGE_PAGER, w);
	} else if (known.hold_count) {
		w[0] = known.hold[0];
		(void)ask(m, VFS_INODE_DROP, BADGE_PAGER, w);
	} else if (known.cookie_count) {
		w[0] = known.cookie[0];
		(void)ask(m, VFS_WITHDRAW, BADGE_PAGER, w);
	} else {
		return false;
	}
	return true;
}

bool target_event(struct message *m)
{
	uint8_t kind;

	if (start_message(m))
		return true;
	if (played_input_is_over() || played_callers_waiting() >= PLAYED_CALLERS - 1 ||
	    played_message_count() > 400)
		return undo(m);
	kind = played_byte();
	if (kind < 224)
		one_message(m);
	else if (kind < 240)
		played_notify(m, UART_NEWS_INPUT | (kind & 1 ? UART_NEWS_ROOM : 0));
	else if (kind < 252)
		time_passes(m);
	else
		page_goes(), played_notify(m, UART_NEWS_ROOM);
	return true;
}

/* --- the end --- */

void target_answered(const struct caller *caller, const struct message *m)
{
	struct vfs_counts now;

	if (TAG_LABEL(m->tag) == E_OK) {
		known_note(caller, m);
		for (uint32_t i = 0; i < MESSAGE_REGISTERS; i++)
			if (m->w[i] && !played.ending)
				played_remember(m->w[i]);
		if (TAG_WORDS(m->tag) > MESSAGE_REGISTERS)
			known.inodes[known.next_inode++ % 8] = host_message_page.words[MESSAGE_REGISTERS];
		if (TAG_LABEL(caller->tag) == VFS_MAP_INODE)
			known.inodes[known.next_inode++ % 8] = m->w[0];
		return;
	}
	now = counts_now();
	if (TAG_LABEL(caller->tag) == VFS_CACHE_GROW || TAG_LABEL(m->tag) == E_INTERRUPTED)
		return;
	FUZZ_TRUE(now.inodes == before.inodes && now.open_files <= before.open_files + 0);
	FUZZ_TRUE(now.leases == before.leases && now.processes == before.processes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct server_start start;
	struct vfs_counts end;

	played_clear();
	memset(&known, 0, sizeof(known));
	start_hand_over(bytes && data[0] & 1, &start);
	slots_at_start = played_caps_count();
	played_run(data, bytes, &start);
	end = counts_now();
	FUZZ_TRUE(end.open_files == 0 && end.leases == 0 && end.processes == 0 && end.parked == 0);
	FUZZ_TRUE(played_caps_of_kind(KIND_REPLY) == 0);
	FUZZ_TRUE(vfs.cache.used == 0 || vfs.tree.count > 0);
	return 0;
}
