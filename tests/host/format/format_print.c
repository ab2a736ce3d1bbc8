/* SPDX-License-Identifier: MIT */
/*
 * What is printed is what the host's printf prints, for random formats and values.
 */
#include "format/print.h"
#include "test.h"
#include <errno.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#define TEXT_BYTES 12000

struct text {
	struct print_sink sink;
	size_t bytes;
	char text[TEXT_BYTES];
};

static struct text own;
static char host[TEXT_BYTES];

static void text_put(struct print_sink *sink, const char *text, size_t bytes)
{
	struct text *to = (struct text *)sink;

	CHECK_TRUE(to->bytes + bytes < TEXT_BYTES);
	memcpy(to->text + to->bytes, text, bytes);
	to->bytes += bytes;
}

/* Both ways, and compare. */
static void compare(const char *format, ...)
{
	va_list arguments;

	own.sink.put = text_put;
	own.bytes = 0;
	va_start(arguments, format);
	uint64_t bytes = print_format(&own.sink, format, arguments);
	va_end(arguments);
	own.text[own.bytes] = 0;
	va_start(arguments, format);
	int wanted = vsnprintf(host, sizeof(host), format, arguments);
	va_end(arguments);
	if (strcmp(own.text, host) != 0)
		printf("format %s: \"%s\", host \"%s\"\n", format, own.text, host);
	CHECK_TRUE(strcmp(own.text, host) == 0);
	CHECK_EQ(bytes, wanted);
}

static const char *make_format(const char *flags_of, const char *length, const char *conversions)
{
	static char format[64];
	char width[16] = "", precision[16] = "", flags[6] = "";
	size_t count = 0;

	for (size_t i = 0; flags_of[i] != 0; i++)
		if (test_random_below(4) == 0)
			flags[count++] = flags_of[i];
	if (test_random_below(2))
		snprintf(width, sizeof(width), "%d", 1 + (int)test_random_below(30));
	if (test_random_below(2))
		snprintf(precision, sizeof(precision), ".%d",
			 (int)test_random_below(test_random_below(8) ? 20 : 400));
	snprintf(format, sizeof(format), "<%%%s%s%s%s%c>", flags, width, precision, length,
		 conversions[test_random_below(strlen(conversions))]);
	return format;
}

static double random_double(void)
{
	uint64_t bits = test_random();
	double value;

	if (test_random_below(2))
		return (double)((int64_t)test_random_below(20000) - 10000) / (1 << test_random_below(12));
	memcpy(&value, &bits, sizeof(value));
	return value;
}

static uint64_t random_integer(void)
{
	return test_random_below(8) == 0 ? 0 : test_random() >> test_random_below(64);
}

TEST(reals_are_printed_as_on_the_host)
{
	for (uint64_t i = 0; i < test_ops; i++) {
		compare(make_format("-+ #0", "", "fFeEaA"), random_double());
		compare(make_format("-+ 0", "", "gG"), random_double());
	}
}

TEST(long_reals_are_printed_as_on_the_host)
{
	for (uint64_t i = 0; i < test_ops / 4; i++)
		compare(make_format("-+ 0", "L", "fFeEgG"),
			ldexpl(random_double(), (int)test_random_below(200) - 100) / 3);
	compare("%Lg %.30Le %Lf", LDBL_MIN, LDBL_MAX, 0.1L);
	compare("%Lf %Lg", (long double)INFINITY, -(long double)INFINITY);
}

TEST(integers_are_printed_as_on_the_host)
{
	for (uint64_t i = 0; i < test_ops; i++) {
		compare(make_format("-+ 0", "l", "di"), random_integer());
		compare(make_format("-#0", "ll", "oxX"), random_integer());
		compare(make_format("-0", "z", "u"), random_integer());
		compare(make_format("-+ 0", "", "di"), (int)random_integer());
		compare(make_format("-+ 0", "hh", "di"), (int)random_integer());
		compare(make_format("-0", "h", "u"), (int)random_integer());
	}
	compare("%d %ld %hhd %i", INT_MIN, LONG_MIN, SCHAR_MIN, INT_MAX);
}

TEST(strings_and_characters_are_printed_as_on_the_host)
{
	for (uint64_t i = 0; i < test_ops / 4; i++) {
		compare(make_format("-", "", "s"), "the quick brown fox");
		compare("%*c%-*c|", (int)test_random_below(5), 'a', (int)test_random_below(5), 'b');
		compare("%.*s|%*s|", (int)test_random_below(9) - 1, "abcdefg",
			(int)test_random_below(20) - 10, "x");
	}
	compare("%s %10p %p %%", (char *)NULL, NULL, (void *)0x1234);
	errno = ENOENT;
	compare("%m");
}

TEST(special_values_are_printed_as_on_the_host)
{
	static const double values[] = {0.0,	 -0.0,	     INFINITY, -INFINITY, 0.5,	      1.5,
					2.5,	 9.5,	     99999.95, 999999.5,  1e21,	      1e22,
					1e-5,	 1e-4,	     DBL_MIN,  DBL_MAX,	  5e-324,     0.1,
					1.0 / 3, 123456.789, 1e100,    0x1.8p3,	  0x1.ffffp10};
	static const char *const formats[] = {"%f",	 "%e",	      "%g",    "%.0f",	   "%.0e",  "%.0g",
					      "%#.0f",	 "%.17g",     "%a",    "%.0a",	   "%.1a",  "%#.0a",
					      "%+08.2f", "% -12.3e|", "%.20f", "%030.10g", "%.300f"};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		for (size_t k = 0; k < sizeof(formats) / sizeof(formats[0]); k++)
			compare(formats[k], values[i]);
	/* glibc 2.36 prints 999999.5 as "1.e+06" here, so those it gets right */
	compare("%#g %#.3g %#g %#.0g", 0.0, 1.5, 123456.0, 2.0);
	compare("%5f|%-5F|%05e", (double)NAN, (double)NAN, (double)INFINITY);
}

TEST(positions_are_told)
{
	int middle = 0, end = 0;

	compare("%d%n%s%n", 12, &middle, "abc", &end);
	CHECK_EQ(middle, 2);
	CHECK_EQ(end, 5);
}

TEST_MAIN(5000)
