/* SPDX-License-Identifier: MIT */
/*
 * Floating-point numbers.
 *   %f   [sign] [digits or 0] [zeros] [.] [zeros] [digits] [zeros]
 *   %e   [sign] [digit] [.] [digits] [zeros] [e+xx]
 *   %g   one of the two, without zeros at the end
 *   %a   [sign 0x] [digit] [.] [hexadecimal digits] [zeros] [p+x]
 */
#include "decimal.h"
#include "print.h"
#include <float.h>
#include <string.h>

#define PRECISION_DEFAULT 6
#define EXPONENT_BYTES	  8
#define HEX_DIGITS_MAX	  28
#define GENERAL_SMALLEST  (-4)

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
	return value < low ? low : value > high ? high : value;
}

static bool is_upper(char conversion)
{
	return conversion >= 'A' && conversion <= 'Z';
}

#if LDBL_MANT_DIG == 113
/* IEEE 754 binary128: sign, 15 bits of exponent, 112 of the fraction. */
void print_take_apart(long double value, struct print_parts *parts)
{
	uint64_t words[2];

	memcpy(words, &value, sizeof(words));
	int biased = (int)(words[1] >> 48 & 0x7fff);
	*parts = (struct print_parts){
		.high = words[1] & ~0ull >> 16, .low = words[0], .negative = words[1] >> 63};
	parts->infinite = biased == 0x7fff && (parts->high | parts->low) == 0;
	parts->not_number = biased == 0x7fff && (parts->high | parts->low) != 0;
	if (biased != 0)
		parts->high |= 1ull << 48;
	parts->exponent = (biased != 0 ? biased : 1) - 16383 - 112;
}
#elif LDBL_MANT_DIG == 64
/* Host tests on x86: 64 bits with their first one. */
void print_take_apart(long double value, struct print_parts *parts)
{
	uint16_t top;

	memcpy(&top, (const char *)&value + 8, sizeof(top));
	*parts = (struct print_parts){.negative = top >> 15};
	memcpy(&parts->low, &value, sizeof(parts->low));
	parts->infinite = (top & 0x7fff) == 0x7fff && parts->low << 1 == 0;
	parts->not_number = (top & 0x7fff) == 0x7fff && parts->low << 1 != 0;
	parts->exponent = (top & 0x7fff ? top & 0x7fff : 1) - 16383 - 63;
}
#endif

static const char *sign_of(const struct print_spec *spec, bool negative)
{
	if (negative)
		return "-";
	return spec->plus ? "+" : spec->space ? " " : "";
}

/* "e+05": at least @digits digits. Answers its length. */
static size_t exponent_put(char text[EXPONENT_BYTES], char letter, int exponent, int digits)
{
	char reversed[EXPONENT_BYTES];
	int count = 0, at = 0;

	for (int rest = exponent < 0 ? -exponent : exponent; rest != 0 || count < digits; rest /= 10)
		reversed[count++] = (char)('0' + rest % 10);
	text[at++] = letter;
	text[at++] = exponent < 0 ? '-' : '+';
	while (count > 0)
		text[at++] = reversed[--count];
	return (size_t)at;
}

/* The decimal is rounded to @places behind the point. */
static void print_fixed(struct print *print, const struct print_spec *spec, const char *sign,
			const struct decimal *decimal, int64_t places)
{
	int64_t before = clamp(decimal->point, 0, decimal->count); /* digits before the point */
	int64_t gap = clamp(-(int64_t)decimal->point, 0, places);
	int64_t after = clamp(decimal->count - before, 0, places - gap);
	struct print_piece pieces[] = {
		{sign, strlen(sign)},
		{decimal->point > 0 ? decimal->digits : "0", decimal->point > 0 ? (size_t)before : 1},
		{NULL, (size_t)clamp(decimal->point - before, 0, INT32_MAX)},
		{".", places > 0 || spec->alternate ? 1 : 0},
		{NULL, (size_t)gap},
		{decimal->digits + before, (size_t)after},
		{NULL, (size_t)(places - gap - after)},
	};

	print_pieces(print, spec, pieces, 7, true);
}

/* The decimal is rounded to 1 + @places digits. */
static void print_scientific(struct print *print, const struct print_spec *spec, const char *sign,
			     const struct decimal *decimal, int64_t places)
{
	char exponent[EXPONENT_BYTES];
	size_t bytes = exponent_put(exponent, is_upper(spec->conversion) ? 'E' : 'e',
				    decimal->count > 0 ? decimal->point - 1 : 0, 2);
	int64_t after = clamp((int64_t)decimal->count - 1, 0, places);
	struct print_piece pieces[] = {
		{sign, strlen(sign)},
		{decimal->count > 0 ? decimal->digits : "0", 1},
		{".", places > 0 || spec->alternate ? 1 : 0},
		{decimal->digits + 1, (size_t)after},
		{NULL, (size_t)(places - after)},
		{exponent, bytes},
	};

	print_pieces(print, spec, pieces, 6, true);
}

static void print_general(struct print *print, const struct print_spec *spec, const char *sign,
			  struct decimal *decimal, int64_t digits)
{
	if (digits == 0)
		digits = 1;
	decimal_round(decimal, digits);
	int64_t exponent = decimal->count > 0 ? decimal->point - 1 : 0;
	bool fixed = exponent >= GENERAL_SMALLEST && exponent < digits;
	int64_t places = fixed ? digits - 1 - exponent : digits - 1;
	if (!spec->alternate) /* as many as there are digits */
		places = clamp(decimal->count - 1 - (fixed ? exponent : 0), 0, places);
	if (fixed)
		print_fixed(print, spec, sign, decimal, places);
	else
		print_scientific(print, spec, sign, decimal, places);
}

static void print_decimal(struct print *print, const struct print_spec *spec, const struct print_parts *parts)
{
	struct decimal decimal;
	const char *sign = sign_of(spec, parts->negative);
	int64_t precision = spec->precision >= 0 ? spec->precision : PRECISION_DEFAULT;

	decimal_make(&decimal, parts->high, parts->low, parts->exponent);
	switch (spec->conversion | 0x20) {
	case 'f':
		decimal_round(&decimal, decimal.point + precision);
		print_fixed(print, spec, sign, &decimal, precision);
		break;
	case 'e':
		decimal_round(&decimal, precision + 1);
		print_scientific(print, spec, sign, &decimal, precision);
		break;
	default:
		print_general(print, spec, sign, &decimal, precision);
		break;
	}
}

/* Hexadecimal digits behind the point, of a fraction of @count digits, cut or rounded to @keep of them. */
static unsigned __int128 hex_round(unsigned __int128 value, int count, int keep)
{
	int cut = 4 * (count - keep);

	if (cut == 0)
		return value;
	unsigned __int128 rest = value & (((unsigned __int128)1 << cut) - 1);
	unsigned __int128 half = (unsigned __int128)1 << (cut - 1);
	value >>= cut;
	return value + (rest > half || (rest == half && (value & 1)));
}

/* @value: the first digit before the point, @count digits behind it. */
static void print_hex_value(struct print *print, const struct print_spec *spec, bool negative,
			    unsigned __int128 value, int count, int exponent)
{
	bool upper = is_upper(spec->conversion);
	int keep = spec->precision >= 0 && spec->precision < count ? spec->precision : count;
	char digits[HEX_DIGITS_MAX + 1], prefix[4], power[EXPONENT_BYTES];

	value = hex_round(value, count, keep);
	for (int i = keep; i >= 0; i--, value >>= 4)
		digits[i] = (upper ? "0123456789ABCDEF" : "0123456789abcdef")[value & 15];
	if (spec->precision < 0)
		while (keep > 0 && digits[keep] == '0')
			keep--;
	strcpy(prefix, sign_of(spec, negative));
	strcat(prefix, upper ? "0X" : "0x");
	size_t bytes = exponent_put(power, upper ? 'P' : 'p', exponent, 1);
	size_t zeros = spec->precision > keep ? (size_t)(spec->precision - keep) : 0;
	struct print_piece pieces[] = {
		{prefix, strlen(prefix)},
		{digits, 1},
		{".", keep > 0 || zeros > 0 || spec->alternate ? 1 : 0},
		{digits + 1, (size_t)keep},
		{NULL, zeros},
		{power, bytes},
	};
	print_pieces(print, spec, pieces, 6, true);
}

/* A double as it is stored, a long double as a number with one bit before the point. */
static void print_hex(struct print *print, const struct print_spec *spec, long double value,
		      const struct print_parts *parts)
{
	unsigned __int128 mantissa = (unsigned __int128)parts->high << 64 | parts->low;
	int exponent = parts->exponent + 112, count = HEX_DIGITS_MAX;

	if (spec->length != LENGTH_LONG_DOUBLE) {
		double narrow = (double)value;
		uint64_t bits;
		memcpy(&bits, &narrow, sizeof(bits));
		int biased = (int)(bits >> 52 & 0x7ff);
		mantissa = (bits & ~0ull >> 12) | (uint64_t)(biased != 0) << 52;
		exponent = (biased != 0 ? biased : 1) - 1023;
		count = 13;
	} else {
		while (mantissa != 0 && !(mantissa >> 112)) {
			mantissa <<= 1;
			exponent--;
		}
	}
	print_hex_value(print, spec, parts->negative, mantissa, count, mantissa != 0 ? exponent : 0);
}

void print_real(struct print *print, const struct print_spec *spec, long double value)
{
	bool upper = is_upper(spec->conversion);
	struct print_parts parts;

	print_take_apart(value, &parts);
	if (parts.infinite || parts.not_number) {
		const char *sign = sign_of(spec, parts.negative);
		const char *name = parts.infinite ? (upper ? "INF" : "inf") : (upper ? "NAN" : "nan");
		struct print_piece pieces[] = {{sign, strlen(sign)}, {name, 3}};
		print_pieces(print, spec, pieces, 2, false);
	} else if ((spec->conversion | 0x20) == 'a') {
		print_hex(print, spec, value, &parts);
	} else {
		print_decimal(print, spec, &parts);
	}
}
