/* SPDX-License-Identifier: MIT */
/*
 * First instructions of a server. init has set sp and put the address of struct server_start into a0;
 * everything the server has is mapped and bss is zero. ra and s0 are 0: a backtrace ends here.
 */
	.section .text.start, "ax", @progbits
	.globl	_start
	.type	_start, @function
_start:
	.option push
	.option norelax
	la	gp, __global_pointer$
	.option pop
	la	tp, __tls_base
	li	ra, 0
	li	s0, 0
	call	server_main
	ebreak
	.size	_start, . - _start
