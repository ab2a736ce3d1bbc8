/* SPDX-License-Identifier: MIT */
/* tail [-n LINES] [FILE]: the last lines (10) of a file or of standard input. */
#include "finish.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The last `count` lines read, in a ring. */
struct ring {
	char **lines;
	size_t *bytes;
	size_t count, next, used;
};

static int ring_fill(struct ring *ring, FILE *file)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t bytes;

	while ((bytes = getline(&line, &room, file)) > 0) {
		free(ring->lines[ring->next]);
		ring->lines[ring->next] = line;
		ring->bytes[ring->next] = (size_t)bytes;
		ring->next = (ring->next + 1) % ring->count;
		ring->used += ring->used < ring->count;
		line = NULL;
	}
	free(line);
	return ferror(file) || !feof(file); /* not to be read, or no memory */
}

int main(int argc, char **argv)
{
	struct ring ring = {.count = 10};
	int option;

	while ((option = getopt(argc, argv, "n:")) != -1) {
		char *end = "?";
		if (option == 'n')
			ring.count = strtoul(optarg, &end, 10);
		if (*end != 0 || ring.count == 0 || ring.count > 1000000) {
			fprintf(stderr, "usage: tail [-n LINES] [FILE]\n");
			return 2;
		}
	}
	FILE *file = optind < argc ? fopen(argv[optind], "r") : stdin;
	ring.lines = calloc(ring.count, sizeof(*ring.lines));
	ring.bytes = calloc(ring.count, sizeof(*ring.bytes));
	if (file == NULL || ring.lines == NULL || ring.bytes == NULL || ring_fill(&ring, file) != 0) {
		fprintf(stderr, "tail: %s: %s\n", optind < argc ? argv[optind] : "standard input",
			strerror(errno));
		return 1;
	}
	size_t at = (ring.next + ring.count - ring.used) % ring.count;
	for (size_t i = 0; i < ring.used; i++, at = (at + 1) % ring.count)
		fwrite(ring.lines[at], 1, ring.bytes[at], stdout);
	return finish("tail", 0);
}
