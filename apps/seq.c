/* SPDX-License-Identifier: MIT */
/* seq [FIRST [STEP]] LAST: whole numbers, one a line. */
#include "finish.h"
#include <stdio.h>
#include <stdlib.h>

static int usage(void)
{
	fprintf(stderr, "usage: seq [FIRST [STEP]] LAST\n");
	return 2;
}

int main(int argc, char **argv)
{
	long first = 1, step = 1, last, numbers[3];

	if (argc < 2 || argc > 4)
		return usage();
	for (int i = 1; i < argc; i++) {
		char *end;
		numbers[i - 1] = strtol(argv[i], &end, 10);
		if (*argv[i] == 0 || *end != 0)
			return usage();
	}
	last = numbers[argc - 2];
	if (argc > 2)
		first = numbers[0];
	if (argc > 3)
		step = numbers[1];
	if (step == 0)
		return usage();
	for (long number = first; step > 0 ? number <= last : number >= last;) {
		printf("%ld\n", number);
		if (__builtin_add_overflow(number, step, &number))
			break;
	}
	return finish("seq", 0);
}
