/* SPDX-License-Identifier: MIT */
/* mkdtemp(): a directory whose name nobody else has. picolibc makes files of this kind (mkstemp). */
#include "posix/posix.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATTERN	      "XXXXXX"
#define PATTERN_BYTES (sizeof(PATTERN) - 1)
#define TRIES_MAX     1000

/* Names need not be unpredictable, only different: a mix of the time and of who asks. */
static void name_fill(char *name, uint64_t seed)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

	for (size_t i = 0; i < PATTERN_BYTES; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		name[i] = letters[(seed >> 33) % (sizeof(letters) - 1)];
	}
}

char *mkdtemp(char *path)
{
	size_t bytes = strlen(path);
	char *name = path + bytes - PATTERN_BYTES;

	if (bytes < PATTERN_BYTES || strcmp(name, PATTERN) != 0) {
		errno = EINVAL;
		return NULL;
	}
	for (uint64_t i = 0; i < TRIES_MAX; i++) {
		name_fill(name, posix_ticks() ^ (uint64_t)getpid() << 40 ^ i);
		if (mkdir(path, 0700) == 0)
			return path;
		if (errno != EEXIST)
			break;
	}
	memcpy(name, PATTERN, PATTERN_BYTES);
	return NULL;
}
