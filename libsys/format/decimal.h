/* SPDX-License-Identifier: MIT */
/*
 * The exact decimal digits of a binary floating-point number, and their rounding. Pure.
 *
 *   value = 0.d1 d2 d3 ... dn * 10^point      d1 and dn are not 0; n = 0: the value is 0
 */
#ifndef FORMAT_DECIMAL_H
#define FORMAT_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

/* Of the smallest long double there are 11,563 digits. */
#define DECIMAL_DIGITS_MAX 11610

struct decimal {
	int32_t count;
	int32_t point;
	char digits[DECIMAL_DIGITS_MAX]; /* '0' to '9' */
};

/*
 * The digits of (high * 2^64 + low) * 2^exponent, all of them.
 *
 * Needs     a long double's range: at most 113 bits, -16494 <= exponent <= 16271
 */
void decimal_make(struct decimal *decimal, uint64_t high, uint64_t low, int exponent);

/* Keep the first @keep digits (none if it is below 0), rounded to nearest, ties to even. */
void decimal_round(struct decimal *decimal, int64_t keep);

#endif
