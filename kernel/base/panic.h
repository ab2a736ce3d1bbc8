/* SPDX-License-Identifier: MIT */
/* The kernel's own mistakes end here; a user's mistake never does. */
#ifndef BASE_PANIC_H
#define BASE_PANIC_H

#include "uapi/types.h"

/** Print why, the control registers and a backtrace; stop the machine with exit code 126. */
_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2), cold));

/** The kernel itself trapped: the same with @registers of where it did, pc and x1 to x31. */
_Noreturn void panic_trap(const uint64_t registers[32]) __attribute__((cold));

/* Checked builds verify what must hold; release builds trust it. */
#if PAGODA_CHECKED
#define KASSERT(condition) ((condition) ? (void)0 : panic("%s:%d: %s", __FILE__, __LINE__, #condition))
#else
#define KASSERT(condition) ((void)sizeof(condition))
#endif

#endif
