/* SPDX-License-Identifier: MIT */
/* Invariants of what custom pagers have in the books: every count against those who are counted. */
#include "policy/space.h"

/* Who the spaces name: references to objects in `seen`; records of each space against its areas. */
static int space_count(const struct vm_space *space, uint64_t *clients)
{
	for (const struct vm_area *area = space->areas.first; area; area = area->next) {
		if (!area->external)
			continue;
		area->external->seen++;
		if (!external_client_find(space, area->external->pager))
			return __LINE__;
	}
	for (const struct external_client *client = space->clients; client; client = client->next) {
		uint32_t areas = 0;

		for (const struct vm_area *area = space->areas.first; area; area = area->next)
			areas += area->external && area->external->pager == client->pager;
		if (areas != client->areas || external_client_find(space, client->pager) != client)
			return __LINE__;
		++*clients;
	}
	return 0;
}

/* `seen` is put back whatever is found. */
static int objects_check(const struct external_pager *pager, uint64_t *objects, uint64_t *idle)
{
	int broken = 0;

	for (struct external_object *object = pager->first; object; object = object->next) {
		if (object->seen != object->references || object->pager != pager)
			broken = __LINE__;
		if (pager->is_ended && !object->is_withdrawn)
			broken = __LINE__;
		if (object->next && object->next->prev != object)
			broken = __LINE__;
		*idle += object->is_withdrawn && object->references == 0;
		++*objects;
		object->seen = 0;
	}
	return broken;
}

static int named_check(const struct policy *policy, const struct external_pager *pager)
{
	uint32_t clients = 0, spaces = 0;

	for (const struct vm_space *space = policy->first_space; space; space = space->next) {
		clients += external_client_find(space, pager) != NULL;
		spaces += (uint32_t)(space->supplier == pager) + (uint32_t)(space->exec_supplier == pager);
	}
	return clients == pager->clients && spaces == pager->spaces ? 0 : __LINE__;
}

static int grant_check(const struct policy *policy, const struct external_pager *pager)
{
	if (pager->grant_frames == 0)
		return pager->is_ended && pager->clients == 0 ? 0 : __LINE__;
	for (uint64_t i = 0; i < pager->grant_frames; i++)
		if (!frames_has(&policy->frames, pager->grant_first + i) ||
		    frames_at(&policy->frames, pager->grant_first + i)->state != FRAME_GRANT)
			return __LINE__;
	if (frames_at(&policy->frames, pager->grant_first)->references)
		return __LINE__; /* the report */
	return 0;
}

int externals_check(const struct policy *policy)
{
	const struct externals *externals = &policy->externals;
	uint64_t pagers = 0, objects = 0, clients = 0, idle = 0, granted = 0;
	int broken = 0;

	for (const struct vm_space *space = policy->first_space; space && !broken; space = space->next)
		broken = space_count(space, &clients);
	for (const struct external_pager *pager = externals->first; pager; pager = pager->next) {
		int found = objects_check(pager, &objects, &idle);

		if (!found)
			found = named_check(policy, pager);
		if (!found)
			found = grant_check(policy, pager);
		broken = broken ? broken : found;
		granted += pager->grant_frames;
		pagers++;
	}
	if (broken)
		return broken;
	if (pagers != externals->pagers.used || objects != externals->objects.used ||
	    clients != externals->clients.used)
		return __LINE__;
	return idle == externals->idle && granted == policy->frames.counts[FRAME_GRANT] ? 0 : __LINE__;
}
