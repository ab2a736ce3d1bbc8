/* SPDX-License-Identifier: MIT */
/* poll, ppoll, select, pselect over VFS_POLL. */
#include "posix/posix.h"
#include <errno.h>
#include <pagoda/inspect.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/select.h>
#include <sys/time.h>

#define NS_PER_MS 1000000l
#define MS_PER_S  1000
#define AT_ONCE	  0

_Static_assert(sizeof(struct pollfd) == sizeof(struct vfs_poll) && POLLIN == POLL_BIT_IN &&
		       POLLOUT == POLL_BIT_OUT && POLLERR == POLL_BIT_ERROR && POLLHUP == POLL_BIT_HANG_UP &&
		       POLLNVAL == POLL_BIT_INVALID,
	       "poll() as in the vfs's requests");

static int poll_until(struct pollfd *files, nfds_t count, uint64_t deadline)
{
	struct message m;
	err_t error;

	if (count > VFS_POLL_MAX)
		return posix_fail(E_ARGUMENT);
	do {
		m = message_make(VFS_POLL, deadline, count);
		m.tag = TAG(VFS_POLL, MESSAGE_REGISTERS + count);
		memcpy(&message_page()->words[MESSAGE_REGISTERS], files, count * sizeof(*files));
		ipc_call(SLOT_VFS, &m);
		error = message_error(&m);
	} while (error == E_OK && m.w[1] != 0);
	if (error != E_OK)
		return posix_fail_full(error, EAGAIN);
	const struct vfs_poll *entries = (const struct vfs_poll *)&message_page()->words[MESSAGE_REGISTERS];
	for (nfds_t i = 0; i < count; i++)
		files[i].revents = (short)entries[i].seen;
	return (int)m.w[0];
}

/* NULL: never. */
static uint64_t deadline_of(const struct timespec *timeout)
{
	if (timeout == NULL)
		return DEADLINE_NEVER;
	if (timeout->tv_sec == 0 && timeout->tv_nsec == 0)
		return AT_ONCE;
	return posix_deadline_after(timeout);
}

int poll(struct pollfd *files, nfds_t count, int timeout_ms)
{
	struct timespec timeout = {timeout_ms / MS_PER_S, timeout_ms % MS_PER_S * NS_PER_MS};

	return poll_until(files, count, deadline_of(timeout_ms < 0 ? NULL : &timeout));
}

int ppoll(struct pollfd *files, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
	sigset_t before;

	if (timeout != NULL && !posix_timespec_is_good(timeout))
		return posix_fail(E_ARGUMENT);
	if (mask != NULL)
		sigprocmask(SIG_SETMASK, mask, &before);
	int ready = poll_until(files, count, deadline_of(timeout));
	if (mask != NULL)
		sigprocmask(SIG_SETMASK, &before, NULL);
	return ready;
}

struct sets {
	fd_set *in, *out, *except;
};

static bool is_in(int fd, const fd_set *set)
{
	return set != NULL && FD_ISSET(fd, set);
}

/* The files of all sets; their number, or -1: too many. */
static int sets_gather(const struct sets *sets, int end, struct pollfd *files)
{
	int count = 0;

	for (int fd = 0; fd < end; fd++) {
		short events = (is_in(fd, sets->in) ? POLLIN : 0) | (is_in(fd, sets->out) ? POLLOUT : 0);
		if (events == 0 && !is_in(fd, sets->except))
			continue;
		if (count == VFS_POLL_MAX)
			return -1;
		files[count++] = (struct pollfd){.fd = fd, .events = events};
	}
	return count;
}

/* Clear the bit of what is not ready. */
static int keep(fd_set *set, const struct pollfd *file, short bits)
{
	if (!is_in(file->fd, set))
		return 0;
	if (file->revents & bits)
		return 1;
	FD_CLR(file->fd, set);
	return 0;
}

/* A pipe without a writer can be read (it has ended), one without a reader written (it fails). */
static int sets_tell(const struct sets *sets, const struct pollfd *files, int count)
{
	int bits = 0;

	for (int i = 0; i < count; i++) {
		bits += keep(sets->in, &files[i], POLLIN | POLLHUP);
		bits += keep(sets->out, &files[i], POLLOUT | POLLERR);
		bits += keep(sets->except, &files[i], POLLPRI);
	}
	return bits;
}

int pselect(int end, fd_set *in, fd_set *out, fd_set *except, const struct timespec *timeout,
	    const sigset_t *mask)
{
	struct sets sets = {in, out, except};
	struct pollfd files[VFS_POLL_MAX];
	int count = end >= 0 && end <= FD_SETSIZE ? sets_gather(&sets, end, files) : -1;

	if (count < 0)
		return posix_fail(E_ARGUMENT);
	if (ppoll(files, (nfds_t)count, timeout, mask) < 0)
		return -1;
	for (int i = 0; i < count; i++)
		if (files[i].revents & POLLNVAL)
			return posix_fail(E_BAD_FD);
	return sets_tell(&sets, files, count);
}

int select(int end, fd_set *in, fd_set *out, fd_set *except, struct timeval *timeout)
{
	struct timespec precise;

	if (timeout == NULL)
		return pselect(end, in, out, except, NULL, NULL);
	precise = (struct timespec){timeout->tv_sec, timeout->tv_usec * 1000};
	return pselect(end, in, out, except, &precise, NULL);
}
