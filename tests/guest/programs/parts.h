/* SPDX-License-Identifier: MIT */
/* A program of many parts, of which its arguments name those that run. */
#ifndef PROGRAMS_PARTS_H
#define PROGRAMS_PARTS_H

#include <stdio.h>
#include <string.h>

struct part {
	const char *name;
	void (*run)(void);
};

/* Run the parts that the arguments name, in their order, @after behind each (NULL: nothing). The status of
 * the process: 2 if an argument names none. */
static inline int run_parts(int argc, char **argv, const struct part *parts, unsigned count,
			    void (*after)(void))
{
	int found = 0;

	for (int word = 1; word < argc; word++) {
		for (unsigned i = 0; i < count; i++) {
			if (strcmp(argv[word], parts[i].name) != 0)
				continue;
			parts[i].run();
			if (after)
				after();
			printf("ok %s\n", parts[i].name);
			fflush(stdout);
			found++;
		}
	}
	return found == argc - 1 ? 0 : 2;
}

#endif
