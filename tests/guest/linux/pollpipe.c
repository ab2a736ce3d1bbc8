// SPDX-License-Identifier: MIT
// pollpipe: two children write to two pipes; the parent waits for both with poll, then with select, and for
// nothing with a timeout.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int start_writer(char letter, int count)
{
	int ends[2];

	if (pipe(ends) < 0) {
		perror("pipe");
		exit(1);
	}
	if (fork() == 0) {
		close(ends[0]);
		for (int i = 0; i < count; i++) {
			if (write(ends[1], &letter, 1) != 1)
				_exit(1);
			usleep(1000);
		}
		_exit(0);
	}
	close(ends[1]);
	return ends[0];
}

static int drain(int fd, int *bytes)
{
	char buffer[64];
	ssize_t got = read(fd, buffer, sizeof(buffer));

	if (got > 0)
		*bytes += got;
	return got > 0;
}

static void with_poll(void)
{
	struct pollfd fds[2] = {{start_writer('a', 20), POLLIN, 0}, {start_writer('b', 10), POLLIN, 0}};
	int bytes[2] = {0}, open = 2;

	while (open > 0) {
		if (poll(fds, 2, -1) < 0) {
			perror("poll");
			exit(1);
		}
		for (int i = 0; i < 2; i++)
			if (fds[i].revents && !drain(fds[i].fd, &bytes[i])) {
				close(fds[i].fd);
				fds[i].fd = -1;
				open--;
			}
	}
	printf("poll: %d and %d bytes\n", bytes[0], bytes[1]);
}

static void with_select(void)
{
	int fds[2] = {start_writer('c', 15), start_writer('d', 5)}, bytes[2] = {0}, open = 2;

	while (open > 0) {
		fd_set readable;
		int top = -1;
		FD_ZERO(&readable);
		for (int i = 0; i < 2; i++)
			if (fds[i] >= 0) {
				FD_SET(fds[i], &readable);
				top = fds[i] > top ? fds[i] : top;
			}
		if (select(top + 1, &readable, NULL, NULL, NULL) < 0) {
			perror("select");
			exit(1);
		}
		for (int i = 0; i < 2; i++)
			if (fds[i] >= 0 && FD_ISSET(fds[i], &readable) && !drain(fds[i], &bytes[i])) {
				close(fds[i]);
				fds[i] = -1;
				open--;
			}
	}
	printf("select: %d and %d bytes\n", bytes[0], bytes[1]);
}

static void with_timeout(void)
{
	int ends[2];
	struct timespec before, after;
	char full[4096] = {0};

	if (pipe2(ends, O_NONBLOCK) < 0)
		perror("pipe2");
	struct pollfd fds[2] = {{ends[0], POLLIN, 0}, {ends[1], POLLOUT, 0}};
	clock_gettime(CLOCK_MONOTONIC, &before);
	printf("empty pipe: %d", poll(fds, 1, 30));
	clock_gettime(CLOCK_MONOTONIC, &after);
	long ms = (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000;
	printf(" in time: %d\n", ms >= 29 && ms < 10000);
	printf("read of an empty pipe: %d", (int)read(ends[0], full, 1));
	printf(" %s\n", strerror(errno));
	printf("writable: %d", poll(&fds[1], 1, 0));
	printf(" %d\n", fds[1].revents == POLLOUT);
	while (write(ends[1], full, sizeof(full)) > 0)
		;
	printf("full pipe: %s", strerror(errno));
	printf(", writable %d\n", poll(&fds[1], 1, 0));
	close(ends[0]);
	printf("no reader: %d", poll(&fds[1], 1, 0));
	printf(" %d\n", (fds[1].revents & POLLERR) != 0);
	struct pollfd bad = {77, POLLIN, 0};
	printf("closed: %d", poll(&bad, 1, 0));
	printf(" %d\n", bad.revents == POLLNVAL);
}

int main(void)
{
	with_poll();
	with_select();
	with_timeout();
	while (wait(NULL) > 0)
		;
	return 0;
}
