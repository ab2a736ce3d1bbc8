/* SPDX-License-Identifier: MIT */
/* What must be after a run as it was before. */
#ifndef NTH_COUNTS_H
#define NTH_COUNTS_H

#include <pagoda/inspect.h>
#include <stddef.h>

struct counts {
	struct pager_counts frames;
	struct vfs_counts files;
	uint64_t slots, threads, kernel_spaces;
};

void counts_take(struct counts *counts);
/* Have all servers and the kernel verify their invariants, and compare: *wrong is what does not hold, if
 * something does not. */
void counts_compare(const struct counts *before, const struct counts *after, char *wrong, size_t room);
/* Make the folder, or remove all that is in it. */
void folder_empty(const char *path);

#endif
