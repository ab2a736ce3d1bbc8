/* SPDX-License-Identifier: MIT */
/*
 * A custom pager, played: a grant of one arena, in which its two objects' pages and the frames to give away
 * have their places, and the truth about what each page of an object holds.
 *
 *      0        1 .. 64     65 .. 128     ...     256 .. 511
 *   | report | object 0  |  object 1   |       |  to give away |
 */
#ifndef POLICY_PLAYED_PAGER_H
#define POLICY_PLAYED_PAGER_H

#include "proto/custom.h"
#include "world.h"

#define OBJECTS	     2 /* [0] may be written through shared areas, [1] not */
#define OBJECT_PAGES 40ul
#define GIFTS_FIRST  256ul

struct played_pager {
	struct external_pager *pager; /* NULL: none lives */
	struct external_object *object[OBJECTS];
	uint64_t word[OBJECTS][OBJECT_PAGES]; /* first word of each page */
};

static inline uint64_t played_word_of(struct world *world, uint64_t frame)
{
	uint64_t word;

	memcpy(&word, world_page(world, frame), 8);
	return word;
}

static inline void played_write(struct world *world, uint64_t frame, uint64_t word)
{
	memcpy(world_page(world, frame), &word, 8);
}

/* The page number of page @index of an object. */
static inline uint64_t played_frame(const struct external_object *object, uint64_t index)
{
	CHECK_TRUE(index < OBJECT_PAGES);
	return object->pager->grant_first + 1 + object->number * 64 + index;
}

/* false: no arena is whole, or no memory. */
static inline bool played_start(struct world *world, struct played_pager *played)
{
	if (external_pager_create(&world->policy, 1, played, &played->pager)) {
		played->pager = NULL;
		return false;
	}
	for (uint32_t o = 0; o < OBJECTS; o++) {
		if (external_object_create(&world->policy, played->pager, o, OBJECT_PAGES, o == 0,
					   &played->object[o])) {
			played->pager->is_ended = true;
			if (o)
				external_object_withdraw(&world->policy, played->object[0]);
			if (o)
				external_object_destroy(&world->policy, played->object[0]);
			external_grant_release(&world->policy, played->pager);
			external_pager_destroy(&world->policy, played->pager);
			played->pager = NULL;
			return false;
		}
		for (uint64_t i = 0; i < OBJECT_PAGES; i++) {
			played->word[o][i] = (o + 1ul) << 32 | i << 8 | 1;
			played_write(world, played_frame(played->object[o], i), played->word[o][i]);
		}
	}
	return true;
}

/* The program has ended, and no space has anything of it any more but frames that were given. */
static inline void played_bury(struct world *world, struct external_pager *pager)
{
	struct external_object *object;

	while ((object = external_find_idle(&world->policy)) != NULL)
		external_object_destroy(&world->policy, object);
	CHECK_EQ(pager->clients, 0);
	external_grant_release(&world->policy, pager);
	CHECK_TRUE(!external_pager_is_used(pager));
	external_pager_destroy(&world->policy, pager);
}

static inline void played_drop_clients(struct vm_space *space)
{
	struct external_client *client;

	while ((client = external_client_idle(space)) != NULL)
		external_client_drop(space, client);
}

/* An area of an object; the space gets its record of the pager, if there is memory for it. */
static inline struct area_spec played_area(struct vm_space *space, struct external_object *object,
					   vaddr_t start, uint64_t pages, uint32_t prot, uint32_t flags)
{
	struct area_spec spec = world_anon(start, pages, prot);
	struct external_client *client = NULL;

	spec.backing = BACKING_EXTERNAL;
	spec.external = object;
	spec.flags = flags;
	spec.name = "object";
	if (flags & AREA_SHARED && !object->is_writable)
		spec.max_prot &= ~(uint32_t)PROT_BIT_WRITE;
	if (external_client_take(space, object->pager, &client))
		CHECK_TRUE(!client);
	return spec;
}

/* Up to @most neighbouring frames that were not given, found as FRAMES_IN_USE would tell; count 0: none. */
static inline struct policy_gift played_gift(const struct world *world, struct external_pager *pager,
					     uint64_t start, uint64_t most)
{
	struct policy_gift gift = {.pager = pager};
	uint64_t span = pager->grant_frames - GIFTS_FIRST;

	for (uint64_t i = 0; i < span && gift.count == 0; i++) {
		gift.frame = GIFTS_FIRST + (start + i) % span;
		while (gift.count < most && gift.frame + gift.count < pager->grant_frames &&
		       frames_at(&world->policy.frames, pager->grant_first + gift.frame + gift.count)
				       ->references == 0)
			gift.count++;
	}
	return gift;
}

#endif
