/* SPDX-License-Identifier: MIT */
/*
 * The exact digits of numbers, rounded to any length, are those that the host's printf gives.
 */
#include "format/decimal.h"
#include "test.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define LONGEST 400

static struct decimal decimal;

static void make(double value)
{
	int exponent;
	double mantissa = frexp(value, &exponent);

	decimal_make(&decimal, 0, (uint64_t)ldexp(mantissa, 53), exponent - 53);
}

static double random_double(void)
{
	uint64_t bits = test_random();
	double value;

	bits &= ~(1ull << 63);
	if (test_random_below(4) == 0) /* few bits: ties happen */
		bits &= ~0ull << (40 + test_random_below(12));
	if (test_random_below(2)) /* near 1 */
		bits = (bits & ~0ull >> 12) | (1023 - 40 + test_random_below(80)) << 52;
	memcpy(&value, &bits, sizeof(value));
	return isfinite(value) ? value : 0;
}

/* Of "d.ddddde+xx": digits without zeros at the end, and the point. */
static void compare_with(const char *text)
{
	char digits[LONGEST + 2];
	int count = 0, exponent;
	const char *at = text;

	for (; *at != 'e'; at++)
		if (*at != '.')
			digits[count++] = *at;
	CHECK_EQ(sscanf(at + 1, "%d", &exponent), 1);
	while (count > 0 && digits[count - 1] == '0')
		count--;
	CHECK_EQ(decimal.count, count);
	CHECK_TRUE(memcmp(decimal.digits, digits, (size_t)count) == 0);
	CHECK_EQ(decimal.point, count > 0 ? exponent + 1 : 0);
}

TEST(digits_are_those_of_the_host)
{
	char text[LONGEST + 20];

	for (uint64_t i = 0; i < test_ops; i++) {
		double value = random_double();
		int keep = 1 + (int)test_random_below(test_random_below(4) ? 20 : LONGEST);

		make(value);
		decimal_round(&decimal, keep);
		snprintf(text, sizeof(text), "%.*e", keep - 1, value);
		compare_with(text);
	}
}

TEST(the_longest_number_fits)
{
	decimal_make(&decimal, (1ull << 49) - 1, UINT64_MAX, -16494);
	CHECK_EQ(decimal.count, 11563);
	decimal_make(&decimal, (1ull << 49) - 1, UINT64_MAX, 16271);
	CHECK_EQ(decimal.point, 4933);
	decimal_make(&decimal, 0, 0, -16494);
	CHECK_EQ(decimal.count, 0);
	CHECK_EQ(decimal.point, 0);
}

TEST(rounding_carries_to_the_front)
{
	decimal_make(&decimal, 0, 9995, 0);
	decimal_round(&decimal, 3);
	CHECK_EQ(decimal.count, 1);
	CHECK_EQ(decimal.point, 5);
	decimal_make(&decimal, 0, 1, -1); /* 0.5 is a tie, and 0 is even */
	decimal_round(&decimal, 0);
	CHECK_EQ(decimal.count, 0);
	decimal_make(&decimal, 0, 3, -2);
	decimal_round(&decimal, 0);
	CHECK_EQ(decimal.count, 1);
	CHECK_EQ(decimal.point, 1);
	decimal_make(&decimal, 0, 9, 0);
	decimal_round(&decimal, -1);
	CHECK_EQ(decimal.count, 0);
}

TEST_MAIN(20000)
