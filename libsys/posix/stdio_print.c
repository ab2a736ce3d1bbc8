/* SPDX-License-Identifier: MIT */
/*
 * vfprintf(), which all of picolibc's printf family calls: the linker is told to take this one
 * (--defsym in libsys/meson.build). picolibc's prints the shortest digits that read back as the same number,
 * filled up with zeros, which is not what printf("%.17g") or ("%.1f") asks for, and knows no long double.
 */
#include "format/print.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>

struct stream_sink {
	struct print_sink sink;
	FILE *file;
	bool failed;
};

static void stream_put(struct print_sink *sink, const char *text, size_t bytes)
{
	struct stream_sink *to = (struct stream_sink *)sink;

	for (size_t i = 0; i < bytes; i++)
		if (to->file->put(text[i], to->file) < 0)
			to->failed = true;
}

int __pagoda_vfprintf(FILE *file, const char *format, va_list arguments);

int __pagoda_vfprintf(FILE *file, const char *format, va_list arguments)
{
	struct stream_sink to = {.sink.put = stream_put, .file = file};

	if (!(file->flags & __SWR)) {
		file->flags |= __SERR;
		errno = EBADF;
		return EOF;
	}
	uint64_t bytes = print_format(&to.sink, format, arguments);
	if (to.failed) {
		file->flags |= __SERR;
		return EOF;
	}
	if (bytes > INT_MAX) {
		errno = EOVERFLOW;
		return EOF;
	}
	return (int)bytes;
}
