/* SPDX-License-Identifier: MIT */
/*
 * printf's language, into any sink. Pure. Numbers are exact to the last digit that is asked for.
 *
 *   %[-+ #0][width|*][.precision|.*][hh h l ll j z t L]conversion      d i u o x X c s p n f F e E g G a A m
 * %
 *
 * Not in it: arguments by number (%1$d). Other conversions are copied as they stand.
 *
 *   print.c           the format, strings and characters
 *   print_integer.c   print_real.c   numbers, as pieces
 *   decimal.c         exact decimal digits
 */
#ifndef FORMAT_PRINT_H
#define FORMAT_PRINT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the text goes; `put` is called with pieces in order. */
struct print_sink {
	void (*put)(struct print_sink *sink, const char *text, size_t bytes);
};

/* Answers the bytes of the whole text. */
uint64_t print_format(struct print_sink *sink, const char *format, va_list arguments);

enum print_length {
	LENGTH_INT,
	LENGTH_CHAR,
	LENGTH_SHORT,
	LENGTH_LONG, /* long, long long, intmax_t, size_t, ptrdiff_t: all of 64 bits */
	LENGTH_LONG_DOUBLE,
};

struct print_spec {
	bool left, plus, space, alternate, zero;
	int width;
	int precision; /* -1: none */
	enum print_length length;
	char conversion;
};

struct print {
	struct print_sink *sink;
	uint64_t bytes; /* so far */
};

/* Of a number's text; the first one is its sign and prefix, behind which the 0 flag's zeros stand. */
struct print_piece {
	const char *text; /* NULL: zeros */
	size_t bytes;
};

void print_text(struct print *print, const char *text, size_t bytes);
void print_fill(struct print *print, char byte, uint64_t count);

/* The pieces, padded to the width. @zeros: may the padding be zeros? */
void print_pieces(struct print *print, const struct print_spec *spec, const struct print_piece *pieces,
		  int count, bool zeros);

/* d i u o x X p; @value is sign-extended for d and i. */
void print_integer(struct print *print, const struct print_spec *spec, uint64_t value);

/* f F e E g G a A */
void print_real(struct print *print, const struct print_spec *spec, long double value);

/* A real as its parts: (high * 2^64 + low) * 2^exponent. */
struct print_parts {
	uint64_t high, low;
	int exponent;
	bool negative, infinite, not_number;
};
void print_take_apart(long double value, struct print_parts *parts);

#endif
