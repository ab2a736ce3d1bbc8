/* SPDX-License-Identifier: MIT */
/* Which of those who poll are to be looked at when a pipe, or the console, changed. */
#ifndef VFS_WATCH_H
#define VFS_WATCH_H

#include "core/files.h"

enum watch_source {
	WATCH_PIPES = 0, /* a pipe is called by its number */
	WATCH_CONSOLE = PIPES,
	WATCH_SOURCES,
	WATCH_NOTHING /* what never changes */
};

/* The poll of process @watcher (by its place in the table) depends on @source. */
void watch_add(uint32_t watcher, uint32_t source);

/* It ends: @watcher depends on nothing any more. */
void watch_end(uint32_t watcher);

bool watch_is_watched(uint32_t source);

/* The first one from @from on that depends on @source; FILES_PROCESSES: none. */
uint32_t watch_next(uint32_t source, uint32_t from);

/* Does @watcher depend on anything? */
bool watch_has_any(uint32_t watcher);

/* Both sides agree; 0, or the line of the invariant that is broken. */
int watch_check(void);

#endif
