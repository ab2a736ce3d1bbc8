/* SPDX-License-Identifier: MIT */
/* warn, err and their like. The program's name is the last part of argv[0]. */
#include "posix/posix.h"
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void complain(const char *format, va_list arguments)
{
	fprintf(stderr, "%s: ", posix_program_name());
	if (format != NULL)
		vfprintf(stderr, format, arguments);
}

void vwarn(const char *format, va_list arguments)
{
	int reason = errno;

	complain(format, arguments);
	fprintf(stderr, "%s%s\n", format != NULL ? ": " : "", strerror(reason));
}

void vwarnx(const char *format, va_list arguments)
{
	complain(format, arguments);
	putc('\n', stderr);
}

void warn(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vwarn(format, arguments);
	va_end(arguments);
}

void warnx(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vwarnx(format, arguments);
	va_end(arguments);
}

_Noreturn void verr(int status, const char *format, va_list arguments)
{
	vwarn(format, arguments);
	exit(status);
}

_Noreturn void verrx(int status, const char *format, va_list arguments)
{
	vwarnx(format, arguments);
	exit(status);
}

_Noreturn void err(int status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	verr(status, format, arguments);
}

_Noreturn void errx(int status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	verrx(status, format, arguments);
}
