/* SPDX-License-Identifier: MIT */
/* Stages of faults on anonymous memory: new pages, and pages that a fork shares. */
#include "child.h"
#include "stages.h"
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define LEAF_PAGES 512ul /* below one page table */
#define TABLES	   4ul
#define SHARED	   (64ul * 256) /* pages: 64 MiB */
#define SWEPT	   (4 * LEAF_PAGES)
#define COPIED	   256ul
#define WARM_UP	   8

/* Downwards from the end of 512 pages nothing comes ahead. */
static void anon_single(void)
{
	memory_map(LEAF_PAGES);
	stages_at += LEAF_PAGES * PAGE_BYTES;
}

/* Upwards, from the start of a page table: its cost was paid by the run before. */
static void anon_sweep(void)
{
	memory_map((TABLES + 1) * LEAF_PAGES);
	stages_at = (volatile uint8_t *)(((uint64_t)stages_at | (LEAF_PAGES * PAGE_BYTES - 1)) + 1);
}

static void anon_loaded(void)
{
	anon_sweep();
	for (uint64_t page = 0; page < TABLES * LEAF_PAGES; page++)
		(void)stages_at[page * PAGE_BYTES];
}

const struct operation stages_anon[] = {
	{"anon-write", anon_single, store_down, WARM_UP}, {"anon-read", anon_single, load_down, WARM_UP},
	{"anon-write-sweep", anon_sweep, store_up, 1},	  {"anon-read-sweep", anon_sweep, load_up, 1},
	{"anon-write-read", anon_loaded, store_up, 1},	  {0},
};

static void shared_map(void)
{
	memory_map(SHARED);
	store_all(stages_at, SHARED);
}

static void copy_single(void)
{
	shared_map();
	become_child();
	stages_at += COPIED * PAGE_BYTES;
}

static void copy_sweep(void)
{
	shared_map();
	become_child();
}

static void child_nothing(void)
{
}

static void child_copy(void)
{
	store_all(stages_at, COPIED);
}

/* The child is gone. */
static void reuse(void)
{
	struct child child;

	shared_map();
	child = child_start(child_nothing);
	child_end(&child);
	stages_at += SHARED * PAGE_BYTES;
}

static void store_leaf_down(void)
{
	stages_at -= LEAF_PAGES * PAGE_BYTES;
	*stages_at = 1;
}

static void child_copy_swept(void)
{
	store_all(stages_at, SWEPT);
}

/* It has copied all before. */
static void reuse_sweep(void)
{
	struct child child;

	memory_map(SWEPT);
	store_all(stages_at, SWEPT);
	child = child_start(child_copy_swept);
	child_end(&child);
}

/* It lives, until this program ends. */
static void reuse_alive(void)
{
	shared_map();
	(void)child_start(child_copy);
	stages_at += COPIED * PAGE_BYTES;
}

static void rewrite_alive(void)
{
	shared_map();
	(void)child_start(child_nothing);
}

const struct operation stages_cow[] = {
	{"cow-copy", copy_single, store_down, WARM_UP},
	{"cow-copy-sweep", copy_sweep, store_up, 1},
	{"cow-reuse", reuse, store_leaf_down, WARM_UP},
	{"cow-reuse-alive", reuse_alive, store_down, WARM_UP},
	{"cow-reuse-sweep", reuse_sweep, store_up, 1},
	{"fork-rewrite-alive", rewrite_alive, store_up, 1},
	{0},
};
