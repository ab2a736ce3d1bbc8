/* SPDX-License-Identifier: MIT */
/* The books as a whole: their start, and the check that runs over all of them. */
#include "policy/policy.h"
#include "policy/space.h"

void policy_init(struct policy *policy)
{
	struct frames *frames = &policy->frames;

	tree_pools_init(&policy->trees, frames);
	nodes_init(&policy->areas, frames, sizeof(struct vm_area));
	nodes_init(&policy->spaces, frames, sizeof(struct vm_space));
	inodes_init(&policy->inodes, frames, &policy->trees);
	policy->first_space = NULL;
	policy->space_count = 0;
	policy->around_pages = POLICY_AROUND_PAGES;
	policy->areas_max = POLICY_AREAS_MAX;
}

static int pools_check(const struct policy *policy)
{
	const struct nodes *pools[] = {&policy->trees.nodes, &policy->trees.chunks, &policy->areas,
				       &policy->spaces, &policy->inodes.nodes};

	for (unsigned i = 0; i < sizeof(pools) / sizeof(pools[0]); i++) {
		int broken = nodes_check(pools[i]);

		if (broken)
			return broken;
	}
	return 0;
}

int policy_check(const struct policy *policy)
{
	uint64_t anon = 0, pinned = 0, areas = 0, spaces = 0;
	int broken = frames_check(&policy->frames);

	if (!broken)
		broken = pools_check(policy);
	if (!broken)
		broken = inodes_check(&policy->inodes);
	for (struct vm_space *space = policy->first_space; space && !broken; space = space->next) {
		broken = space_check(space);
		anon += space->anon_pages;
		pinned += space->pinned_pages;
		areas += space->areas.count;
		spaces++;
	}
	if (broken)
		return broken;
	if (anon != policy->frames.counts[FRAME_ANON] || pinned != policy->frames.counts[FRAME_PINNED])
		return __LINE__;
	if (areas != policy->areas.used || spaces != policy->spaces.used || spaces != policy->space_count)
		return __LINE__;
	return 0;
}
