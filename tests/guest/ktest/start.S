/* SPDX-License-Identifier: MIT */
/*
 * The header the kernel reads (struct init_image of uapi/boot.h; offsets and magic are compared in image.c)
 * and the first instructions. gp stays unused: threads share this code and start without it.
 */
	.section .header, "a", @progbits
	.globl	image_header
image_header:
	.dword	0x31746e6961646750
	.dword	_start
	.dword	__text_pages
	.dword	__data_pages
	.dword	__bss_pages

	.section .text.start, "ax", @progbits
	.globl	_start
_start:
	li	ra, 0
	li	s0, 0
	call	ktest_main
	ebreak
