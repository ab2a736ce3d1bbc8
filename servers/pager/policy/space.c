/* SPDX-License-Identifier: MIT */
/* Life of a space, and of its areas: created, joined with a neighbour of the same kind, dropped. */
#include <string.h>

#include "policy/backing.h"
#include "policy/space.h"

err_t space_create(struct policy *policy, uint32_t pid, vaddr_t start, uint64_t bytes, struct vm_space **out)
{
	struct vm_space *space;

	if ((start | bytes) % PAGE_BYTES)
		return E_ALIGN;
	if (start < PAGE_BYTES || start >= USER_END || bytes == 0 || bytes > USER_END - start)
		return E_RANGE;
	space = frames_are_scarce(&policy->frames) ? NULL : nodes_take(&policy->spaces);
	if (!space)
		return E_NO_MEMORY;
	space->policy = policy;
	space->pid = pid;
	space->account = policy->frames.payer;
	space->account->spaces++;
	space->start = start;
	space->end = start + bytes;
	space->map_base = space->map_hint = start;
	area_set_init(&space->areas);
	page_tree_init(&space->pages);
	for (int which = 0; which <= LIMIT_DATA; which++)
		space->limit_bytes[which] = LIMIT_NONE;
	space->next = policy->first_space;
	if (space->next)
		space->next->prev = space;
	policy->first_space = space;
	policy->space_count++;
	*out = space;
	return E_OK;
}

void space_destroy(struct vm_space *space)
{
	struct policy *policy = space->policy;

	space_clear(space);
	external_space_clear(space);
	if (space->prev)
		space->prev->next = space->next;
	else
		policy->first_space = space->next;
	if (space->next)
		space->next->prev = space->prev;
	policy->space_count--;
	space->account->spaces--;
	nodes_give(&policy->spaces, space);
}

bool space_contains_range(const struct vm_space *space, vaddr_t start, uint64_t bytes)
{
	return start >= space->start && start <= space->end && bytes <= space->end - start;
}

err_t space_check_range(const struct vm_space *space, vaddr_t start, uint64_t bytes)
{
	if ((start | bytes) % PAGE_BYTES)
		return E_ALIGN;
	if (bytes == 0 || !space_contains_range(space, start, bytes))
		return E_RANGE;
	return E_OK;
}

err_t space_check_spec(const struct vm_space *space, const struct area_spec *spec)
{
	err_t error = space_check_range(space, spec->start, spec->bytes);

	if (error)
		return error;
	if ((spec->prot | spec->max_prot) & ~7u || spec->prot & ~spec->max_prot)
		return E_ARGUMENT;
	if ((spec->prot & PROT_BIT_WRITE) && (spec->prot & PROT_BIT_EXEC))
		return E_WX;
	error = backing_check(spec);
	if (error)
		return error;
	if (spec->backing == BACKING_EXTERNAL && !external_client_find(space, spec->external->pager))
		return E_STATE;
	return space_limit_allows(space, spec) ? E_OK : E_NO_MEMORY;
}

/* Sv39 knows no entry that is writable and not readable. */
static uint8_t prot_usable(uint32_t prot)
{
	return (uint8_t)(prot & PROT_BIT_WRITE ? prot | PROT_BIT_READ : prot);
}

struct vm_area *area_create(struct vm_space *space, const struct area_spec *spec)
{
	bool scarce = frames_are_scarce(&space->policy->frames);
	struct vm_area *area = scarce ? NULL : nodes_take_to_fill(&space->policy->areas);
	struct inode_object *inode = NULL;

	if (!area)
		return NULL;
	if (spec->backing == BACKING_INODE_PRIVATE) {
		inode = inode_take(&space->policy->inodes, spec->inode);
		if (!inode) {
			nodes_give(&space->policy->areas, area);
			return NULL;
		}
	}
	*area = (struct vm_area){
		.backing = (uint8_t)spec->backing,
		.prot = prot_usable(spec->prot),
		.max_prot = prot_usable(spec->max_prot),
		.flags = (uint8_t)spec->flags,
		.start = spec->start,
		.end = spec->start + spec->bytes,
		.name = spec->name,
		.inode = inode,
		.external = spec->backing == BACKING_EXTERNAL ? spec->external : NULL,
		.offset_bytes = spec->offset_bytes,
		.file_bytes = spec->file_bytes,
		.frame = spec->frame,
	};
	if (area->external)
		external_area_take(space, area->external);
	return area;
}

void area_drop(struct vm_space *space, struct vm_area *area)
{
	space_unlink_area(space, area);
	if (area->inode)
		inode_drop(&space->policy->inodes, area->inode);
	if (area->external)
		external_area_drop(space, area->external);
	if (area->flags & AREA_PINNED) {
		frames_give(&space->policy->frames, area->frame);
		space->pinned_pages--;
	}
	nodes_give(&space->policy->areas, area);
}

err_t space_map(struct vm_space *space, const struct area_spec *spec)
{
	err_t error = space_check_spec(space, spec);
	struct vm_area *area;

	space_pays(space);
	if (error)
		return error;
	if (!space_is_free(space, spec->start, spec->bytes))
		return E_CONFLICT;
	if (space->areas.count >= space->policy->areas_max || allocation_refused("area number"))
		return E_TOO_MANY;
	area = area_create(space, spec);
	if (!area)
		return E_NO_MEMORY;
	space_link_area(space, area);
	space_join(space, area);
	return E_OK;
}

bool area_can_join(const struct vm_area *left, const struct vm_area *right)
{
	return left->end == right->start && left->backing == BACKING_ANON && right->backing == BACKING_ANON &&
	       left->prot == right->prot && left->max_prot == right->max_prot && !left->flags &&
	       !right->flags && (left->name == right->name || strcmp(left->name, right->name) == 0);
}

static void join_right(struct vm_space *space, struct vm_area *left)
{
	struct vm_area *right = left->next;

	space_unlink_area(space, right);
	left->end = right->end;
	left->is_touched |= right->is_touched;
	nodes_give(&space->policy->areas, right);
}

/* Join @area with its neighbours where nothing tells them apart. It may be gone afterwards. */
void space_join(struct vm_space *space, struct vm_area *area)
{
	if (area->next && area_can_join(area, area->next))
		join_right(space, area);
	if (area->prev && area_can_join(area->prev, area))
		join_right(space, area->prev);
}

void space_clear(struct vm_space *space)
{
	page_tree_clear(&space->pages, &space->policy->trees);
	space->anon_pages = 0;
	while (space->areas.first)
		area_drop(space, space->areas.first);
	space->heap_start = space->heap_break = space->heap_end = 0;
	space->map_hint = space->map_base;
}

bool space_is_free(const struct vm_space *space, vaddr_t start, uint64_t bytes)
{
	const struct vm_area *next = area_set_at_or_after(&space->areas, start);

	return !next || next->start >= start + bytes;
}

vaddr_t space_find_free(const struct vm_space *space, vaddr_t hint, uint64_t bytes)
{
	vaddr_t from = hint > space->map_base ? hint : space->map_base, at = from;

	if (bytes == 0 || bytes > space->end - space->start)
		return 0;
	for (int round = 0; round < 2; round++) {
		const struct vm_area *area = area_set_at_or_after(&space->areas, at);

		while (area && at <= space->end && (area->start < at || area->start - at < bytes)) {
			at = area->end;
			area = area->next;
		}
		if (space_contains_range(space, at, bytes))
			return at;
		if (from == space->map_base)
			return 0;
		at = from = space->map_base;
	}
	return 0;
}
