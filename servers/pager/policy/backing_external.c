/* SPDX-License-Identifier: MIT */
/*
 * Backing external: pages of a custom pager's object. Which of them the kernel has mapped is in no book; a
 * private area's copies are.
 *
 *                     no private frame                              private frame
 *   shared            forward: window the area                      there is none
 *   private, load     forward without WRITE: window the run         as anonymous memory
 *   private, store    mapped: copy; else forward, as a load         as anonymous memory
 *
 *      chunk    |..P........^....P...........|      ^ fault   P private frame
 *      window       |------------|                  within the chunk, the area and the object
 */
#include "policy/backing.h"

static err_t external_check(const struct area_spec *spec)
{
	const struct external_object *object = spec->external;

	if (!object)
		return E_ARGUMENT;
	if (object->is_withdrawn)
		return E_DEAD;
	if (spec->flags & AREA_SHARED && spec->max_prot & PROT_BIT_WRITE && !object->is_writable)
		return E_ACCESS;
	return backing_check_offset(spec);
}

/* User pages that an answer may map. */
struct span {
	uint64_t first, end;
};

/* Of a private area: only pages without a private frame, as far as one chunk tells. */
static __attribute__((noinline)) struct span span_of_run(const struct fault_request *request)
{
	const struct chunk *chunk = page_tree_find(&request->space->pages, request->page);
	uint64_t taken = chunk ? chunk->present : 0, at = request->page % CHUNK_PAGES;
	uint64_t below = taken & ~(~0ul << at), above = taken >> at; /* bit `at` is 0 */
	uint64_t base = request->page - at;

	return (struct span){
		base + (below ? CHUNK_PAGES - (uint64_t)__builtin_clzl(below) : 0),
		base + (above ? at + bit_lowest(above) : CHUNK_PAGES),
	};
}

static struct span span_clip(struct span span, uint64_t first, uint64_t end)
{
	return (struct span){span.first > first ? span.first : first, span.end < end ? span.end : end};
}

/* @index: the page of the object. */
static void external_forward(const struct fault_request *request, uint64_t index, struct verdict *verdict)
{
	const struct vm_area *area = request->area;
	struct external_object *object = area->external;
	bool shared = area->flags & AREA_SHARED;
	struct span span = shared ? (struct span){0, TREE_PAGES} : span_of_run(request);

	span = span_clip(span, area->start >> PAGE_SHIFT, area->end >> PAGE_SHIFT);
	span = span_clip(span, 0, request->page + object->pages - index);
	verdict->kind = VERDICT_FORWARD;
	verdict->forward = (struct verdict_forward){
		.object = object,
		.pager = object->pager,
		.page = index,
		.window_first = span.first,
		.window_pages = span.end - span.first,
		.rights = shared ? area->prot : area->prot & ~(uint32_t)PROT_BIT_WRITE,
		.as_load = !shared && request->access & ACCESS_WRITE,
	};
}

static void external_fault(const struct fault_request *request, struct verdict *verdict)
{
	const struct vm_area *area = request->area;
	uint64_t index = (area->offset_bytes >> PAGE_SHIFT) + request->page - (area->start >> PAGE_SHIFT);
	bool shared = area->flags & AREA_SHARED, copies = !shared && request->access & ACCESS_WRITE;

	if (request->frame)
		backing_fault_private(request, verdict);
	else if (index >= area->external->pages)
		verdict_deny(verdict, RULE_PAST_END);
	else if (request->origin == ORIGIN_PARKED || (request->origin == ORIGIN_PRESENT && copies))
		verdict->kind = VERDICT_COPY_PRESENT;
	else if (area->external->is_withdrawn)
		verdict_deny(verdict, RULE_PAGER_ENDED);
	else if (request->origin == ORIGIN_ZERO && !shared)
		backing_take_zero(request, verdict);
	else
		external_forward(request, index, verdict);
}

const struct backing_ops backing_external = {"external", external_check, external_fault};
