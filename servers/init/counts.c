/* SPDX-License-Identifier: MIT */
/*
 * What did not come back when the session was over: frames, kernel objects, capability slots, page tables,
 * and entries of the vfs's tables. Cache and pools that the servers took on for good while it ran
 * are no leak: where they grew, the capabilities of kind Memory and Pool are not compared.
 */
#include "session.h"
#include <pagoda/ipc.h>
#include <string.h>

void counts_read(struct system_counts *counts)
{
	const volatile struct info_page *info = (const volatile struct info_page *)INIT_INFO_PAGE;
	struct message m = message_make(PAGER_COUNTS, 0, 0);

	memset(counts, 0, sizeof(*counts));
	ipc_call(init.pager, &m);
	if (message_error(&m) == E_OK)
		memcpy(&counts->pager, &message_page()->words[MESSAGE_REGISTERS], sizeof(counts->pager));
	m = message_make(VFS_COUNTS, 0, 0);
	ipc_call(init.vfs, &m);
	if (message_error(&m) == E_OK)
		memcpy(&counts->vfs, &message_page()->words[MESSAGE_REGISTERS], sizeof(counts->vfs));
	for (uint32_t i = 0; i < 16; i++)
		counts->objects[i] = info->objects[i];
	counts->slots = info->slots_used;
	counts->tables = info->tables;
}

/* Less than before counts too: something was given back twice. */
static uint64_t difference(uint64_t before, uint64_t after)
{
	return before < after ? after - before : before - after;
}

static bool is_resident_kind(uint32_t kind)
{
	return kind == KIND_MEMORY || kind == KIND_POOL;
}

uint64_t counts_leaks(const struct system_counts *before, const struct system_counts *after)
{
	bool grew = before->pager.cache != after->pager.cache ||
		    before->objects[KIND_POOL] != after->objects[KIND_POOL];
	uint64_t leaks = difference(before->pager.anon, after->pager.anon) +
			 difference(before->pager.pinned, after->pager.pinned) +
			 difference(before->pager.spaces, after->pager.spaces) +
			 difference(before->vfs.open_files, after->vfs.open_files) +
			 difference(before->vfs.processes, after->vfs.processes) +
			 difference(before->vfs.parked, after->vfs.parked);
	uint64_t slots_before = before->slots, slots_after = after->slots;

	for (uint32_t kind = 1; kind < 16; kind++) {
		if (kind == KIND_REPLY)
			continue; /* capabilities only: the slots tell */
		if (!(grew && is_resident_kind(kind))) {
			leaks += difference(before->objects[kind], after->objects[kind]);
			continue;
		}
		slots_before -= before->objects[kind];
		slots_after -= after->objects[kind];
	}
	leaks += difference(slots_before, slots_after);
	if (!grew)
		leaks += difference(before->tables, after->tables);
	return leaks;
}
