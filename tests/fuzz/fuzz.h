/* SPDX-License-Identifier: MIT */
/*
 * The frame of a fuzz target: include it once in the target's one file. A target reads its input only
 * through a `struct fuzz_input`, or copies it with fuzz_exact(), so that the sanitizer sees one byte too
 * many. FUZZ_TRUE(claim) ends the run with the place; libFuzzer then keeps the input.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

#define FUZZ_TRUE(claim)                                                            \
	do {                                                                        \
		if (!(claim)) {                                                     \
			printf("false: %s at %s:%d\n", #claim, __FILE__, __LINE__); \
			fflush(stdout);                                             \
			abort();                                                    \
		}                                                                   \
	} while (0)

struct fuzz_input {
	const uint8_t *at;
	size_t left;
};

/* The next byte; 0 at the end. */
static inline uint8_t fuzz_byte(struct fuzz_input *input)
{
	if (input->left == 0)
		return 0;
	input->left--;
	return *input->at++;
}

/* A copy of exactly @bytes bytes, for free(). */
static inline uint8_t *fuzz_exact(const void *data, size_t bytes)
{
	uint8_t *copy = malloc(bytes ? bytes : 1);

	FUZZ_TRUE(copy);
	memcpy(copy, data, bytes);
	return copy;
}

#endif
