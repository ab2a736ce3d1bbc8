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
	externals_init(&policy->externals, frames);
	policy->first_space = NULL;
	policy->space_count = 0;
	policy->zero_frame = 0;
	policy->around_pages = POLICY_AROUND_PAGES;
	policy->areas_max = POLICY_AREAS_MAX;
}

void policy_show_zero_page(struct policy *policy)
{
	uint64_t frame = frames_take(&policy->frames, FRAME_BOOKS), *word;

	if (!frame)
		return;
	word = frames_address(&policy->frames, frame);
	for (uint64_t i = 0; i < PAGE_BYTES / 8; i++)
		word[i] = 0;
	policy->zero_frame = frame;
}

static int pools_check(const struct policy *policy)
{
	const struct nodes *pools[] = {&policy->trees.nodes,
				       &policy->trees.chunks,
				       &policy->areas,
				       &policy->spaces,
				       &policy->inodes.nodes,
				       &policy->externals.pagers,
				       &policy->externals.objects,
				       &policy->externals.clients};

	for (unsigned i = 0; i < sizeof(pools) / sizeof(pools[0]); i++) {
		int broken = nodes_check(pools[i]);

		if (broken)
			return broken;
	}
	return 0;
}

/* Who shares what: every pointer to nodes, chunks and frames is counted and compared. */
static int shares_check(const struct policy *policy)
{
	const struct frames *frames = &policy->frames;
	uint64_t nodes = 0, chunks = 0;
	int broken = inodes_check(&policy->inodes, &nodes, &chunks);

	if (broken)
		return broken;
	for (const struct vm_space *space = policy->first_space; space; space = space->next)
		page_tree_count_seen(&space->pages, frames);
	for (const struct vm_space *space = policy->first_space; space && !broken; space = space->next)
		broken = page_tree_check_seen(&space->pages, &nodes, &chunks);
	if (!broken && (nodes != policy->trees.nodes.used || chunks != policy->trees.chunks.used))
		broken = __LINE__;
	for (uint64_t i = 0; i < frames->count; i++) {
		struct frame *frame = &frames->frame[i];

		if (frame->state == FRAME_FREE || frame->state == FRAME_ABSENT)
			continue;
		if (!broken && frame->references != (frame_is_private(frame) ? frame->link : 1))
			broken = __LINE__;
		frame->link = 0;
	}
	return broken;
}

int policy_check(const struct policy *policy)
{
	uint64_t pinned = 0, areas = 0, spaces = 0;
	int broken = frames_check(&policy->frames);

	if (!broken)
		broken = pools_check(policy);
	if (!broken)
		broken = shares_check(policy);
	if (!broken)
		broken = externals_check(policy);
	if (!broken)
		broken = accounts_check(policy);
	for (const struct vm_space *space = policy->first_space; space && !broken; space = space->next) {
		broken = space_check(space);
		pinned += space->pinned_pages;
		areas += space->areas.count;
		spaces++;
	}
	if (broken)
		return broken;
	if (pinned + policy->kept_pinned != policy->frames.counts[FRAME_PINNED])
		return __LINE__;
	if (areas != policy->areas.used || spaces != policy->spaces.used || spaces != policy->space_count)
		return __LINE__;
	return 0;
}
