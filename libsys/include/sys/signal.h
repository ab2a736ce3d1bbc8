/* SPDX-License-Identifier: MIT */
/*
 * picolibc's signals with the numbers of Linux: those are in the exit status 128 + n, in the messages about
 * killed processes, and in what people know by heart.
 */
#ifndef PAGODA_SYS_SIGNAL_H
#define PAGODA_SYS_SIGNAL_H

#include_next <sys/signal.h>

#undef SIGEMT
#undef SIGLOST
#undef SIGBUS
#undef SIGSYS
#undef SIGURG
#undef SIGSTOP
#undef SIGTSTP
#undef SIGCONT
#undef SIGCHLD
#undef SIGIO
#undef SIGUSR1
#undef SIGUSR2

#define SIGBUS	7
#define SIGUSR1 10
#define SIGUSR2 12
#define SIGCHLD 17
#define SIGCONT 18
#define SIGSTOP 19
#define SIGTSTP 20
#define SIGURG	23
#define SIGIO	29
#define SIGSYS	31

#ifndef SA_RESTART
#define SA_RESTART   0x10000000
#define SA_RESETHAND 0x80000000
#define SA_NODEFER   0x40000000
#endif

#endif
