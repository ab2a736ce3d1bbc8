/* SPDX-License-Identifier: MIT */
/*
 * A machine for the policy: fake RAM and a fake archive of files behind page numbers, and the part
 * of the shell that brings verdicts about (zero, copy, lease).
 */
#ifndef POLICY_WORLD_H
#define POLICY_WORLD_H

#include "policy/fault.h"
#include "policy/policy.h"
#include "policy/space.h"
#include "test.h"

#define WORLD_FIRST	    0x80200ul
#define WORLD_ARCHIVE	    0x1000ul /* page number of the first archive page */
#define WORLD_ARCHIVE_PAGES 256ul
#define WORLD_BASE	    0x10000ul
#define WORLD_BYTES	    (1ul << 30)
#define RW		    (PROT_BIT_READ | PROT_BIT_WRITE)
#define RX		    (PROT_BIT_READ | PROT_BIT_EXEC)

struct world {
	struct policy policy;
	uint8_t *window, *archive;
	void *books;
	uint64_t file_pages; /* inode n's page i is archive page n + i, up to here */
	uint64_t leases, lease_calls;
};

/* @pages of RAM from WORLD_FIRST on. */
static inline struct world *world_create(uint64_t pages)
{
	struct world *world = calloc(1, sizeof(*world));
	uint64_t covered = (pages + ARENA_PAGES - 1) / ARENA_PAGES * ARENA_PAGES;

	world->books = aligned_alloc(16, (frames_book_bytes(covered) + 15) & ~15ul);
	memset(world->books, 0, frames_book_bytes(covered));
	world->window = aligned_alloc(PAGE_BYTES, covered * PAGE_BYTES);
	memset(world->window, 0xa5, covered * PAGE_BYTES);
	world->archive = aligned_alloc(PAGE_BYTES, WORLD_ARCHIVE_PAGES * PAGE_BYTES);
	for (uint64_t i = 0; i < WORLD_ARCHIVE_PAGES * PAGE_BYTES; i++)
		world->archive[i] = (uint8_t)(i / PAGE_BYTES * 7 + i % 251);
	world->file_pages = WORLD_ARCHIVE_PAGES;
	frames_init(&world->policy.frames, WORLD_FIRST, covered, world->books, world->window);
	CHECK_EQ(frames_add(&world->policy.frames, WORLD_FIRST, pages), E_OK);
	policy_init(&world->policy);
	return world;
}

/* A world whose anonymous pages show the zero page until they are written. */
static inline struct world *world_create_zero(uint64_t pages)
{
	struct world *world = world_create(pages);

	policy_show_zero_page(&world->policy);
	CHECK_TRUE(world->policy.zero_frame != 0);
	return world;
}

static inline uint8_t *world_page(struct world *world, uint64_t number)
{
	if (frames_has(&world->policy.frames, number))
		return frames_address(&world->policy.frames, number);
	CHECK_TRUE(number - WORLD_ARCHIVE < WORLD_ARCHIVE_PAGES);
	return world->archive + (number - WORLD_ARCHIVE) * PAGE_BYTES;
}

/* What the vfs would answer: no page past the end. */
static inline bool world_lease(struct world *world, const struct verdict *verdict)
{
	uint64_t added = 0;

	world->lease_calls++;
	for (uint64_t i = 0; i < verdict->count; i++) {
		uint64_t number = verdict->inode->number + verdict->index + i;

		if (number >= world->file_pages)
			break;
		if (inode_lease_add(&world->policy.inodes, verdict->inode, verdict->index + i,
				    WORLD_ARCHIVE + number))
			break;
		added++;
	}
	world->leases += added;
	return added != 0;
}

static inline void world_return_leases(struct world *world)
{
	struct inode_object *inode;
	struct lease_run run;

	while ((inode = inode_find_idle(&world->policy.inodes, 0)) != NULL) {
		while ((run = inode_forget_run(&world->policy.inodes, inode)).count)
			world->leases -= run.count;
		inode_destroy(&world->policy.inodes, inode);
	}
}

/* The work of a verdict, if it is one to resolve. */
static inline void world_perform(struct world *world, const struct verdict *verdict)
{
	uint8_t *to;

	if (verdict->kind != VERDICT_RESOLVE || verdict->work == WORK_NONE)
		return;
	to = world_page(world, verdict->work_frame);
	if (verdict->work == WORK_ZERO)
		memset(to, 0, verdict->work_pages * PAGE_BYTES);
	if (verdict->work == WORK_COPY_PRIVATE)
		for (uint64_t i = 0; i < verdict->work_pages; i++)
			memcpy(world_page(world, verdict->work_frame + i),
			       world_page(world, verdict->copy_frames[i]), PAGE_BYTES);
	if (verdict->work == WORK_COPY) {
		memcpy(to, world_page(world, verdict->copy_from), verdict->copy_bytes);
		memset(to + verdict->copy_bytes, 0, PAGE_BYTES - verdict->copy_bytes);
	}
}

/* A fault, as far as the system itself can bring it; the verdict says how it ended. */
static inline struct verdict world_fault_of(struct world *world, struct vm_space *space, vaddr_t address,
					    uint32_t access, enum page_origin origin)
{
	struct verdict verdict;

	policy_fault(space, address, access, origin, &verdict);
	while (verdict.kind == VERDICT_AWAIT) {
		if (!world_lease(world, &verdict)) {
			verdict_deny(&verdict, RULE_PAST_END);
			return verdict;
		}
		policy_fault(space, address, access, origin, &verdict);
	}
	world_perform(world, &verdict);
	return verdict;
}

static inline struct verdict world_fault(struct world *world, struct vm_space *space, vaddr_t address,
					 uint32_t access)
{
	return world_fault_of(world, space, address, access, ORIGIN_FAULT);
}

static inline uint32_t world_touch(struct world *world, struct vm_space *space, vaddr_t address,
				   uint32_t access)
{
	return world_fault(world, space, address, access).kind;
}

/* The page number a present address shows; 0: absent. */
static inline uint64_t world_at(struct vm_space *space, vaddr_t address)
{
	uint32_t rights;

	return space_translate(space, address, &rights);
}

static inline struct vm_space *world_space(struct world *world, uint32_t pid)
{
	struct vm_space *space;

	CHECK_EQ(space_create(&world->policy, pid, WORLD_BASE, WORLD_BYTES, &space), E_OK);
	return space;
}

static inline struct area_spec world_anon(vaddr_t start, uint64_t pages, uint32_t prot)
{
	return (struct area_spec){
		.start = start,
		.bytes = pages * PAGE_BYTES,
		.backing = BACKING_ANON,
		.prot = prot,
		.max_prot = 7,
		.name = "anon",
	};
}

static inline err_t world_map_anon(struct vm_space *space, vaddr_t start, uint64_t pages, uint32_t prot)
{
	struct area_spec spec = world_anon(start, pages, prot);

	return space_map(space, &spec);
}

/* The end of a test that holds frames on purpose. */
static inline void world_abandon(struct world *world)
{
	free(world->books);
	free(world->window);
	free(world->archive);
	free(world);
}

/* Everything is back: no frame, no lease, no node is held. */
static inline void world_destroy(struct world *world)
{
	while (world->policy.first_space)
		space_destroy(world->policy.first_space);
	world_return_leases(world);
	CHECK_EQ(world->leases, 0);
	CHECK_EQ(policy_check(&world->policy), 0);
	CHECK_EQ(world->policy.frames.counts[FRAME_FREE] + world->policy.frames.counts[FRAME_ABSENT] +
			 (world->policy.zero_frame != 0),
		 world->policy.frames.count);
	world_abandon(world);
}

#endif
