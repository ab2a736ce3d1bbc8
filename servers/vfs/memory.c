/* SPDX-License-Identifier: MIT */
/*
 * Memory for the cache. The vfs cannot call up: it tells the pager by notification, which comes down with
 * CACHE_GROW, with an arena or without. Until then writers wait in memory_waiters.
 */
#include "vfs.h"
#include <pagoda/server.h>
#include <pagoda/syscall.h>

/* ask before it is needed */
#define MEMORY_LOW_PAGES (CACHE_RESERVE_PAGES + CACHE_COMMONS_PAGES + 64u)

struct waiters memory_waiters;
static bool asked;

bool memory_ask(void)
{
	if (asked)
		return true;
	if (vfs.cache.arena_count == CACHE_ARENAS || service_cache_is_full())
		return false;
	asked = sys_notify(VFS_PAGER_NEWS).error == E_OK;
	return asked;
}

void memory_ask_early(void)
{
	if (cache_room(&vfs.cache) < MEMORY_LOW_PAGES + vfs.cache.promised)
		(void)memory_ask();
}

void memory_came(void)
{
	asked = false;
	move_serve(&memory_waiters);
}

void memory_refused(void)
{
	asked = false;
	move_serve_refused();
}
