/* SPDX-License-Identifier: MIT */
/* Copying and zeroing by words changes exactly the bytes it should, at every alignment and length. */
#include "pure/copy.h"
#include "test.h"

#define AREA 2048u

static uint8_t from[AREA] __attribute__((aligned(16))), to[AREA] __attribute__((aligned(16)));

static void fill(void)
{
	for (unsigned i = 0; i < AREA; i++) {
		from[i] = (uint8_t)test_random();
		to[i] = (uint8_t)(i ^ 0x5a);
	}
}

/* Is @to as it was but for [@start, +@bytes), which is as @wanted (NULL: zero)? */
static bool is_changed_only(uint64_t start, uint64_t bytes, const uint8_t *wanted)
{
	for (uint64_t i = 0; i < AREA; i++) {
		bool inside = i - start < bytes;
		uint8_t expected = inside ? (wanted ? wanted[i - start] : 0) : (uint8_t)(i ^ 0x5a);

		if (to[i] != expected)
			return false;
	}
	return true;
}

TEST(short_copies_are_exact_at_every_alignment)
{
	for (unsigned a = 0; a < 8; a++) {
		for (unsigned b = 0; b < 8; b++) {
			for (unsigned bytes = 0; bytes < 40; bytes++) {
				fill();
				copy_bytes(to + 16 + a, from + 16 + b, bytes);
				CHECK_TRUE(is_changed_only(16 + a, bytes, from + 16 + b));
			}
		}
	}
}

TEST(random_copies_and_zeroes_are_exact)
{
	for (uint64_t i = 0; i < test_ops; i++) {
		uint64_t a = test_random_below(AREA), b = test_random_below(AREA);
		uint64_t room = AREA - (a > b ? a : b), bytes = test_random_below(room + 1);

		fill();
		if (test_random_below(3) == 0) {
			zero_bytes(to + a, bytes);
			CHECK_TRUE(is_changed_only(a, bytes, NULL));
		} else {
			copy_bytes(to + a, from + b, bytes);
			CHECK_TRUE(is_changed_only(a, bytes, from + b));
		}
	}
}

TEST_MAIN(3000)
