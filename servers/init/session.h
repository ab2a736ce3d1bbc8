/* SPDX-License-Identifier: MIT */
/* The accounts of the whole system, before and after a session. */
#ifndef INIT_SESSION_H
#define INIT_SESSION_H

#include "init.h"
#include "proto/records.h"

struct system_counts {
	uint64_t objects[16];
	uint64_t slots, tables;
	struct pager_counts pager;
	struct vfs_counts vfs;
};

void counts_read(struct system_counts *counts);
uint64_t counts_leaks(const struct system_counts *before, const struct system_counts *after);

#endif
