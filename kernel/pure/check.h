/* SPDX-License-Identifier: MIT */
/*
 * CHECK(what must hold): the program's own mistakes, never a user's. Active in checked builds only.
 * Whoever links pure code supplies check_failed(): the kernel panics, a test prints and aborts.
 */
#ifndef PURE_CHECK_H
#define PURE_CHECK_H

_Noreturn void check_failed(const char *file, int line, const char *what);

#if PAGODA_CHECKED
#define CHECK(condition)                                              \
	do {                                                          \
		if (__builtin_expect(!(condition), 0))                \
			check_failed(__FILE__, __LINE__, #condition); \
	} while (0)
#else
/* Not evaluated, yet it must still compile. */
#define CHECK(condition) ((void)sizeof(!(condition)))
#endif

#endif
