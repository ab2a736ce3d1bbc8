/* SPDX-License-Identifier: MIT */
/* The format, characters and strings, and padding. */
#include "print.h"
#include <errno.h>
#include <limits.h>
#include <string.h>

#define FILL_BYTES 32

void print_text(struct print *print, const char *text, size_t bytes)
{
	if (bytes > 0)
		print->sink->put(print->sink, text, bytes);
	print->bytes += bytes;
}

void print_fill(struct print *print, char byte, uint64_t count)
{
	char row[FILL_BYTES];

	memset(row, byte, sizeof(row));
	for (; count > FILL_BYTES; count -= FILL_BYTES)
		print_text(print, row, FILL_BYTES);
	print_text(print, row, count);
}

static void print_piece(struct print *print, const struct print_piece *piece)
{
	if (piece->text != NULL)
		print_text(print, piece->text, piece->bytes);
	else
		print_fill(print, '0', piece->bytes);
}

void print_pieces(struct print *print, const struct print_spec *spec, const struct print_piece *pieces,
		  int count, bool zeros)
{
	uint64_t bytes = 0;

	for (int i = 0; i < count; i++)
		bytes += pieces[i].bytes;
	uint64_t padding = (uint64_t)spec->width > bytes ? (uint64_t)spec->width - bytes : 0;
	bool inside = zeros && spec->zero && !spec->left;
	if (!inside && !spec->left)
		print_fill(print, ' ', padding);
	print_piece(print, &pieces[0]);
	if (inside)
		print_fill(print, '0', padding);
	for (int i = 1; i < count; i++)
		print_piece(print, &pieces[i]);
	if (spec->left)
		print_fill(print, ' ', padding);
}

static void print_string(struct print *print, const struct print_spec *spec, const char *text)
{
	if (text == NULL)
		text = spec->precision >= 0 && spec->precision < 6 ? "" : "(null)";
	size_t bytes = spec->precision >= 0 ? strnlen(text, (size_t)spec->precision) : strlen(text);
	print_pieces(print, spec, &(struct print_piece){text, bytes}, 1, false);
}

/* Digits of a width or precision; too many count as INT_MAX. */
static int take_number(const char **at)
{
	int64_t number = 0;

	for (; **at >= '0' && **at <= '9'; (*at)++)
		number = number * 10 + (**at - '0') > INT_MAX ? INT_MAX : number * 10 + (**at - '0');
	return (int)number;
}

static const char *take_flags(const char *at, struct print_spec *spec)
{
	for (;; at++) {
		switch (*at) {
		case '-':
			spec->left = true;
			break;
		case '+':
			spec->plus = true;
			break;
		case ' ':
			spec->space = true;
			break;
		case '#':
			spec->alternate = true;
			break;
		case '0':
			spec->zero = true;
			break;
		default:
			return at;
		}
	}
}

static const char *take_length(const char *at, struct print_spec *spec)
{
	switch (*at) {
	case 'h':
		spec->length = at[1] == 'h' ? LENGTH_CHAR : LENGTH_SHORT;
		return at[1] == 'h' ? at + 2 : at + 1;
	case 'l':
		spec->length = LENGTH_LONG;
		return at[1] == 'l' ? at + 2 : at + 1;
	case 'j':
	case 'z':
	case 't':
		spec->length = LENGTH_LONG;
		return at + 1;
	case 'L':
		spec->length = LENGTH_LONG_DOUBLE;
		return at + 1;
	default:
		return at;
	}
}

/* A va_list that can be handed on. */
struct arguments {
	va_list list;
};

static int take_star(const char **at, struct arguments *arguments)
{
	if (**at != '*')
		return take_number(at);
	(*at)++;
	return va_arg(arguments->list, int);
}

/* What stands between % and the conversion. */
static const char *take_spec(const char *at, struct print_spec *spec, struct arguments *arguments)
{
	at = take_flags(at, spec);
	spec->width = take_star(&at, arguments);
	if (spec->width < 0) {
		spec->left = true;
		spec->width = spec->width == INT_MIN ? INT_MAX : -spec->width;
	}
	if (*at == '.') {
		at++;
		spec->precision = take_star(&at, arguments);
		if (spec->precision < 0)
			spec->precision = -1;
	}
	at = take_length(at, spec);
	spec->conversion = *at;
	return at;
}

static uint64_t take_signed(enum print_length length, struct arguments *arguments)
{
	if (length >= LENGTH_LONG)
		return (uint64_t)va_arg(arguments->list, long);
	int value = va_arg(arguments->list, int);
	if (length == LENGTH_CHAR)
		value = (signed char)value;
	return (uint64_t)(int64_t)(length == LENGTH_SHORT ? (short)value : value);
}

static uint64_t take_unsigned(enum print_length length, struct arguments *arguments)
{
	if (length >= LENGTH_LONG)
		return va_arg(arguments->list, unsigned long);
	unsigned value = va_arg(arguments->list, unsigned);
	if (length == LENGTH_CHAR)
		value = (unsigned char)value;
	return length == LENGTH_SHORT ? (unsigned short)value : value;
}

static void print_pointer(struct print *print, struct print_spec *spec, const void *pointer)
{
	spec->conversion = 'x';
	spec->alternate = true;
	if (pointer != NULL)
		print_integer(print, spec, (uintptr_t)pointer);
	else
		print_pieces(print, spec, &(struct print_piece){"(nil)", 5}, 1, false);
}

static void tell_bytes(const struct print *print, const struct print_spec *spec, void *where)
{
	if (spec->length == LENGTH_CHAR)
		*(signed char *)where = (signed char)print->bytes;
	else if (spec->length == LENGTH_SHORT)
		*(short *)where = (short)print->bytes;
	else if (spec->length == LENGTH_INT)
		*(int *)where = (int)print->bytes;
	else
		*(long *)where = (long)print->bytes;
}

/* False: no conversion of ours. */
static bool print_conversion(struct print *print, struct print_spec *spec, struct arguments *arguments,
			     int reason)
{
	switch (spec->conversion) {
	case 'd':
	case 'i':
		print_integer(print, spec, take_signed(spec->length, arguments));
		return true;
	case 'u':
	case 'o':
	case 'x':
	case 'X':
		print_integer(print, spec, take_unsigned(spec->length, arguments));
		return true;
	case 'c': {
		char byte = (char)va_arg(arguments->list, int);
		print_pieces(print, spec, &(struct print_piece){&byte, 1}, 1, false);
		return true;
	}
	case 's':
		print_string(print, spec, va_arg(arguments->list, const char *));
		return true;
	case 'm':
		print_string(print, spec, strerror(reason));
		return true;
	case 'p':
		print_pointer(print, spec, va_arg(arguments->list, const void *));
		return true;
	case 'n':
		tell_bytes(print, spec, va_arg(arguments->list, void *));
		return true;
	case '%':
		print_text(print, "%", 1);
		return true;
	default:
		break;
	}
	if (spec->conversion == 0 || strchr("fFeEgGaA", spec->conversion) == NULL)
		return false;
	print_real(print, spec,
		   spec->length == LENGTH_LONG_DOUBLE ? va_arg(arguments->list, long double)
						      : va_arg(arguments->list, double));
	return true;
}

uint64_t print_format(struct print_sink *sink, const char *format, va_list list)
{
	struct print print = {.sink = sink};
	struct arguments arguments;
	int reason = errno; /* for %m */

	va_copy(arguments.list, list);
	for (;;) {
		struct print_spec spec = {.precision = -1};
		size_t plain = strcspn(format, "%");

		print_text(&print, format, plain);
		format += plain;
		if (*format == 0)
			break;
		const char *end = take_spec(format + 1, &spec, &arguments);
		if (!print_conversion(&print, &spec, &arguments, reason)) {
			print_text(&print, format, (size_t)(end - format));
			format = end;
			continue;
		}
		format = end + 1;
	}
	va_end(arguments.list);
	return print.bytes;
}
