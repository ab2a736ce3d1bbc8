/* SPDX-License-Identifier: MIT */
/*
 * Backing inode private: pages of a file, written pages are copied.
 *
 *      file_bytes
 *   |--------------|.............|     full pages: the leased page without WRITE; a write copies it
 *   | page | page | pa.. | zero  |     the page the file part ends in: always a copy, rest zero
 *                                      pages past it: anonymous
 */
#include "policy/backing.h"

static err_t file_check(const struct area_spec *spec)
{
	err_t error = backing_check_offset(spec);

	if (error)
		return error;
	return spec->file_bytes > spec->bytes ? E_ARGUMENT : E_OK;
}

/* User page numbers around a fault that may be asked for together. */
struct around {
	uint64_t first, end;
};

static struct around around_of(const struct fault_request *request, uint64_t file_pages)
{
	uint64_t window = request->space->policy->around_pages;
	uint64_t area_first = request->area->start >> PAGE_SHIFT;
	struct around around = {request->page & ~(window - 1), (request->page | (window - 1)) + 1};

	if (around.first < area_first)
		around.first = area_first;
	if (around.end > area_first + file_pages)
		around.end = area_first + file_pages;
	return around;
}

/* File page behind a user page. */
static uint64_t file_index(const struct vm_area *area, uint64_t page)
{
	return (area->offset_bytes >> PAGE_SHIFT) + page - (area->start >> PAGE_SHIFT);
}

static void await_run(const struct fault_request *request, uint64_t index, uint64_t count,
		      struct verdict *verdict)
{
	verdict->kind = VERDICT_AWAIT;
	verdict->inode = request->area->inode;
	verdict->index = index;
	verdict->count = count;
	verdict->wanted = file_index(request->area, request->page);
}

/* Ask for the run of pages without a lease that the page lies in. */
static __attribute__((noinline)) void file_await(const struct fault_request *request, struct verdict *verdict)
{
	const struct vm_area *area = request->area;
	struct around around = around_of(request, (area->file_bytes + PAGE_BYTES - 1) >> PAGE_SHIFT);
	uint64_t base = file_index(area, around.first), pages = around.end - around.first, leased, first, end;

	if (pages == 1) {
		await_run(request, base, 1, verdict);
		return;
	}
	leased = inode_leased(area->inode, base, pages);
	first = request->page - around.first;
	end = first + 1;
	while (first > 0 && !(leased >> (first - 1) & 1))
		first--;
	while (end < pages && !(leased >> end & 1))
		end++;
	await_run(request, base + first, end - first, verdict);
}

/* Pages of the window that have no private frame; the window lies in one chunk. */
static uint64_t pages_untouched(const struct fault_request *request, uint64_t first)
{
	const struct chunk *chunk = page_tree_find(&request->space->pages, request->page);

	return chunk ? ~(chunk->present >> first % CHUNK_PAGES) : ~0ul;
}

/*
 * Neighbours that are leased and not mapped come along: those behind the page in neighbouring frames as part
 * of its run, then any others.
 */
static __attribute__((noinline)) void file_around(const struct fault_request *request,
						  struct verdict *verdict)
{
	const struct vm_area *area = request->area;
	struct around around = around_of(request, area->file_bytes >> PAGE_SHIFT);
	uint64_t pages = around.end - around.first, base, at, frame, left;

	if (pages == 1)
		return;
	base = file_index(area, around.first);
	at = request->page - around.first;
	frame = verdict->run[0].frame - at;
	left = inode_leased(area->inode, base, pages) & pages_untouched(request, around.first) & ~(1ul << at);
	for (at++; at < pages && left >> at & 1 && inode_lease(area->inode, base + at) == frame + at; at++)
		left &= ~(1ul << at);
	verdict->run[0].pages = around.first + at - request->page;
	verdict->prefetched = (uint32_t)verdict->run[0].pages - 1;
	for (; left; left &= left - 1) {
		at = bit_lowest(left);
		verdict_bring(verdict, around.first + at, inode_lease(area->inode, base + at),
			      area->prot & ~(uint32_t)PROT_BIT_WRITE);
	}
}

static __attribute__((noinline)) void file_copy(const struct fault_request *request, struct verdict *verdict,
						uint64_t lease, uint64_t bytes)
{
	uint64_t frame = backing_take_page(request, verdict);

	if (!frame)
		return;
	verdict->work = WORK_COPY;
	verdict->work_frame = frame;
	verdict->copy_from = lease;
	verdict->copy_bytes = bytes;
	verdict_resolve(verdict, request->page, frame, request->area->prot);
}

static void file_fault(const struct fault_request *request, struct verdict *verdict)
{
	const struct vm_area *area = request->area;
	uint64_t at = (request->page << PAGE_SHIFT) - area->start, left, lease;

	if (request->frame || at >= area->file_bytes) {
		backing_fault_zero(request, verdict);
		return;
	}
	lease = inode_lease(area->inode, file_index(area, request->page));
	left = area->file_bytes - at;
	if (!lease) {
		file_await(request, verdict);
	} else if (request->access & ACCESS_WRITE || left < PAGE_BYTES) {
		file_copy(request, verdict, lease, left < PAGE_BYTES ? left : PAGE_BYTES);
	} else {
		verdict_resolve(verdict, request->page, lease, area->prot & ~(uint32_t)PROT_BIT_WRITE);
		if (request->origin != ORIGIN_PARKED && request->space->policy->around_pages > 1)
			file_around(request, verdict);
	}
}

const struct backing_ops backing_inode_private = {"inode_private", file_check, file_fault};
