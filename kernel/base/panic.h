/* SPDX-License-Identifier: MIT */
/* The kernel's own mistakes end here; a user's mistake never does. */
#ifndef BASE_PANIC_H
#define BASE_PANIC_H

#include "uapi/types.h"

/** Print why, the registers that matter and a backtrace; stop the machine with exit code 126. */
_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2), cold));

/** Print return addresses from a frame-pointer chain, one `  at 0x...` line each. */
void panic_backtrace(uint64_t frame_pointer, uint64_t pc);

/* Checked builds verify what must hold; release builds trust it. */
#if PAGODA_CHECKED
#define KASSERT(condition) ((condition) ? (void)0 : panic("%s:%d: %s", __FILE__, __LINE__, #condition))
#else
#define KASSERT(condition) ((void)sizeof(condition))
#endif

#endif
