// SPDX-License-Identifier: MIT
// numbers: strtol, strtoul, strtod and their errors; printf and scanf formats of integers and floating-point
// numbers.
#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void convert(const char *text, int base)
{
	char *end;

	errno = 0;
	long value = strtol(text, &end, base);
	printf("strtol(\"%s\", %d) = %ld, rest \"%s\", range %d\n", text, base, value, end, errno == ERANGE);
	errno = 0;
	unsigned long positive = strtoul(text, &end, base);
	printf("  strtoul %lu, rest \"%s\", range %d\n", positive, end, errno == ERANGE);
}

static void convert_real(const char *text)
{
	char *end;

	errno = 0;
	double value = strtod(text, &end);
	printf("strtod(\"%s\") = %.17g, rest \"%s\", range %d\n", text, value, end, errno == ERANGE);
}

static void print_reals(double value)
{
	printf("%f %e %g %.17g %.3f %.0f %#.0f %+g %G %a\n", value, value, value, value, value, value, value,
	       value, value, value);
	printf("[%12.4f] [%-12.2e] [%012.3f] [% g] [%.1f] [%*.*f]\n", value, value, value, value, value, 14,
	       2, value);
}

static void print_integers(void)
{
	printf("[%d] [%5d] [%-5d] [%05d] [%+d] [% d] [%.3d]\n", -42, 42, 42, 42, 42, 42, 7);
	printf("[%x] [%#x] [%X] [%o] [%#o] [%u] [%lu]\n", 255, 255, 255, 8, 8, UINT_MAX, ULONG_MAX);
	printf("[%hhd] [%hd] [%lld] [%zu] [%jd] [%td]\n", (signed char)-1, (short)-2, LLONG_MIN, sizeof(int),
	       INTMAX_MAX, (ptrdiff_t)-3);
	printf("[%" PRId64 "] [%" PRIx32 "] [%" PRIu8 "]\n", INT64_MIN, UINT32_MAX, (uint8_t)200);
	printf("[%c] [%5c] [%-5c] [%s] [%10s] [%-10s] [%.2s] [%%]\n", 'a', 'b', 'c', "str", "right", "left",
	       "cut");
	printf("[%*d] [%-*d] [%.*s]\n", 6, 1, 6, 2, 3, "abcdef");
}

static void scan(void)
{
	int a = 0, b = 0, n = 0;
	unsigned x = 0;
	double d = 0;
	float f = 0;
	char word[10] = "", rest[20] = "", c = 0;

	printf("%d:", sscanf("12 -34 ff 2.5 1e3", "%d %d %x %lf %f", &a, &b, &x, &d, &f));
	printf(" %d %d %x %g %g\n", a, b, x, d, f);
	printf("%d:", sscanf("key=value; tail", "%9[^=]=%19[a-z]%c%n", word, rest, &c, &n));
	printf(" %s %s %c %d\n", word, rest, c, n);
	printf("%d:", sscanf("0x1f 010 99", "%i %i %*d%n", &a, &b, &n));
	printf(" %d %d %d\n", a, b, n);
	printf("%d:", sscanf("12345678", "%3d%2d%c", &a, &b, &c));
	printf(" %d %d %c\n", a, b, c);
	printf("%d %d %d\n", sscanf("", "%d", &a), sscanf("x", "%d", &a), sscanf("5 x", "%d %d", &a, &b));
}

static void truncated(const char *text)
{
	char small[5];
	int n = snprintf(small, sizeof(small), "%d-%s", 45, text);

	printf("snprintf %d \"%s\"\n", n, small);
	printf("snprintf of nothing %d\n", snprintf(NULL, 0, "%08.3f|%5s", 3.14159, "ab"));
	printf("%ld %ld %s\n", strtol("0", NULL, 0), strtol("  +45z", NULL, 10), "abcd");
}

int main(void)
{
	static const char *const integers[] = {"0",
					       "  42",
					       "-17x",
					       "0x1F",
					       "077",
					       "99999999999999999999",
					       "-99999999999999999999",
					       "",
					       "+",
					       "zz",
					       "9223372036854775807"};
	static const char *const reals[] = {"0.1",
					    "-1e10",
					    "1e400",
					    "1e-400",
					    "inf",
					    "-nan",
					    "0x1.8p3",
					    ".5",
					    "5.e2x",
					    "1e",
					    "+.",
					    "123456789012345678901234567890",
					    "2.2250738585072014e-308"};
	static const double values[] = {0.0,	 -0.0, 1.0 / 3, 0.1, 1e21, 123456.789, 5e-324,
					DBL_MAX, 2.5,  3.5,	0.5, 1e-5, 99999.95};

	for (size_t i = 0; i < sizeof(integers) / sizeof(integers[0]); i++)
		convert(integers[i], i % 2 ? 0 : 10);
	convert("zz", 36);
	convert("1012", 2);
	for (size_t i = 0; i < sizeof(reals) / sizeof(reals[0]); i++)
		convert_real(reals[i]);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		print_reals(values[i]);
	printf("%f %F %g %5.1f|\n", INFINITY, INFINITY, -INFINITY, NAN);
	printf("%Lf %.20Lg\n", 1.5L, 0.1L);
	print_integers();
	scan();
	truncated(getenv("PATH") ? "abcdefgh" : "");
	printf("%d %ld %g\n", atoi("12abc"), labs(atol("-77")), atof("2.5e3"));
	printf("%d %d %ld\n", div(17, 5).quot, div(-17, 5).rem, lround(2.5));
	return 0;
}
