/* SPDX-License-Identifier: MIT */
/* Ends one use of syscall.def. No include guard: it is read once a use. */
#undef MESSAGE_CALL
#undef SYSCALL0
#undef SYSCALL1
#undef SYSCALL2
#undef SYSCALL3
#undef SYSCALL4
#undef SYSCALL5
#undef SYSCALL6
