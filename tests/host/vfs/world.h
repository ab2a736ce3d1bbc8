/* SPDX-License-Identifier: MIT */
/* A vfs core of its own for a test: tree, cache with some arenas, leases, pipes, files; one archive of bytes.
 */
#ifndef VFS_WORLD_H
#define VFS_WORLD_H

#include "files.h"
#include "lease.h"
#include "names.h"
#include "test.h"

#define WORLD_ARCHIVE_PAGES 64
#define WORLD_ARCHIVE_FRAME 0x84000
#define WORLD_CACHE_FRAME   0x90000

struct world {
	struct tree tree;
	struct cache cache;
	struct lease_table leases;
	struct store store;
	struct pipes pipes;
	struct files files;
	struct inode inodes[TREE_INODES_MAX + 1];
	_Alignas(4096) uint8_t archive[WORLD_ARCHIVE_PAGES * PAGE_BYTES];
	uint8_t *memory;
};

static struct world world;

static inline void world_make(uint32_t inodes, uint32_t arenas)
{
	if (!world.memory)
		world.memory = calloc(CACHE_ARENAS, ARENA_BYTES);
	for (uint64_t i = 0; i < sizeof(world.archive); i++)
		world.archive[i] = 1 + i % 251;
	tree_init(&world.tree, world.inodes, inodes);
	memset(&world.cache, 0, sizeof(world.cache));
	memset(&world.leases, 0, sizeof(world.leases));
	world.store = (struct store){.tree = &world.tree,
				     .cache = &world.cache,
				     .leases = &world.leases,
				     .archive = world.archive,
				     .archive_frame = WORLD_ARCHIVE_FRAME};
	pipes_init(&world.pipes, &world.cache);
	files_init(&world.files, &world.store, &world.pipes);
	for (uint32_t i = 0; i < arenas; i++)
		CHECK_EQ(cache_grow(&world.cache, WORLD_CACHE_FRAME + i * ARENA_PAGES,
				    world.memory + i * ARENA_BYTES),
			 E_OK);
}

static inline void world_check(void)
{
	uint64_t leases;

	CHECK_EQ(store_check(&world.store, &leases), 0);
	CHECK_EQ(files_check(&world.files), 0);
}

/* The bytes behind a physical page number. */
static inline const uint8_t *world_page(uint64_t frame)
{
	if (frame >= WORLD_CACHE_FRAME)
		return world.memory + (frame - WORLD_CACHE_FRAME) * PAGE_BYTES;
	return world.archive + (frame - WORLD_ARCHIVE_FRAME) * PAGE_BYTES;
}

static inline struct path world_path(const char *text)
{
	return (struct path){.from = TREE_ROOT, .text = text, .bytes = strlen(text)};
}

#endif
