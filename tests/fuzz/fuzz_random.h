/* SPDX-License-Identifier: MIT */
/*
 * A host test's random operations, chosen by the fuzzer: test_random() of ../host/test.h takes two bytes of
 * the input for each draw. Include it before the test's own file, which has a main() otherwise.
 */
#ifndef FUZZ_RANDOM_H
#define FUZZ_RANDOM_H

#include "../host/test.h"
#include "fuzz.h"

#undef TEST_MAIN
#define TEST_MAIN(default_ops)

static struct fuzz_input fuzz_draws;
static uint64_t fuzz_drawn;

/* test_random_below() uses the bits from 16 on; those above the input's two bytes are mixed from what was
 * drawn. */
static uint64_t fuzz_draw(void)
{
	uint64_t low = fuzz_byte(&fuzz_draws), high = fuzz_byte(&fuzz_draws);

	fuzz_drawn = (fuzz_drawn + (high << 8 | low) + 1) * 0x9e3779b97f4a7c15;
	return fuzz_drawn << 32 | high << 24 | low << 16 | (fuzz_drawn >> 48);
}

static void fuzz_begin(const uint8_t *data, size_t bytes)
{
	fuzz_draws = (struct fuzz_input){data, bytes};
	fuzz_drawn = 0;
	test_source = fuzz_draw;
	test_program = test_name = "fuzz";
}

#endif
