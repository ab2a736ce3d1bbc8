/* SPDX-License-Identifier: MIT */
/* Operations that ./bench --stages follows: what is done before, and what counts. */
#ifndef BENCH_STAGES_H
#define BENCH_STAGES_H

#include <stddef.h>
#include <stdint.h>

#define PAGE_BYTES 4096ul

struct operation {
	const char *name;
	void (*prepare)(void);
	void (*run)(void);
	unsigned warm_up; /* times that it runs before it counts */
};

/* How much one run does: pages, or what the operation says. */
extern size_t stages_count;

/* The operations of this program; each group ends with one without a name, the list with NULL. */
extern const struct operation *const stages_groups[];
extern const struct operation stages_anon[], stages_cow[], stages_files[];

/* Memory that an operation goes through, and where it is. */
extern volatile uint8_t *stages_at;

/* Private anonymous memory, from its start. */
void memory_map(uint64_t pages);

/* The next pages, one after the other. */
void load_up(void);
void store_up(void);
/* The page before. */
void load_down(void);
void store_down(void);
void store_all(volatile uint8_t *at, uint64_t pages);

/* The rest of the program runs in a child; the parent ends with it. */
void become_child(void);

#endif
