/* SPDX-License-Identifier: MIT */
/* What the vfs has answered, as far as it has to be taken back at the end. */
#include "messages/vfs_known.h"

struct known known;

static void note_pid(uint64_t pid, bool there)
{
	for (uint32_t i = 0; i < known.pid_count; i++)
		if (known.pids[i] == pid) {
			FUZZ_TRUE(!there);
			known.pids[i] = known.pids[--known.pid_count];
			return;
		}
	FUZZ_TRUE(there && known.pid_count < PIDS);
	known.pids[known.pid_count++] = (uint32_t)pid;
}

static void note_lease(const struct caller *caller, const struct message *m)
{
	FUZZ_TRUE(m->w[0] > 0 && m->w[0] <= caller->w[2]);
	known.lease[known.lease_count].inode = caller->w[0];
	known.lease[known.lease_count].index = caller->w[1];
	known.lease[known.lease_count++].count = m->w[0];
	known.lease_pages += m->w[0];
}

/* Those that were taken in other portions come back in those in which they are returned. */
static void note_return(const struct caller *caller)
{
	uint64_t first = caller->w[1], end = first + caller->w[2];

	known.lease_pages -= caller->w[2];
	for (uint64_t page = first; page < end; page++)
		for (uint32_t i = 0; i < known.lease_count; i++) {
			uint64_t at = page - known.lease[i].index, count = known.lease[i].count;

			if (known.lease[i].inode != caller->w[0] || at >= count)
				continue;
			known.lease[i].count = at;
			if (at + 1 < count && known.lease_count < LEASES) {
				known.lease[known.lease_count].inode = caller->w[0];
				known.lease[known.lease_count].index = page + 1;
				known.lease[known.lease_count++].count = count - at - 1;
			} else {
				FUZZ_TRUE(at + 1 >= count);
			}
			if (known.lease[i].count == 0)
				known.lease[i] = known.lease[--known.lease_count];
			break;
		}
}

static void note_word(uint64_t *words, uint32_t *count, uint64_t word, bool there)
{
	for (uint32_t i = 0; !there && i < *count; i++)
		if (words[i] == word) {
			words[i] = words[--*count];
			return;
		}
	FUZZ_TRUE(there);
	words[(*count)++] = word;
}

void known_note(const struct caller *caller, const struct message *m)
{
	switch (TAG_LABEL(caller->tag)) {
	case VFS_PROCESS_CREATE:
		note_pid(caller->w[0], true);
		break;
	case VFS_PROCESS_FORK:
		note_pid(caller->w[1], true);
		break;
	case VFS_PROCESS_DESTROY:
		note_pid(caller->w[0], false);
		break;
	case VFS_LEASE:
		note_lease(caller, m);
		break;
	case VFS_LEASE_RETURN:
		note_return(caller);
		break;
	case VFS_INODE_HOLD:
		note_word(known.hold, &known.hold_count, caller->w[0], true);
		break;
	case VFS_INODE_DROP:
		note_word(known.hold, &known.hold_count, caller->w[0], false);
		break;
	case VFS_PUBLISH:
		note_word(known.cookie, &known.cookie_count, caller->w[0], true);
		break;
	case VFS_WITHDRAW:
		note_word(known.cookie, &known.cookie_count, caller->w[0], false);
		break;
	}
}
