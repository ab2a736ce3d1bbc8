/* SPDX-License-Identifier: MIT */
/*
 * stress MODE [N] [--alive K] [--hold]
 *
 * fork, exec, memory: N children (K), up to K of them at once (1), each of which must do well: a child that
 * writes its stack; one that becomes `true`; one that fills 1 MiB and checks it.
 *
 * The other modes go on until the system refuses or ends them, at most N times, in K processes at once. Each
 * prints one line: stress: mode=MODE count=COUNT unit=UNIT met=ERRNO|SIGNAL|nothing. --hold: then they keep
 * what they have, and start again what is ended, until somebody ends stress.
 */
#include "stress.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct mode modes[] = {
	{"fill", "pages", exhaust_fill, NULL},		      /* writes without end */
	{"map", "mappings", exhaust_map, NULL},		      /* maps a GiB again and again, untouched */
	{"huge", "MiB", exhaust_huge, NULL},		      /* the greatest mappings that fit */
	{"areas", "areas", exhaust_areas, NULL},	      /* single pages that cannot be joined */
	{"cuts", "areas", exhaust_cuts, NULL},		      /* every second page of mappings is unmapped */
	{"sparse", "tables", exhaust_sparse, NULL},	      /* one page in each 2 MiB */
	{"files", "files", exhaust_files, NULL},	      /* opens without end */
	{"pipes", "pipes", exhaust_pipes, NULL},	      /* fills pipe after pipe */
	{"tmpfs", "KiB", exhaust_tmpfs, NULL},		      /* a file without end */
	{"leases", "groups", exhaust_leases, NULL},	      /* maps a page of each 64 KiB of a file */
	{"nodes", "names", exhaust_nodes, clean_nodes},	      /* directories, files and links */
	{"depth", "directories", exhaust_depth, clean_depth}, /* each in the one before */
	{"bomb", "processes", exhaust_bomb, NULL},	      /* every process forks without end */
	{"zombies", "processes", exhaust_zombies, NULL},      /* children that nobody waits for */
	{"chain", "generations", exhaust_chain, NULL},	      /* each child has a child */
	{"sleepers", "processes", exhaust_sleepers, NULL},    /* each sleeps a millisecond again and again */
	{"pollers", "processes", exhaust_pollers, NULL},      /* each polls a silent pipe */
	{"publish", "objects", exhaust_publish, NULL},	      /* a custom pager's objects */
	{"register", "pagers", exhaust_register, NULL},	      /* custom pagers */
};

static int usage(void)
{
	fprintf(stderr, "usage: stress fork|exec|memory [N] [--alive K]\n       stress ");
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		fprintf(stderr, "%s%s", i > 0 ? "|" : "", modes[i].name);
	fprintf(stderr, " [N] [--alive K] [--hold]\n");
	return 2;
}

/* A number above 0; 0: it is none. */
static unsigned long number(const char *word)
{
	char *end = NULL;
	unsigned long value = strtoul(word, &end, 10);

	return end == word || *end != 0 ? 0 : value;
}

static const struct mode *mode_find(const char *name)
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		if (strcmp(name, modes[i].name) == 0)
			return &modes[i];
	return NULL;
}

int main(int argc, char **argv)
{
	unsigned long count = 0, alive = 0;
	bool hold = false;

	if (argc < 2)
		return usage();
	for (int i = 2; i < argc; i++) {
		if (strcmp(argv[i], "--hold") == 0) {
			hold = true;
			continue;
		}
		bool is_alive = strcmp(argv[i], "--alive") == 0 && i + 1 < argc;
		unsigned long *which = is_alive ? &alive : &count;

		if (*which != 0 || (*which = number(argv[is_alive ? ++i : i])) == 0)
			return usage();
	}
	const struct mode *mode = mode_find(argv[1]);
	child_run *run = children_find(argv[1]);

	if (mode != NULL)
		return watch_mode(mode, count == 0 ? ~0ul : count, alive == 0 ? 1 : alive, hold);
	if (count == 0)
		count = alive;
	if (run == NULL || count == 0 || hold)
		return usage();
	return children_run(run, count, alive == 0 ? 1 : alive);
}
