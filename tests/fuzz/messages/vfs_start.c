/* SPDX-License-Identifier: MIT */
/* How the vfs begins: what init hands over, a boot archive, and the messages that every run begins with. */
#include "messages/vfs_known.h"
#include "vfs.h"
#include <stdio.h>

static uint8_t archive[ARCHIVE_BYTES_MAX];
static uint64_t archive_bytes;

static void archive_add(const char *name, uint32_t mode, const void *data, uint64_t bytes)
{
	char head[111];
	uint64_t at = archive_bytes;

	snprintf(head, sizeof(head), "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", 1, mode, 0,
		 0, 1, 7, (unsigned)bytes, 0, 0, 0, 0, (unsigned)strlen(name) + 1, 0);
	memcpy(archive + at, head, 110);
	strcpy((char *)archive + at + 110, name);
	at = (at + 110 + strlen(name) + 1 + 3) / 4 * 4;
	FUZZ_TRUE(at + bytes + 4 < sizeof(archive));
	if (bytes)
		memcpy(archive + at, data, bytes);
	archive_bytes = (at + bytes + 3) / 4 * 4;
}

static void archive_make(void)
{
	static uint8_t data[3 * PAGE_BYTES];

	if (archive_bytes)
		return;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i / 7);
	archive_add("bin", VFS_DIRECTORY | 0755, NULL, 0);
	archive_add("bin/cat", VFS_REGULAR | 0755, data, 700);
	archive_add("folder/nested", VFS_REGULAR | 0644, data, PAGE_BYTES + 5);
	archive_add("link", VFS_LINK | 0777, "bin/cat", 7);
	archive_add("loop", VFS_LINK | 0777, "loop", 4);
	archive_add("locked", VFS_DIRECTORY | 0500, NULL, 0);
	/* so long a name that the data begin on a page */
	char name[PAGE_BYTES] = "whole";
	uint64_t name_bytes = (2 * PAGE_BYTES - archive_bytes % PAGE_BYTES - 110 - 1) % PAGE_BYTES;
	(void)name_bytes;
	archive_add(name, VFS_REGULAR | 0644, data, sizeof(data));
	archive_add("TRAILER!!!", 0, NULL, 0);
}

void start_hand_over(bool interactive, struct server_start *start)
{
	archive_make();
	played_window(SERVER_ARCHIVE_BASE, ARCHIVE_BYTES_MAX);
	played_window(VFS_CACHE_BASE, 64 * ARENA_BYTES);
	played_own_map(SERVER_ARCHIVE_BASE, ARCHIVE_BYTES_MAX);
	memcpy((void *)SERVER_ARCHIVE_BASE, archive, archive_bytes);
	played_cap_put(VFS_UART, (struct played_cap){.kind = KIND_ENDPOINT, .rights = RIGHT_WRITE});
	played_cap_put(VFS_PROC_NEWS,
		       (struct played_cap){.kind = KIND_NOTIFICATION, .rights = RIGHT_WRITE, .b = 1});
	played_cap_put(VFS_PAGER_NEWS,
		       (struct played_cap){.kind = KIND_NOTIFICATION, .rights = RIGHT_WRITE, .b = 1});
	played_cap_put(VFS_TIMER, (struct played_cap){.kind = KIND_TIMER, .rights = RIGHTS_ALL});
	*start = (struct server_start){.name = "vfs",
				       .archive_bytes = archive_bytes,
				       .archive = {ARCHIVE_FRAME * PAGE_BYTES, ARCHIVE_BYTES_MAX},
				       .option_interactive = interactive};
}

void start_bring_memory(struct caller *caller)
{
	struct played_cap cap = {.kind = KIND_MEMORY, .rights = RIGHTS_ALL};
	bool plain = known.arenas == 0;
	uint64_t arenas = 1 + (!plain && played_chance(8) ? played_below(40) : 0);

	cap.a = ARENA_FIRST + known.arenas * ARENA_BYTES;
	cap.b = arenas * ARENA_BYTES;
	if (!plain) {
		cap.b += played_chance(8) ? PAGE_BYTES * played_byte() : 0;
		cap.a += played_chance(8) ? PAGE_BYTES : 0;
		cap.kind = played_chance(8) ? KIND_NOTIFICATION : KIND_MEMORY;
		cap.rights = played_chance(8) ? played_byte() & RIGHTS_ALL : RIGHTS_ALL;
	}
	known.arenas += arenas;
	caller->tag |= TAG_CAP;
	played_cap_put(SERVER_RECEIVE, cap);
}

/* What every session begins with: cache memory, a process with a file, a directory, a device and a pipe open,
 * and its child. */
static const struct {
	uint32_t label;
	uint64_t badge, w0, w1;
	const char *path;
} prologue[] = {
	{VFS_CACHE_GROW, BADGE_PAGER, 0, 0, NULL},
	{VFS_PROCESS_CREATE, BADGE_PROC, 2, 0, NULL},
	{VFS_OPEN, 2, OPEN_READ | OPEN_WRITE | OPEN_CREATE, 0644, "/file"},
	{VFS_OPEN, 2, OPEN_READ, 0, "/bin"},
	{VFS_OPEN, 2, OPEN_READ | OPEN_WRITE, 0, "/dev/zero"},
	{VFS_PIPE, 2, 0, 0, NULL},
	{VFS_PROCESS_FORK, BADGE_PROC, 2, 3, NULL},
	{VFS_LOOKUP, BADGE_PROC, 0, 0, "/whole"},
	{VFS_PUBLISH, BADGE_PAGER, 1, 5 * PAGE_BYTES, "object"},
	{VFS_OPEN, 2, OPEN_READ, 0, "/pagers/object"},
};
#define PROLOGUE (sizeof(prologue) / sizeof(prologue[0]))

bool start_message(struct message *m)
{
	uint64_t at = played_message_count() - 1, name[4] = {0};
	struct caller *caller;

	if (at >= PROLOGUE)
		return false;
	caller = played_caller_new();
	caller->badge = prologue[at].badge;
	caller->has_page = true;
	caller->tag = TAG(prologue[at].label, MESSAGE_REGISTERS);
	caller->w[0] = prologue[at].w0;
	caller->w[1] = prologue[at].w1;
	caller->absent_at = UINT64_MAX;
	if (prologue[at].label == VFS_PUBLISH) {
		strcpy((char *)name, prologue[at].path);
		caller->w[2] = 0444;
		caller->tag += 4;
	} else if (prologue[at].path) {
		strcpy((char *)caller->text, prologue[at].path);
		caller->tag |= TAG_BUFFER;
		caller->w[3] = caller->buffer_word = strlen(prologue[at].path) | BUFFER_READ;
	} else if (prologue[at].label == VFS_CACHE_GROW) {
		start_bring_memory(caller);
	}
	played_deliver(caller, m, name, 4);
	return true;
}
