/* SPDX-License-Identifier: MIT */
/* Custom pagers and their objects: created, ended and withdrawn, given up. See external.h for who names whom.
 */
#include "policy/external.h"
#include "policy/page_tree.h"
#include "policy/policy.h"

void externals_init(struct externals *externals, struct frames *frames)
{
	*externals = (struct externals){.first = NULL};
	nodes_init(&externals->pagers, frames, sizeof(struct external_pager));
	nodes_init(&externals->objects, frames, sizeof(struct external_object));
	nodes_init(&externals->clients, frames, sizeof(struct external_client));
}

err_t external_pager_create(struct policy *policy, uint64_t arenas, void *shell, struct external_pager **out)
{
	struct externals *externals = &policy->externals;
	uint64_t first = frames_take_arenas(&policy->frames, arenas, FRAME_GRANT);
	struct external_pager *pager =
		first && !frames_are_scarce(&policy->frames) ? nodes_take(&externals->pagers) : NULL;

	if (!pager) {
		if (first)
			frames_end_grant(&policy->frames, first, arenas * ARENA_PAGES);
		return E_NO_MEMORY;
	}
	pager->grant_first = first;
	pager->grant_frames = arenas * ARENA_PAGES;
	pager->shell = shell;
	pager->account = policy->frames.payer->number;
	pager->next = externals->first;
	if (pager->next)
		pager->next->prev = pager;
	externals->first = pager;
	*out = pager;
	return E_OK;
}

void external_pager_end(struct policy *policy, struct external_pager *pager)
{
	pager->is_ended = true;
	for (struct external_object *object = pager->first; object; object = object->next)
		external_object_withdraw(policy, object);
}

void external_grant_release(struct policy *policy, struct external_pager *pager)
{
	frames_end_grant(&policy->frames, pager->grant_first, pager->grant_frames);
	pager->grant_frames = 0;
}

void external_pager_destroy(struct policy *policy, struct external_pager *pager)
{
	if (pager->prev)
		pager->prev->next = pager->next;
	else
		policy->externals.first = pager->next;
	if (pager->next)
		pager->next->prev = pager->prev;
	nodes_give(&policy->externals.pagers, pager);
}

uint64_t external_given(const struct policy *policy, const struct external_pager *pager)
{
	uint64_t given = 0;

	for (uint64_t i = 0; i < pager->grant_frames; i++)
		given += frames_at(&policy->frames, pager->grant_first + i)->references != 0;
	return given;
}

err_t external_object_create(struct policy *policy, struct external_pager *pager, uint32_t number,
			     uint64_t pages, bool is_writable, struct external_object **out)
{
	struct external_object *object;

	if (pages == 0 || pages > TREE_PAGES)
		return E_RANGE;
	if (pager->is_ended)
		return E_DEAD;
	object = frames_are_scarce(&policy->frames) ? NULL : nodes_take(&policy->externals.objects);
	if (!object)
		return E_NO_MEMORY;
	object->pager = pager;
	policy->frames.account[pager->account].objects++;
	object->pages = pages;
	object->number = number;
	object->is_writable = is_writable;
	object->next = pager->first;
	if (object->next)
		object->next->prev = object;
	pager->first = object;
	*out = object;
	return E_OK;
}

void external_object_withdraw(struct policy *policy, struct external_object *object)
{
	if (!object->is_withdrawn && object->references == 0)
		policy->externals.idle++;
	object->is_withdrawn = true;
}

struct external_object *external_find_idle(const struct policy *policy)
{
	if (policy->externals.idle == 0)
		return NULL;
	for (const struct external_pager *pager = policy->externals.first; pager; pager = pager->next)
		for (struct external_object *object = pager->first; object; object = object->next)
			if (object->is_withdrawn && object->references == 0)
				return object;
	return NULL;
}

void external_object_destroy(struct policy *policy, struct external_object *object)
{
	policy->frames.account[object->pager->account].objects--;
	if (object->prev)
		object->prev->next = object->next;
	else
		object->pager->first = object->next;
	if (object->next)
		object->next->prev = object->prev;
	policy->externals.idle--;
	nodes_give(&policy->externals.objects, object);
}
