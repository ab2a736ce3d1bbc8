/* SPDX-License-Identifier: MIT */
/* Pipes. */
#include "pipe.h"
#include "proto/inject.h"
#include <string.h>

void pipes_init(struct pipes *pipes, struct cache *cache)
{
	memset(pipes, 0, sizeof(*pipes));
	pipes->cache = cache;
}

static void pipe_mark(struct pipes *pipes, struct pipe *pipe)
{
	if (pipe->changed)
		return;
	pipe->changed = true;
	pipe->next_changed = pipes->changed;
	pipes->changed = pipe - pipes->pipes + 1;
}

/* Free only what no list names any more: a pipe that changed goes when it is taken from that list. */
static void pipe_settle(struct pipes *pipes, struct pipe *pipe)
{
	if (pipe->open[PIPE_READER] || pipe->open[PIPE_WRITER] || pipe->changed)
		return;
	pipe->next = pipes->free;
	pipes->free = pipe - pipes->pipes + 1;
	pipes->count--;
}

bool pipe_take_changed(struct pipes *pipes, uint32_t *number)
{
	struct pipe *pipe;

	if (pipes->changed == 0)
		return false;
	*number = pipes->changed - 1;
	pipe = &pipes->pipes[*number];
	pipes->changed = pipe->next_changed;
	pipe->changed = false;
	pipe_settle(pipes, pipe);
	return true;
}

err_t pipe_create(struct pipes *pipes, uint32_t *number)
{
	uint16_t index = pipes->free;

	if ((index == 0 && pipes->top == PIPES) || allocation_refused("pipe"))
		return E_TOO_MANY;
	if (cache_promise(pipes->cache) != E_OK)
		return E_NO_MEMORY;
	if (index != 0)
		pipes->free = pipes->pipes[index - 1].next;
	else
		index = ++pipes->top;
	pipes->pipes[index - 1] = (struct pipe){.open = {true, true}};
	pipes->count++;
	*number = index - 1;
	return E_OK;
}

static uint32_t *page_slot(struct pipe *pipe, uint64_t at)
{
	return &pipe->pages[at / PAGE_BYTES % PIPE_PAGES];
}

static err_t page_take(struct pipes *pipes, struct pipe *pipe, uint32_t *slot)
{
	struct cache_page *page;
	err_t error;

	if (pipe->held == 0)
		error = cache_take_promised(pipes->cache, &page);
	else
		error = cache_may_hold(pipes->cache) ? cache_take(pipes->cache, &page) : E_NO_MEMORY;
	if (error != E_OK)
		return error;
	pipe->held++;
	*slot = cache_number(pipes->cache, page) + 1;
	return E_OK;
}

/* The last one that goes leaves a promise behind. */
static void page_drop(struct pipes *pipes, struct pipe *pipe, uint32_t *slot)
{
	if (*slot == 0)
		return;
	cache_drop(pipes->cache, cache_page(pipes->cache, *slot - 1));
	*slot = 0;
	pipe->held--;
	pipes->cache->promised += pipe->held == 0 && pipe->open[PIPE_READER];
}

void pipe_close(struct pipes *pipes, uint32_t number, enum pipe_end end)
{
	struct pipe *pipe = &pipes->pipes[number];

	if (end == PIPE_READER && pipe->held == 0)
		cache_promise_ends(pipes->cache);
	pipe->open[end] = false;
	if (end == PIPE_READER || !pipe->open[PIPE_READER]) { /* nobody reads what is left */
		for (uint32_t i = 0; i < PIPE_PAGES; i++)
			page_drop(pipes, pipe, &pipe->pages[i]);
		pipe->head = pipe->tail;
	}
	pipe_mark(pipes, pipe);
}

err_t pipe_read(const struct pipes *pipes, uint32_t number, const uint8_t **from, uint64_t *bytes)
{
	const struct pipe *pipe = &pipes->pipes[number];
	uint64_t in_page = PAGE_BYTES - pipe->head % PAGE_BYTES;
	uint32_t page = pipe->pages[pipe->head / PAGE_BYTES % PIPE_PAGES];

	*bytes = pipe_used(pipe) < in_page ? pipe_used(pipe) : in_page;
	if (*bytes == 0)
		return pipe->open[PIPE_WRITER] ? E_LATER : E_OK;
	*from = cache_data(pipes->cache, cache_page(pipes->cache, page - 1)) + pipe->head % PAGE_BYTES;
	return E_OK;
}

void pipe_read_done(struct pipes *pipes, uint32_t number, uint64_t bytes)
{
	struct pipe *pipe = &pipes->pipes[number];
	uint32_t *slot = page_slot(pipe, pipe->head);

	if (bytes == 0)
		return;
	pipe->head += bytes;
	if (pipe->head % PAGE_BYTES == 0 || pipe->head == pipe->tail)
		page_drop(pipes, pipe, slot);
	if (pipe->head == pipe->tail)
		pipe->head = pipe->tail = 0; /* the next writer begins with a whole page */
	pipe_mark(pipes, pipe);
}

/* The bytes of the only page move to its start, if @bytes more fit into it then. */
static bool page_pack(struct pipes *pipes, struct pipe *pipe, uint64_t bytes)
{
	uint32_t *slot = page_slot(pipe, pipe->head), page = *slot;
	uint64_t used = pipe_used(pipe);
	uint8_t *data;

	if (pipe->held != 1 || used + bytes > PAGE_BYTES || pipe->head % PAGE_BYTES == 0)
		return false;
	data = cache_data(pipes->cache, cache_page(pipes->cache, page - 1));
	memmove(data, data + pipe->head % PAGE_BYTES, used);
	*slot = 0;
	pipe->pages[0] = page;
	pipe->head = 0;
	pipe->tail = used;
	return true;
}

/* Pages for @bytes more behind the tail. */
static err_t pages_take(struct pipes *pipes, struct pipe *pipe, uint64_t bytes)
{
	uint64_t at = pipe->tail;

	while (at < pipe->tail + bytes) {
		uint32_t *slot = page_slot(pipe, at);

		if (*slot == 0 && page_take(pipes, pipe, slot) != E_OK)
			return E_NO_MEMORY;
		at += PAGE_BYTES - at % PAGE_BYTES;
	}
	return E_OK;
}

/* Give back the pages behind the tail: they follow it without a gap. */
static void pages_trim(struct pipes *pipes, struct pipe *pipe)
{
	uint64_t used = pipe->tail % PAGE_BYTES != 0 && pipe_used(pipe) > 0;
	uint64_t first = pipe->tail / PAGE_BYTES + used, end = pipe->head / PAGE_BYTES + PIPE_PAGES;

	if (pipe_used(pipe) == 0)
		first = pipe->head / PAGE_BYTES;
	for (; first < end && pipe->pages[first % PIPE_PAGES] != 0; first++)
		page_drop(pipes, pipe, &pipe->pages[first % PIPE_PAGES]);
}

err_t pipe_may_write(struct pipes *pipes, uint32_t number, uint64_t bytes)
{
	struct pipe *pipe = &pipes->pipes[number];
	uint64_t needed = bytes <= PIPE_BUF_BYTES ? bytes : 1;
	err_t error;

	if (!pipe->open[PIPE_READER])
		return E_PIPE;
	if (pipe_room(pipe) < needed)
		return E_LATER;
	error = pages_take(pipes, pipe, needed);
	if (error == E_OK)
		return E_OK;
	pages_trim(pipes, pipe);
	return page_pack(pipes, pipe, needed) ? E_OK : E_NO_MEMORY;
}

void pipe_write(struct pipes *pipes, uint32_t number, uint8_t **to, uint64_t *bytes)
{
	struct pipe *pipe = &pipes->pipes[number];
	uint64_t in_page = PAGE_BYTES - pipe->tail % PAGE_BYTES;
	uint32_t page = *page_slot(pipe, pipe->tail);

	*bytes = pipe_room(pipe) < in_page ? pipe_room(pipe) : in_page;
	*to = cache_data(pipes->cache, cache_page(pipes->cache, page - 1)) + pipe->tail % PAGE_BYTES;
}

void pipe_write_done(struct pipes *pipes, uint32_t number, uint64_t bytes)
{
	struct pipe *pipe = &pipes->pipes[number];

	pipe->tail += bytes;
	pages_trim(pipes, pipe);
	if (bytes > 0)
		pipe_mark(pipes, pipe);
}

void pipe_unwrite(struct pipes *pipes, uint32_t number, uint64_t bytes)
{
	struct pipe *pipe = &pipes->pipes[number];

	pipe->tail -= bytes;
	pages_trim(pipes, pipe);
}

/* One pipe: pages are exactly where bytes are. */
static int pipe_check(const struct pipes *pipes, const struct pipe *pipe, uint32_t *pages)
{
	uint32_t before = *pages;
	uint64_t first = pipe->head / PAGE_BYTES, end = (pipe->tail + PAGE_BYTES - 1) / PAGE_BYTES;

	if (pipe->head > pipe->tail || pipe->tail - first * PAGE_BYTES > PIPE_BYTES)
		return __LINE__;
	if (pipe_used(pipe) == 0)
		end = first;
	for (uint64_t i = first; i < first + PIPE_PAGES; i++) {
		uint32_t page = pipe->pages[i % PIPE_PAGES];

		if (page == 0 && i < end)
			return __LINE__;
		if (page != 0 && (i >= end || page > CACHE_PAGES))
			return __LINE__;
		if (page != 0 && cache_page(pipes->cache, page - 1)->state != PAGE_PIPE)
			return __LINE__;
		*pages += page != 0;
	}
	if (*pages - before != pipe->held)
		return __LINE__;
	return !pipe->open[PIPE_READER] && pipe_used(pipe) > 0 ? __LINE__ : 0;
}

int pipes_check(const struct pipes *pipes, uint32_t *pages)
{
	uint32_t used = 0, free = 0, piped = 0, promised = 0;

	*pages = 0;
	for (uint16_t next = pipes->free; next != 0; next = pipes->pipes[next - 1].next) {
		if (next > pipes->top || ++free > pipes->top)
			return __LINE__;
	}
	for (uint32_t i = 0; i < pipes->top; i++) {
		const struct pipe *pipe = &pipes->pipes[i];
		int broken;

		if (!pipe->open[PIPE_READER] && !pipe->open[PIPE_WRITER] && !pipe->changed)
			continue;
		used++;
		promised += pipe->open[PIPE_READER] && pipe->held == 0;
		broken = pipe_check(pipes, pipe, pages);
		if (broken)
			return broken;
	}
	for (uint32_t i = 0; i < CACHE_PAGES; i++)
		piped += pipes->cache->pages[i].state == PAGE_PIPE;
	if (used != pipes->count || used + free != pipes->top)
		return __LINE__;
	return piped == *pages && promised == pipes->cache->promised ? 0 : __LINE__;
}
