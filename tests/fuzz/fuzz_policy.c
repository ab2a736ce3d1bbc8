/* SPDX-License-Identifier: MIT */
/*
 * The pager's whole policy with the input as its events: areas, faults, rights, a custom pager's answers.
 * After each event the flat reference of the host test must agree; at the end every page and invariant is
 * compared and all frames must be back. The first byte says whether memory is short, and whether there is a
 * zero page.
 */
#include "fuzz_random.h"

#include "../host/policy/policy_model.c"

#define STEPS_MAX 400

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct world *world;
	uint64_t start, pages;
	struct vm_space *space;

	fuzz_begin(data, bytes);
	start = fuzz_byte(&fuzz_draws);
	pages = ARENA_PAGES + (start & 1 ? 24 : 2 * MODEL_PAGES);
	world = start & 2 ? world_create(pages) : world_create_zero(pages);
	memset(model, 0, sizeof(model));
	memset(&played, 0, sizeof(played));
	CHECK_TRUE(played_start(world, &played));
	CHECK_EQ(space_create(&world->policy, 9, WORLD_BASE, MODEL_PAGES * PAGE_BYTES, &space), E_OK);
	for (int i = 0; i < STEPS_MAX && fuzz_draws.left; i++) {
		step(world, space);
		if (i % 16 == 0)
			CHECK_EQ(policy_check(&world->policy), 0);
		if (test_random_below(64) == 63)
			start_anew(world, space);
	}
	compare(world, space);
	external_pager_end(&world->policy, played.pager);
	space_destroy(space);
	played_bury(world, played.pager);
	world_destroy(world);
	return 0;
}
