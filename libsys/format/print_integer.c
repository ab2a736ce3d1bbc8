/* SPDX-License-Identifier: MIT */
/* Integers:  [sign or 0x] [zeros up to the precision] [digits] */
#include "print.h"

#define DIGITS_MAX 22 /* of 64 bits in octal */

/* Digits end at @end; answers where they begin. 0 has none. */
static char *digits_put(char *end, uint64_t value, unsigned base, bool upper)
{
	for (; value != 0; value /= base)
		*--end = (upper ? "0123456789ABCDEF" : "0123456789abcdef")[value % base];
	return end;
}

static unsigned base_of(char conversion)
{
	if (conversion == 'o')
		return 8;
	return conversion == 'x' || conversion == 'X' ? 16 : 10;
}

static const char *sign_of(const struct print_spec *spec, bool negative)
{
	if (negative)
		return "-";
	return spec->plus ? "+" : spec->space ? " " : "";
}

static const char *prefix_of(const struct print_spec *spec, bool negative, bool is_zero)
{
	switch (spec->conversion) {
	case 'd':
	case 'i':
		return sign_of(spec, negative);
	case 'x':
		return spec->alternate && !is_zero ? "0x" : "";
	case 'X':
		return spec->alternate && !is_zero ? "0X" : "";
	default:
		return "";
	}
}

void print_integer(struct print *print, const struct print_spec *spec, uint64_t value)
{
	bool negative = (spec->conversion == 'd' || spec->conversion == 'i') && (int64_t)value < 0;
	const char *prefix = prefix_of(spec, negative, value == 0);
	char text[DIGITS_MAX], *end = text + sizeof(text);
	char *digits = digits_put(end, negative ? -value : value, base_of(spec->conversion),
				  spec->conversion == 'X');
	size_t count = (size_t)(end - digits);
	size_t wanted = spec->precision >= 0 ? (size_t)spec->precision : 1;

	if (spec->conversion == 'o' && spec->alternate && wanted <= count)
		wanted = count + 1; /* the first digit is a zero */
	struct print_piece pieces[] = {
		{prefix, prefix[0] == 0	  ? 0
			 : prefix[1] == 0 ? 1
					  : 2},
		{NULL, wanted > count ? wanted - count : 0},
		{digits, count},
	};
	print_pieces(print, spec, pieces, 3, spec->precision < 0);
}
