/* SPDX-License-Identifier: MIT */
/*
 * Terminals, POSIX. The console's line discipline has three switches (ICANON, ECHO, ISIG); the other flags
 * and characters are kept as they are given back and change nothing.
 */
#ifndef _SYS_TERMIOS_H
#define _SYS_TERMIOS_H

#ifdef __cplusplus
extern "C" {
#endif

typedef unsigned int tcflag_t;
typedef unsigned char cc_t;
typedef unsigned int speed_t;

#define NCCS   16
#define VEOF   0
#define VEOL   1
#define VERASE 2
#define VINTR  3
#define VKILL  4
#define VMIN   5
#define VQUIT  6
#define VSTART 7
#define VSTOP  8
#define VSUSP  9
#define VTIME  10

struct termios {
	tcflag_t c_iflag, c_oflag, c_cflag, c_lflag;
	cc_t c_cc[NCCS];
};

struct winsize {
	unsigned short ws_row, ws_col, ws_xpixel, ws_ypixel;
};

#define BRKINT	  0000002
#define IGNPAR	  0000004
#define INPCK	  0000020
#define ISTRIP	  0000040
#define INLCR	  0000100
#define IGNCR	  0000200
#define ICRNL	  0000400
#define IXON	  0002000
#define IXOFF	  0010000

#define OPOST	  0000001
#define ONLCR	  0000004

#define CSIZE	  0000060
#define CS8	  0000060
#define CREAD	  0000200
#define PARENB	  0000400

#define ISIG	  0000001
#define ICANON	  0000002
#define ECHO	  0000010
#define ECHOE	  0000020
#define ECHOK	  0000040
#define ECHONL	  0000100
#define NOFLSH	  0000200
#define TOSTOP	  0000400
#define IEXTEN	  0100000

#define TCSANOW	  0
#define TCSADRAIN 1
#define TCSAFLUSH 2

#define B0	  0
#define B115200	  115200

int tcgetattr(int fd, struct termios *mode);
int tcsetattr(int fd, int when, const struct termios *mode);
speed_t cfgetispeed(const struct termios *mode);
speed_t cfgetospeed(const struct termios *mode);
int tcgetwinsize(int fd, struct winsize *size);
void cfmakeraw(struct termios *mode);

#ifdef __cplusplus
}
#endif

#endif
