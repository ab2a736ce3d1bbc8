/* SPDX-License-Identifier: MIT */
/* Text on the firmware's console: boot log and panic. */
#ifndef BASE_PRINT_H
#define BASE_PRINT_H

#include <stdarg.h>

/**
 * Print with a small printf: %s %c %d %u %x %lx %ld %lu %p %%, with a width and a leading zero.
 *
 * Needs     nothing; switches the console to CHANNEL_KERNEL first time it is called
 */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same with the arguments of somebody else's. */
void print_list(const char *format, va_list list) __attribute__((format(printf, 1, 0)));

/* The next print() names its channel again: somebody else may have written to the console. */
void print_claim_console(void);

#endif
