/* SPDX-License-Identifier: MIT */
/*
 * CHECK(what must hold): the program's own mistakes, never a user's. Active in checked builds only.
 * Whoever links pure code supplies check_failed(): the kernel panics, a test prints and aborts.
 */
#ifndef PURE_CHECK_H
#define PURE_CHECK_H

#include <stdint.h>

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

/*
 * CHECK_WALK(the same of more than a few words): the checked kernel takes what it costs off the time that
 * interrupts were off, for without checks it would not be there.
 */
#if PAGODA_CHECKED && PAGODA_KERNEL
uint64_t check_walk_begin(void);
void check_walk_end(uint64_t begun);

#define CHECK_WALK(condition)                        \
	do {                                         \
		uint64_t begun = check_walk_begin(); \
		CHECK(condition);                    \
		check_walk_end(begun);               \
	} while (0)
#else
#define CHECK_WALK(condition) CHECK(condition)
#endif

#endif
