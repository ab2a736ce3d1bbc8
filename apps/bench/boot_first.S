/* SPDX-License-Identifier: MIT */
/* The program's very first instruction reads the counter; then the usual start code. */
	.section .text.start, "ax", @progbits
	.globl	boot_first
	.type	boot_first, @function
boot_first:
	rdinstret t0
	lla	t1, boot_first_instret
	sd	t0, 0(t1)
	rdtime	t0
	sd	t0, 8(t1)
	tail	_start
	.size	boot_first, . - boot_first

	.data
	.balign	8
	.globl	boot_first_instret, boot_first_ticks
boot_first_instret:
	.dword	0
boot_first_ticks:
	.dword	0
