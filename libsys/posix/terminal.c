/* SPDX-License-Identifier: MIT */
/*
 * The console as a terminal: isatty, tcgetattr, tcsetattr, the foreground process. There is a terminal only
 * in an interactive session; otherwise the console is a pair of byte streams.
 */
#include "posix/posix.h"
#include <errno.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/termios.h>
#include <unistd.h>

#define ASK	   UINT64_MAX
#define CONTROL(c) ((c) - '@')

static err_t terminal_call(int fd, uint64_t new, uint64_t *mode, uint64_t *window)
{
	struct message m = message_make(VFS_TTY_MODE, (uint64_t)(int64_t)fd, new);

	ipc_call(SLOT_VFS, &m);
	*mode = m.w[0];
	*window = m.w[1];
	return message_error(&m);
}

static err_t mode_call(int fd, uint64_t new, uint64_t *mode)
{
	uint64_t window;

	return terminal_call(fd, new, mode, &window);
}

int isatty(int fd)
{
	uint64_t mode;
	err_t error = mode_call(fd, ASK, &mode);

	if (error == E_OK)
		return 1;
	posix_fail(error);
	return 0;
}

int tcgetattr(int fd, struct termios *out)
{
	uint64_t mode;
	err_t error = mode_call(fd, ASK, &mode);

	if (error != E_OK)
		return posix_fail(error);
	*out = (struct termios){
		.c_iflag = ICRNL,
		.c_oflag = OPOST | ONLCR,
		.c_cflag = CS8 | CREAD,
		.c_cc = {[VEOF] = CONTROL('D'),
			 [VERASE] = 0x7f,
			 [VINTR] = CONTROL('C'),
			 [VKILL] = CONTROL('U'),
			 [VMIN] = 1},
	};
	out->c_lflag = (mode & TTY_LINE ? ICANON | ECHOE | ECHOK : 0) | (mode & TTY_ECHO ? ECHO : 0) |
		       (mode & TTY_SIGNAL ? ISIG : 0);
	return 0;
}

/* Output is never held back, so it does not matter when. */
int tcsetattr(int fd, int when, const struct termios *in)
{
	uint64_t mode = (in->c_lflag & ICANON ? TTY_LINE : 0) | (in->c_lflag & ECHO ? TTY_ECHO : 0) |
			(in->c_lflag & ISIG ? TTY_SIGNAL : 0);

	if (when != TCSANOW && when != TCSADRAIN && when != TCSAFLUSH)
		return posix_fail(E_ARGUMENT);
	return posix_result(mode_call(fd, mode, &mode));
}

/* Of the host's terminal; 0 and 0: it has not told. */
int tcgetwinsize(int fd, struct winsize *size)
{
	uint64_t mode, window;
	err_t error = terminal_call(fd, ASK, &mode, &window);

	if (error != E_OK)
		return posix_fail(error);
	*size = (struct winsize){.ws_col = (unsigned short)window, .ws_row = (unsigned short)(window >> 16)};
	return 0;
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;

	if (request != TIOCGWINSZ)
		return posix_fail(E_ARGUMENT);
	va_start(arguments, request);
	int done = tcgetwinsize(fd, va_arg(arguments, struct winsize *));
	va_end(arguments);
	return done;
}

speed_t cfgetispeed(const struct termios *mode)
{
	(void)mode;
	return B115200;
}

speed_t cfgetospeed(const struct termios *mode)
{
	(void)mode;
	return B115200;
}

void cfmakeraw(struct termios *mode)
{
	mode->c_iflag &= ~(tcflag_t)(BRKINT | ICRNL | INPCK | ISTRIP | IXON);
	mode->c_oflag &= ~(tcflag_t)OPOST;
	mode->c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ICANON | IEXTEN | ISIG);
	mode->c_cc[VMIN] = 1;
	mode->c_cc[VTIME] = 0;
}

/* A process with its descendants stands for a group: Ctrl-C ends them. */
int tcsetpgrp(int fd, pid_t pid)
{
	struct message m = message_make(PROC_FOREGROUND, (uint64_t)pid, 0);

	if (!isatty(fd))
		return -1;
	if (pid <= 0)
		return posix_fail(E_ARGUMENT);
	ipc_call(SLOT_PROC, &m);
	return posix_result(message_error(&m));
}
