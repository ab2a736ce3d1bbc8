/* SPDX-License-Identifier: MIT */
/* Numbers of the system calls, made from syscall.def. */
#ifndef UAPI_SYSCALL_H
#define UAPI_SYSCALL_H

enum syscall {
#define MESSAGE_CALL(number, name, ...) SYS_##name = number,
#define SYSCALL0(number, name, ...)	SYS_##name = number,
#define SYSCALL1(number, name, ...)	SYS_##name = number,
#define SYSCALL2(number, name, ...)	SYS_##name = number,
#define SYSCALL3(number, name, ...)	SYS_##name = number,
#define SYSCALL4(number, name, ...)	SYS_##name = number,
#define SYSCALL5(number, name, ...)	SYS_##name = number,
#define SYSCALL6(number, name, ...)	SYS_##name = number,
#include "uapi/syscall.def"
#include "uapi/syscall_undef.h"
	SYS_COUNT = 96,
};

#endif
