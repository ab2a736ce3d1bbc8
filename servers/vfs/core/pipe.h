/* SPDX-License-Identifier: MIT */
/*
 * Pipes: rings of cache pages that are taken when bytes come and go back when they were read. Pure: who moves
 * the bytes, and who waits, is the caller's.
 *
 * A pipe that somebody may read is promised its first page. So without memory it becomes shorter, but what is
 * written into an empty one, up to a page, always goes in.
 *
 *   bytes written so far   tail  ->  page tail / PAGE_BYTES % PIPE_PAGES
 *   bytes read so far      head      only the pages between them are there
 *
 * Either end is one open file; a pipe goes with its second end. A pipe whose state changed stands in a list,
 * so that those who wait for it can be served afterwards.
 */
#ifndef VFS_PIPE_H
#define VFS_PIPE_H

#include "cache.h"
#include "proto/records.h"

#define PIPES	   512u
#define PIPE_PAGES 16u
#define PIPE_BYTES (PIPE_PAGES * PAGE_BYTES)

enum pipe_end { PIPE_READER = 0, PIPE_WRITER = 1 };

struct pipe {
	uint64_t head, tail;
	uint32_t pages[PIPE_PAGES]; /* number in the cache + 1 */
	uint16_t next;		    /* of the free ones; index + 1 */
	uint16_t next_changed;	    /* index + 1 */
	uint16_t held;		    /* how many pages are there; 0 while it may be read: one is promised */
	bool open[2];		    /* by enum pipe_end */
	bool changed;
};

struct pipes {
	struct pipe pipes[PIPES];
	struct cache *cache;
	uint16_t free, top; /* index + 1 */
	uint16_t changed;   /* index + 1 */
	uint16_t count;
	bool starving;	     /* a writer waits because no page was left for its pipe */
	uint32_t starved_at; /* cache->freed then */
};

void pipes_init(struct pipes *pipes, struct cache *cache);

/* A new pipe with both ends open. Errors: E_TOO_MANY; E_NO_MEMORY: no page can be promised */
MUST_USE err_t pipe_create(struct pipes *pipes, uint32_t *number);

/* The last descriptor of an end is closed. */
void pipe_close(struct pipes *pipes, uint32_t number, enum pipe_end end);

/*
 * Where the next bytes can be read; *bytes in one piece. E_OK with no bytes: end of file.
 * Errors    E_LATER: nothing is there yet
 */
MUST_USE err_t pipe_read(const struct pipes *pipes, uint32_t number, const uint8_t **from, uint64_t *bytes);

/* @bytes of what pipe_read() offered were taken. */
void pipe_read_done(struct pipes *pipes, uint32_t number, uint64_t bytes);

/*
 * May a writer begin with @bytes? At most PIPE_BUF_BYTES go in at once or not at all, more go in as they fit.
 * Errors    E_PIPE: nobody reads; E_LATER: no room yet; E_NO_MEMORY: no page, and the one it has does not
 * suffice. Nothing has changed
 */
MUST_USE err_t pipe_may_write(struct pipes *pipes, uint32_t number, uint64_t bytes);

/* Where the next bytes can be written; *bytes in one piece. Needs pipe_may_write(), and no more than it said.
 */
void pipe_write(struct pipes *pipes, uint32_t number, uint8_t **to, uint64_t *bytes);

/* @bytes were written where pipe_write() said. */
void pipe_write_done(struct pipes *pipes, uint32_t number, uint64_t bytes);

/* The last @bytes that were written and nobody has read are taken back. */
void pipe_unwrite(struct pipes *pipes, uint32_t number, uint64_t bytes);

/* Has any one changed? */
static inline bool pipes_changed(const struct pipes *pipes)
{
	return pipes->changed != 0;
}

/* A writer found no page, and waits. */
static inline void pipes_starve(struct pipes *pipes)
{
	if (!pipes->starving)
		pipes->starved_at = pipes->cache->freed;
	pipes->starving = true;
}

/* Has a page come free since writers starve? */
static inline bool pipes_can_be_fed(const struct pipes *pipes)
{
	return pipes->starving && pipes->cache->freed != pipes->starved_at && cache_may_hold(pipes->cache);
}

/* Take one from the list of those that changed. False: there is none. */
bool pipe_take_changed(struct pipes *pipes, uint32_t *number);

static inline uint64_t pipe_used(const struct pipe *pipe)
{
	return pipe->tail - pipe->head;
}

static inline uint64_t pipe_room(const struct pipe *pipe)
{
	return PIPE_BYTES -
	       (pipe->tail - pipe->head / PAGE_BYTES * PAGE_BYTES); /* not into the head's page */
}

/* 0, or the line of the invariant that is broken; *pages is set to those of all pipes. */
int pipes_check(const struct pipes *pipes, uint32_t *pages);

#endif
