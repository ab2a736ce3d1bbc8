/* SPDX-License-Identifier: MIT */
/* A printf of the needed size over the firmware's console. */
#include "base/print.h"
#include "base/sbi.h"

/* Console framing (docs/boot.md): DLE and a digit switch the channel; 0 is the kernel's. */
#define CONSOLE_DLE 0x10

static bool channel_chosen;

void print_claim_console(void)
{
	channel_chosen = false;
}

/* The first pair is for nothing: whoever wrote before may have been cut off behind its DLE. */
static void choose_channel(void)
{
	sbi_console_put(CONSOLE_DLE);
	sbi_console_put('x');
	sbi_console_put(CONSOLE_DLE);
	sbi_console_put('0');
	channel_chosen = true;
}

static void put(char character)
{
	if (!channel_chosen)
		choose_channel();
	sbi_console_put(character);
}

static void put_number(uint64_t value, unsigned base, int width, char pad)
{
	char digits[24];
	int count = 0;

	do {
		digits[count++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value != 0);
	for (; width > count; width--)
		put(pad);
	while (count > 0)
		put(digits[--count]);
}

static void put_signed(int64_t value, int width)
{
	if (value < 0) {
		put('-');
		value = -value;
	}
	put_number((uint64_t)value, 10, width, ' ');
}

static void put_string(const char *text)
{
	while (*text != '\0')
		put(*text++);
}

static uint64_t next_unsigned(va_list *arguments, bool is_long)
{
	return is_long ? va_arg(*arguments, uint64_t) : va_arg(*arguments, unsigned);
}

/* One conversion, @format just behind its '%'; gives the position behind it. */
static const char *convert(const char *format, va_list *arguments)
{
	char pad = *format == '0' ? '0' : ' ';
	bool is_long = false;
	int width = 0;

	for (; *format >= '0' && *format <= '9'; format++)
		width = width * 10 + (*format - '0');
	for (; *format == 'l'; format++)
		is_long = true;
	switch (*format) {
	case 's':
		put_string(va_arg(*arguments, const char *));
		break;
	case 'c':
		put((char)va_arg(*arguments, int));
		break;
	case 'd':
		put_signed(is_long ? va_arg(*arguments, int64_t) : va_arg(*arguments, int), width);
		break;
	case 'u':
		put_number(next_unsigned(arguments, is_long), 10, width, pad);
		break;
	case 'x':
		put_number(next_unsigned(arguments, is_long), 16, width, pad);
		break;
	case 'p':
		put_string("0x");
		put_number(va_arg(*arguments, uint64_t), 16, 0, pad);
		break;
	default:
		put(*format);
		break;
	}
	return format + 1;
}

void print_list(const char *format, va_list list)
{
	va_list arguments; /* a va_list parameter may be of a type that has no usable address */

	va_copy(arguments, list);
	while (*format != '\0') {
		if (*format == '%')
			format = convert(format + 1, &arguments);
		else
			put(*format++);
	}
	va_end(arguments);
}

void print(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	print_list(format, list);
	va_end(list);
}
