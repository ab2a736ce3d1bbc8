/* SPDX-License-Identifier: MIT */
/* Offsets that assembly uses; pinned by static asserts in entry/trap.c. */
#ifndef ENTRY_OFFSETS_H
#define ENTRY_OFFSETS_H

#define THREAD_REGS   24  /* pc, then x1..x31 */
#define THREAD_CPU    280 /* THREAD_REGS + 32 * 8 */
#define CPU_STACK_TOP 8

#endif
