/* SPDX-License-Identifier: MIT */
/*
 * The image's header and its first instructions. The kernel has mapped everything, bss is zero, sp stands at
 * INIT_STACK_TOP and a0 at struct boot_info. A flat image's program is `void init_main(const struct boot_info *)`.
 */
	.section .header, "a", @progbits
	.quad	0x31746e6961646750	/* INIT_IMAGE_MAGIC; main.c asserts the layout */
	.quad	_start
	.quad	__text_pages
	.quad	__data_pages
	.quad	__bss_pages

	.section .text.start, "ax", @progbits
	.globl	_start
	.type	_start, @function
_start:
	.option push
	.option norelax
	la	gp, __global_pointer$
	.option pop
	li	tp, 0
	li	ra, 0
	li	s0, 0
	call	init_main
	ebreak
	.size	_start, . - _start
