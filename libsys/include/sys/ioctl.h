/* SPDX-License-Identifier: MIT */
/* ioctl(): the size of the terminal's window, TIOCGWINSZ, and nothing else. Numbers as Linux has them. */
#ifndef _SYS_IOCTL_H
#define _SYS_IOCTL_H

#include <sys/termios.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TIOCGWINSZ 0x5413

int ioctl(int fd, unsigned long request, ...);

#ifdef __cplusplus
}
#endif

#endif
