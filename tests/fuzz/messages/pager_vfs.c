/* SPDX-License-Identifier: MIT */
/* The vfs as the pager sees it: leases, holds and nodes are counted; it fails as its lists allow. */
#include "messages/pager_known.h"

struct known known;

static const char *const error_lists[] = {
#define REQUEST_COMMON(errors, text)
#define REQUEST(NAME, number, in, out, errors, text) [number] = errors,
#include "proto/vfs.def"
#undef REQUEST
#undef REQUEST_COMMON
};

static uint64_t *count_of(uint64_t *counts, uint64_t inode)
{
	FUZZ_TRUE(inode >= 1 && inode <= INODES);
	return &counts[inode - 1];
}

static void lease(const struct message *in, struct message *m)
{
	uint64_t count = 1 + played_below(in->w[2] < 64 ? in->w[2] : 64);

	if (in->w[0] < 1 || in->w[0] > INODES) {
		m->tag = TAG(E_NO_ENTRY, 0);
		return;
	}
	for (uint64_t i = 0; i < count; i++)
		host_message_page.words[MESSAGE_REGISTERS + i] =
			ARCHIVE_FIRST / PAGE_BYTES + (in->w[0] + in->w[1] + i) % ARCHIVE_PAGES;
	m->w[0] = count;
	m->tag = TAG(E_OK, MESSAGE_REGISTERS + count);
	*count_of(known.leases, in->w[0]) += count;
	if (played_chance(32)) /* no page at all */
		host_message_page.words[MESSAGE_REGISTERS + played_below(count)] = played_byte();
}

static void map_inode(const struct message *in, struct message *m)
{
	m->w[1] = played_chance(4) ? played_below(8) : 7;
	m->w[2] = 3 * PAGE_BYTES;
	if (in->w[1] % 4 == 0 && known.cookie_count)
		m->w[3] = known.cookies[played_below(known.cookie_count)];
	else
		m->w[0] = 1 + in->w[1] % INODES;
}

static void cookie_forget(uint64_t cookie)
{
	for (uint32_t i = 0; i < known.cookie_count; i++)
		if (known.cookies[i] == cookie) {
			known.cookies[i] = known.cookies[--known.cookie_count];
			return;
		}
	FUZZ_TRUE(!"the node is there");
}

static void cache_grow(const struct played_cap *arena)
{
	FUZZ_TRUE(arena->kind == KIND_MEMORY && arena->b == ARENA_BYTES && known.lent_count < 16);
	known.lent[known.lent_count++] = arena->a / PAGE_BYTES;
}

/* An arena, none, or a page that was never lent. */
static void cache_shrink(struct message *m)
{
	uint32_t which = known.lent_count ? played_below(known.lent_count) : 0;

	m->tag = TAG(E_OK, 1);
	if (played_chance(16)) {
		m->w[0] = RAM_FIRST / PAGE_BYTES + 1 + played_byte();
	} else if (known.lent_count < 2 || played_chance(3)) {
		m->tag = TAG(E_NO_ENTRY, 0);
	} else {
		m->w[0] = known.lent[which];
		known.lent[which] = known.lent[--known.lent_count];
	}
}

static void vfs_answer(const struct message *in, struct message *m)
{
	switch (TAG_LABEL(in->tag)) {
	case VFS_LEASE:
		lease(in, m);
		break;
	case VFS_LEASE_RETURN:
		FUZZ_TRUE(*count_of(known.leases, in->w[0]) >= in->w[2]);
		*count_of(known.leases, in->w[0]) -= in->w[2];
		break;
	case VFS_INODE_HOLD:
		++*count_of(known.holds, in->w[0]);
		break;
	case VFS_INODE_DROP:
		FUZZ_TRUE((*count_of(known.holds, in->w[0]))-- > 0);
		break;
	case VFS_MAP_INODE:
		map_inode(in, m);
		break;
	case VFS_PUBLISH:
		FUZZ_TRUE(known.cookie_count < 64);
		FUZZ_TRUE(memchr(&host_message_page.words[MESSAGE_REGISTERS], 0, CUSTOM_NAME_MAX + 1));
		known.cookies[known.cookie_count++] = in->w[0];
		break;
	case VFS_WITHDRAW:
		cookie_forget(in->w[0]);
		break;
	case VFS_CACHE_SHRINK:
		cache_shrink(m);
		break;
	default:
		FUZZ_TRUE(TAG_LABEL(in->tag) == VFS_CACHE_GROW);
		if (in->tag & TAG_CAP)
			cache_grow(&played_caps[host_message_page.cap_send]);
	}
}

void target_call(cap_t slot, struct message *m)
{
	struct message in = *m;
	uint32_t label = TAG_LABEL(in.tag);
	bool may_fail = label != VFS_LEASE_RETURN && label != VFS_INODE_DROP && label != VFS_WITHDRAW;

	FUZZ_TRUE(slot == PAGER_VFS);
	*m = (struct message){.tag = TAG(E_OK, 0)};
	if (!played.ending && may_fail && played_chance(12))
		m->tag = TAG(played_error_of(error_lists[label]), 0);
	if (TAG_LABEL(m->tag) == E_OK)
		vfs_answer(&in, m);
}
