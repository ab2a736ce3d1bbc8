/* SPDX-License-Identifier: MIT */
/* picolibc's <stdio.h>, and the POSIX functions it lacks. */
#ifndef PAGODA_STDIO_H
#define PAGODA_STDIO_H

#include <stdarg.h>
#include <stddef.h>
#include_next <stdio.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One thread: there is nothing to unlock. */
#define getc_unlocked(file)	   getc(file)
#define getchar_unlocked()	   getchar()
#define putc_unlocked(byte, file)  putc(byte, file)
#define putchar_unlocked(byte)	   putchar(byte)
#define fputs_unlocked(text, file) fputs(text, file)
#define flockfile(file)		   ((void)(file))
#define funlockfile(file)	   ((void)(file))

ssize_t getdelim(char **__restrict line, size_t *__restrict room, int delimiter, FILE *__restrict file);
ssize_t getline(char **__restrict line, size_t *__restrict room, FILE *__restrict file);
int dprintf(int fd, const char *__restrict format, ...) __attribute__((format(printf, 2, 3)));
int vdprintf(int fd, const char *__restrict format, va_list arguments);
FILE *open_memstream(char **text, size_t *bytes);
FILE *popen(const char *command, const char *mode);
int pclose(FILE *file);

#ifdef __cplusplus
}
#endif

#endif
