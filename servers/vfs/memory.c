/* SPDX-License-Identifier: MIT */
/*
 * Memory for the cache. The vfs cannot call up: it tells the pager by notification, which comes down with
 * CACHE_GROW, with an arena or without. Until then writers wait in memory_waiters.
 */
#include "vfs.h"
#include <pagoda/server.h>
#include <pagoda/syscall.h>

struct waiters memory_waiters;
static bool asked;

bool memory_ask(void)
{
	if (asked)
		return true;
	if (cache_place(&vfs.cache) == CACHE_ARENAS)
		return false;
	asked = sys_notify(VFS_PAGER_NEWS).error == E_OK;
	return asked;
}

void memory_ask_early(void)
{
	if (cache_room(&vfs.cache) < MEMORY_LOW_PAGES + vfs.cache.promised)
		(void)memory_ask();
}

bool memory_is_wanted(void)
{
	return asked || memory_waiters.first;
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
