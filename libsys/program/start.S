/* SPDX-License-Identifier: MIT */
/*
 * First instructions of a program: sp points to argc, argv, envp. ra and s0 are 0: a backtrace ends here.
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
	mv	a0, sp
	andi	sp, sp, -16
	li	ra, 0
	li	s0, 0
	call	program_start
	ebreak
	.size	_start, . - _start
