/* SPDX-License-Identifier: MIT */
/* sleep SECONDS: waits; parts of a second as in 0.25. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv)
{
	char *end = NULL;
	double seconds = argc == 2 ? strtod(argv[1], &end) : -1;

	if (!(seconds >= 0 && seconds < 1e9) || *end != 0 || end == argv[1]) {
		fprintf(stderr, "usage: sleep SECONDS\n");
		return 2;
	}
	struct timespec time = {.tv_sec = (time_t)seconds};
	time.tv_nsec = (long)((seconds - (double)time.tv_sec) * 1e9);
	if (nanosleep(&time, NULL) != 0) {
		perror("sleep");
		return 1;
	}
	return 0;
}
