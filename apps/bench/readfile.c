/* SPDX-License-Identifier: MIT */
/* readfile: read() of 4 KiB of a file whose pages are in the cache, into a buffer that is present. */
#include "samples.h"
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define BYTES	4096
#define READS	200
#define WARM_UP 4

static struct samples samples;
static char buffer[BYTES] __attribute__((aligned(4096)));

int main(int argc, char **argv)
{
	uint64_t begin = instret(), begin_ticks = time_ticks();
	uint64_t overhead = samples_overhead();
	int file = open(argc > 1 ? argv[1] : "/bin/memwalk", O_RDONLY);

	if (file < 0) {
		perror("readfile: open");
		return 1;
	}
	for (unsigned i = 0; i < WARM_UP + READS; i++) {
		ssize_t done;
		uint64_t start, end;

		(void)lseek(file, 0, SEEK_SET);
		start = instret();
		done = read(file, buffer, BYTES);
		end = instret();
		if (done != BYTES) {
			fprintf(stderr, "readfile: %ld bytes read, not %d\n", (long)done, BYTES);
			return 1;
		}
		if (i >= WARM_UP)
			samples_add(&samples, end - start - overhead);
	}
	samples_sort(&samples);
	printf(SAMPLES_FORMAT, SAMPLES_ARGUMENTS("read-4k", &samples));
	printf(CLOCK_FORMAT, CLOCK_ARGUMENTS(begin, begin_ticks));
	return 0;
}
