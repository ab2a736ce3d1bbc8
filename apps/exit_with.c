/* SPDX-License-Identifier: MIT */
/* exit_with N: ends with status N, 0 to 255. */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	char *end = NULL;
	long status = argc == 2 ? strtol(argv[1], &end, 10) : -1;

	if (argc != 2 || end == argv[1] || *end != 0 || status < 0 || status > 255) {
		fprintf(stderr, "usage: exit_with N   (0 to 255)\n");
		return 2;
	}
	return (int)status;
}
