/* SPDX-License-Identifier: MIT */
/* The CSpace of the server under test. */
#include "played.h"

struct played_cap played_caps[PLAYED_SLOTS];

void played_caps_clear(void)
{
	memset(played_caps, 0, sizeof(played_caps));
}

void played_cap_put(cap_t slot, struct played_cap cap)
{
	played_caps[slot] = cap;
	if (cap.object && cap.kind != KIND_REPLY)
		played_object_take(cap.object);
}

bool played_cap_is_there(cap_t slot)
{
	return slot < PLAYED_SLOTS && played_caps[slot].kind != KIND_NONE;
}

err_t played_cap_find(uint64_t slot, uint32_t kind, uint32_t rights, struct played_cap **cap)
{
	if (slot == 0 || slot >= PLAYED_SLOTS)
		return E_SLOT;
	*cap = &played_caps[slot];
	if ((*cap)->kind == KIND_NONE)
		return E_EMPTY;
	if (kind != KIND_NONE && (*cap)->kind != kind)
		return E_KIND;
	return rights & ~(uint32_t)(*cap)->rights ? E_RIGHTS : E_OK;
}

err_t played_cap_find_empty(uint64_t slot, struct played_cap **cap)
{
	if (slot == 0 || slot >= PLAYED_SLOTS)
		return E_SLOT;
	*cap = &played_caps[slot];
	return (*cap)->kind == KIND_NONE ? E_OK : E_OCCUPIED;
}

void played_cap_derive(cap_t from, cap_t to, uint32_t rights)
{
	struct played_cap cap = played_caps[from];

	cap.rights &= rights;
	cap.parent = from;
	played_cap_put(to, cap);
}

uint32_t played_caps_of_kind(uint32_t kind)
{
	uint32_t count = 0;

	for (cap_t slot = 1; slot < PLAYED_SLOTS; slot++)
		count += played_caps[slot].kind == kind;
	return count;
}

uint32_t played_caps_count(void)
{
	return PLAYED_SLOTS - played_caps_of_kind(KIND_NONE) - 1;
}

static bool is_below(cap_t slot, cap_t root)
{
	cap_t at = played_caps[slot].parent;

	for (int depth = 0; at && depth < 16; depth++) {
		if (at == root)
			return true;
		at = played_caps[at].parent;
	}
	return false;
}

static void cap_empty(cap_t slot)
{
	struct played_cap cap = played_caps[slot];

	played_caps[slot] = (struct played_cap){0};
	if (cap.kind == KIND_REPLY)
		played_reply_deleted(&cap);
	else if (cap.object)
		played_object_drop(cap.object);
}

/* What was derived from it hangs from its own origin then. */
err_t played_cap_delete(uint64_t slot)
{
	struct played_cap *cap;
	err_t error = played_cap_find(slot, KIND_NONE, 0, &cap);
	cap_t parent;

	if (error != E_OK)
		return error;
	parent = cap->parent;
	cap_empty((cap_t)slot);
	for (cap_t at = 1; at < PLAYED_SLOTS; at++)
		if (played_caps[at].kind && played_caps[at].parent == slot)
			played_caps[at].parent = parent;
	return E_OK;
}

/* Others hold theirs by what they were given: they lose it, too. */
err_t played_cap_revoke(uint64_t slot)
{
	struct played_cap *cap;
	err_t error = played_cap_find(slot, KIND_NONE, 0, &cap);

	if (error != E_OK)
		return error;
	if (cap->kind == KIND_SPACE)
		played_objects[cap->object].given = false;
	if (cap->kind == KIND_MEMORY)
		played_sources_revoked((cap_t)slot);
	for (cap_t at = 1; at < PLAYED_SLOTS; at++)
		if (played_caps[at].kind && is_below(at, (cap_t)slot)) {
			if (played_caps[at].kind == KIND_MEMORY)
				played_sources_revoked(at);
			cap_empty(at);
		}
	return E_OK;
}
