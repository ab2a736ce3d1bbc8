/* SPDX-License-Identifier: MIT */
/*
 * Floating point registers: saved when dirty at a switch, restored when the next owner uses them.
 *
 * A thread that does not own the registers runs with FS = Off; its first use traps as an illegal
 * instruction, fpu_claim() loads its registers and the instruction runs again.
 */
#ifndef HW_FPU_H
#define HW_FPU_H

#include "hw/csr.h"

struct fpu_state {
	uint64_t f[32];
	uint64_t fcsr;
};

void fpu_save(struct fpu_state *state);
void fpu_restore(const struct fpu_state *state);

#endif
