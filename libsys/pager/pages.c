/* SPDX-License-Identifier: MIT */
#include "pager/pages.h"
#include <stdlib.h>

static uint64_t leaf_count(const struct pages *pages)
{
	return (pages->count + PAGES_LEAF - 1) >> PAGES_LEAF_SHIFT;
}

err_t pages_open(struct pages *pages, uint64_t count)
{
	*pages = (struct pages){.count = count};
	pages->leaves = calloc(leaf_count(pages), sizeof(*pages->leaves));
	return pages->leaves != NULL ? E_OK : E_NO_MEMORY;
}

void pages_close(struct pages *pages)
{
	for (uint64_t leaf = 0; leaf < leaf_count(pages); leaf++)
		free(pages->leaves[leaf]);
	free(pages->leaves);
	*pages = (struct pages){0};
}

err_t pages_make(struct pages *pages, uint64_t page)
{
	uint32_t **leaf = &pages->leaves[page >> PAGES_LEAF_SHIFT];

	if (*leaf == NULL)
		*leaf = calloc(PAGES_LEAF, sizeof(**leaf));
	return *leaf != NULL ? E_OK : E_NO_MEMORY;
}
