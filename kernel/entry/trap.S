/* SPDX-License-Identifier: MIT */
/*
 * Into the kernel and out of it. In user mode sscratch holds the thread; in the kernel it is 0, so a trap
 * taken there (a kernel bug) is known at once. sstatus.SIE is never set: the kernel is not interrupted.
 */
#include "entry/offsets.h"

#define R(n) (THREAD_REGS + 8 * (n))

	.text
	.align 2
	.globl trap_entry
trap_entry:
	csrrw a0, sscratch, a0
	beqz a0, kernel_trap
	sd x1, R(1)(a0)
	sd x2, R(2)(a0)
	sd x3, R(3)(a0)
	sd x4, R(4)(a0)
	sd x5, R(5)(a0)
	sd x6, R(6)(a0)
	sd x7, R(7)(a0)
	sd x8, R(8)(a0)
	sd x9, R(9)(a0)
	sd x11, R(11)(a0)
	sd x12, R(12)(a0)
	sd x13, R(13)(a0)
	sd x14, R(14)(a0)
	sd x15, R(15)(a0)
	sd x16, R(16)(a0)
	sd x17, R(17)(a0)
	sd x18, R(18)(a0)
	sd x19, R(19)(a0)
	sd x20, R(20)(a0)
	sd x21, R(21)(a0)
	sd x22, R(22)(a0)
	sd x23, R(23)(a0)
	sd x24, R(24)(a0)
	sd x25, R(25)(a0)
	sd x26, R(26)(a0)
	sd x27, R(27)(a0)
	sd x28, R(28)(a0)
	sd x29, R(29)(a0)
	sd x30, R(30)(a0)
	sd x31, R(31)(a0)
	csrrw t0, sscratch, zero
	csrr t1, sepc
	sd t0, R(10)(a0)
	sd t1, R(0)(a0)
	ld tp, THREAD_CPU(a0)
	csrr a1, scause
	ld sp, CPU_STACK_TOP(tp)
	li fp, 0
	call trap_user			/* a0 = thread, a1 = scause; a0 out: the thread to run */

	.globl trap_leave
trap_leave:				/* a0 = thread */
	ld t1, R(0)(a0)
	csrw sscratch, a0
	csrw sepc, t1
	ld x1, R(1)(a0)
	ld x2, R(2)(a0)
	ld x3, R(3)(a0)
	ld x4, R(4)(a0)
	ld x5, R(5)(a0)
	ld x6, R(6)(a0)
	ld x7, R(7)(a0)
	ld x8, R(8)(a0)
	ld x9, R(9)(a0)
	ld x11, R(11)(a0)
	ld x12, R(12)(a0)
	ld x13, R(13)(a0)
	ld x14, R(14)(a0)
	ld x15, R(15)(a0)
	ld x16, R(16)(a0)
	ld x17, R(17)(a0)
	ld x18, R(18)(a0)
	ld x19, R(19)(a0)
	ld x20, R(20)(a0)
	ld x21, R(21)(a0)
	ld x22, R(22)(a0)
	ld x23, R(23)(a0)
	ld x24, R(24)(a0)
	ld x25, R(25)(a0)
	ld x26, R(26)(a0)
	ld x27, R(27)(a0)
	ld x28, R(28)(a0)
	ld x29, R(29)(a0)
	ld x30, R(30)(a0)
	ld x31, R(31)(a0)
	ld a0, R(10)(a0)
	sret

/* The end of boot, whose code is no more after: a0 = the first thread. */
	.globl boot_leave
boot_leave:
	mv s0, a0
	call mmu_close_boot
	mv a0, s0
	j trap_leave

/* A trap in the kernel itself: keep every register, report, stop. Here a0 is free, its value in sscratch. */
kernel_trap:
	la a0, panic_registers
	sd x1, 8(a0)
	sd x2, 16(a0)
	sd x3, 24(a0)
	sd x4, 32(a0)
	sd x5, 40(a0)
	sd x6, 48(a0)
	sd x7, 56(a0)
	sd x8, 64(a0)
	sd x9, 72(a0)
	sd x11, 88(a0)
	sd x12, 96(a0)
	sd x13, 104(a0)
	sd x14, 112(a0)
	sd x15, 120(a0)
	sd x16, 128(a0)
	sd x17, 136(a0)
	sd x18, 144(a0)
	sd x19, 152(a0)
	sd x20, 160(a0)
	sd x21, 168(a0)
	sd x22, 176(a0)
	sd x23, 184(a0)
	sd x24, 192(a0)
	sd x25, 200(a0)
	sd x26, 208(a0)
	sd x27, 216(a0)
	sd x28, 224(a0)
	sd x29, 232(a0)
	sd x30, 240(a0)
	sd x31, 248(a0)
	csrr t0, sscratch
	csrr t1, sepc
	csrw sscratch, zero		/* a trap on the way comes here again */
	sd t0, 80(a0)
	sd t1, 0(a0)
	la sp, panic_stack_top
	li fp, 0
	call panic_trap			/* a0 = pc, x1..x31 */

	.section .bss
	.align 4
panic_registers:
	.space 256
panic_stack:
	.space 4096
panic_stack_top:
