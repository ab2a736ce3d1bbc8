/* SPDX-License-Identifier: MIT */
/*
 * The first instructions. OpenSBI enters here in S-mode, paging off, a0 = hart, a1 = device tree, at the
 * physical address of the image; the image is linked at DIRECT_BASE + that address. A temporary root maps
 * the image's gigabyte twice, at both places; then boot_main runs in the upper half.
 */
#include "base/spot.h"

	.section .text.start, "ax"
	.globl _start
_start:
	csrw sie, zero
	csrw sip, zero
	la t0, boot_root		/* paging is off: addresses are physical */
	la t1, _start
	srli t1, t1, 30			/* which gigabyte */
	slli t2, t1, 28			/* its page number, in a PTE's place: (gigabyte << 18) << 10 */
	ori t2, t2, 0xef		/* D A G X W R V: global, not user */
	slli t3, t1, 3
	add t3, t3, t0
	sd t2, 0(t3)
	li t4, 2048			/* entry 256 */
	add t3, t3, t4
	sd t2, 0(t3)
	srli t0, t0, 12
	li t1, 8
	slli t1, t1, 60
	or t0, t0, t1
	la t2, 1f
	li t3, DIRECT_BASE
	add t2, t2, t3
	sfence.vma
	csrw satp, t0
	sfence.vma
	jr t2
1:	la sp, boot_stack_top
	la t0, trap_entry
	csrw stvec, t0
	csrw sscratch, zero
	li fp, 0
	call boot_main			/* a0 = the first thread, tp = this hart */
	j boot_leave

/*
 * Another hart, started through SBI HSM: a0 = hart, a1 = opaque = physical address of struct
 * secondary_start {satp, entry, cpu, stack}.
 */
	.text				/* one that shows up late finds this still here */
	.align 2
	.globl secondary_start
secondary_start:
	csrw sie, zero
	ld t0, 0(a1)
	ld t1, 8(a1)
	ld tp, 16(a1)
	ld sp, 24(a1)
	la t2, boot_root
	srli t2, t2, 12
	li t3, 8
	slli t3, t3, 60
	or t2, t2, t3
	la t4, 2f
	li t5, DIRECT_BASE
	add t4, t4, t5
	sfence.vma
	csrw satp, t2
	sfence.vma
	jr t4
2:	csrw satp, t0
	sfence.vma
	la t2, trap_entry
	csrw stvec, t2
	csrw sscratch, zero
	li fp, 0
	jr t1

	.section .bss
	.align 12
boot_root:
	.space 4096
	.align 4
boot_stack:
	.space 8192
	.globl boot_stack_top
boot_stack_top:
