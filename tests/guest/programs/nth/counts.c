/* SPDX-License-Identifier: MIT */
/*
 * Accounts before and after. Whole arenas may change their use for good: a vfs that was refused a page asks
 * for more cache, a pager that was refused a Space makes another Pool and keeps it. All else returns to where
 * it was.
 */
#include "counts.h"
#include <dirent.h>
#include <pagoda/error.h>
#include <pagoda/ipc.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define POOL_SLOTS  2 /* the Memory, and the Pool */
#define CACHE_SLOTS 2 /* the Memory, and its source in the vfs's space */

static err_t files_ask(struct vfs_counts *files)
{
	struct message m = message_make(VFS_COUNTS, 0, 0);

	ipc_call(SLOT_VFS, &m);
	memcpy(files, &message_page()->words[MESSAGE_REGISTERS], sizeof(*files));
	return message_error(&m);
}

void counts_take(struct counts *counts)
{
	const struct info_page *info = inspect_info();

	if (inspect_frames(&counts->frames) != E_OK || files_ask(&counts->files) != E_OK)
		printf("nth: the counts are not to be had\n");
	counts->slots = info->slots_used;
	counts->threads = info->objects[KIND_THREAD];
	counts->kernel_spaces = info->objects[KIND_SPACE];
}

static bool frames_are_as_before(const struct pager_counts *a, const struct pager_counts *b)
{
	uint64_t cache = b->cache - a->cache, pools = b->objects - a->objects;

	return a->anon == b->anon && a->tables == b->tables && a->pinned == b->pinned &&
	       a->spaces == b->spaces && cache % ARENA_PAGES == 0 && pools % ARENA_PAGES == 0 &&
	       a->frames_free == b->frames_free + cache + pools;
}

static bool slots_are_as_before(const struct counts *a, const struct counts *b)
{
	uint64_t lent = (b->frames.cache - a->frames.cache) / ARENA_PAGES * CACHE_SLOTS;
	uint64_t pools = b->frames.objects != a->frames.objects ? POOL_SLOTS : 0;

	if (b->frames.objects < a->frames.objects)
		pools = -pools;
	return b->slots == a->slots + lent + pools && a->threads == b->threads &&
	       a->kernel_spaces == b->kernel_spaces;
}

static bool files_are_as_before(const struct vfs_counts *a, const struct vfs_counts *b)
{
	return a->inodes == b->inodes && a->open_files == b->open_files && a->leases == b->leases &&
	       a->processes == b->processes && a->parked == b->parked;
}

static bool invariants_hold(char *wrong, size_t room)
{
	static const char *const names[] = {"pager", "vfs", "proc"};

	for (int i = INSPECT_PAGER; i <= INSPECT_PROC; i++) {
		uint64_t broken = 0;
		err_t error = inspect_check_server((enum inspect_server)i, &broken);

		if (error == E_OK && broken == 0)
			continue;
		snprintf(wrong, room, "check of %s: line %lu, %s", names[i], broken, error_text(error));
		return false;
	}
	return inspect_check_kernel() == E_OK;
}

void counts_compare(const struct counts *a, const struct counts *b, char *wrong, size_t room)
{
	if (!invariants_hold(wrong, room))
		return;
	if (!frames_are_as_before(&a->frames, &b->frames))
		snprintf(wrong, room,
			 "frames: free %+ld anon %+ld cache %+ld tables %+ld objects %+ld pinned %+ld spaces "
			 "%+ld",
			 (long)(b->frames.frames_free - a->frames.frames_free),
			 (long)(b->frames.anon - a->frames.anon), (long)(b->frames.cache - a->frames.cache),
			 (long)(b->frames.tables - a->frames.tables),
			 (long)(b->frames.objects - a->frames.objects),
			 (long)(b->frames.pinned - a->frames.pinned),
			 (long)(b->frames.spaces - a->frames.spaces));
	else if (!slots_are_as_before(a, b))
		snprintf(wrong, room, "kernel: slots %+ld threads %+ld spaces %+ld",
			 (long)(b->slots - a->slots), (long)(b->threads - a->threads),
			 (long)(b->kernel_spaces - a->kernel_spaces));
	else if (!files_are_as_before(&a->files, &b->files))
		snprintf(wrong, room, "files: inodes %+ld open %+ld leases %+ld processes %+ld parked %+ld",
			 (long)(b->files.inodes - a->files.inodes),
			 (long)(b->files.open_files - a->files.open_files),
			 (long)(b->files.leases - a->files.leases),
			 (long)(b->files.processes - a->files.processes),
			 (long)(b->files.parked - a->files.parked));
}

void folder_empty(const char *path)
{
	char name[512];
	const struct dirent *entry;
	DIR *directory;

	if (mkdir("/tmp", 0777) == 0 || mkdir(path, 0700) == 0)
		return (void)mkdir(path, 0700);
	directory = opendir(path);
	while (directory && (entry = readdir(directory)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (unlink(name) == 0)
			continue;
		folder_empty(name);
		rmdir(name);
	}
	closedir(directory);
}
