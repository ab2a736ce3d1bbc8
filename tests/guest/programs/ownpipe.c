/* SPDX-License-Identifier: MIT */
/*
 * ownpipe: with all cache taken, by a file and by pipes, a process that writes into its own pipe more than
 * one page waits for a page; it goes on when the file is removed, though nobody reads. Meanwhile requests
 * cost others what they did, and their answers are their own, though somebody polls the console. Prints what
 * requests cost before and beside, and `ok ownpipe`.
 */
#include "check.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define NAME	   "/tmp/ownpipe"
#define CHUNK	   (1ul << 20)
#define PAGE	   4096
#define PIPES_MAX  120
#define WAITS_MS   100
#define PATIENT_MS 10000
#define ASKED	   1000
#define ANSWERS_MS 300

static char chunk[CHUNK];

static void take_all_by_file(void)
{
	int fd = open(NAME, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CHECK(fd >= 0);
	while (write(fd, chunk, CHUNK) > 0)
		;
	CHECK(errno == ENOSPC && close(fd) == 0);
}

/* What a file may not have. False: that was the last page. */
static bool take_by_pipe(void)
{
	int ends[2];
	ssize_t taken;

	if (pipe(ends) != 0)
		return false;
	CHECK(fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0);
	taken = write(ends[1], chunk, CHUNK);
	CHECK(taken > 0);
	return taken > PAGE;
}

static pid_t start_writer(int *ends)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(write(ends[1], chunk, PAGE) == PAGE ? 0 : 1);
	CHECK(pid > 0);
	return pid;
}

static void await(pid_t pid)
{
	uint64_t end = now_ms() + PATIENT_MS;
	int status;
	pid_t ended;

	while ((ended = waitpid(pid, &status, WNOHANG)) == 0 && now_ms() < end)
		sleep_ms(1);
	if (ended == 0)
		(void)kill(pid, SIGKILL);
	CHECK(ended == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Takes what is typed as it comes, and always waits for more. */
static pid_t start_poller(void)
{
	struct pollfd typed = {.fd = 0, .events = POLLIN};
	pid_t pid = fork();
	char some[64];

	CHECK(pid >= 0);
	while (pid == 0) {
		if (poll(&typed, 1, -1) != 1 || read(0, some, sizeof(some)) <= 0)
			_exit(0);
	}
	return pid;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	CHECK(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* What a request costs that has nothing to do with pipes. */
static uint64_t request_ns(int fd)
{
	uint64_t start = now_ns();

	for (int i = 0; i < ASKED; i++)
		CHECK(fcntl(fd, F_GETFL) == O_RDONLY);
	return (now_ns() - start) / ASKED;
}

/* Answers of many words come whole. */
static void answers_are_mine(int fd, const struct stat *known)
{
	uint64_t end = now_ms() + ANSWERS_MS;
	struct stat told;

	while (now_ms() < end) {
		memset(&told, 0x55, sizeof(told));
		CHECK(fstat(fd, &told) == 0 && told.st_ino == known->st_ino &&
		      told.st_mode == known->st_mode && told.st_size == known->st_size &&
		      told.st_mtime == known->st_mtime && told.st_nlink == known->st_nlink);
	}
}

int main(void)
{
	int ends[2], pipes = 0, fd = open("/bin/true", O_RDONLY);
	uint64_t before = request_ns(fd);
	struct stat known;
	pid_t writer, poller;

	CHECK(fstat(fd, &known) == 0 && pipe(ends) == 0 && write(ends[1], chunk, PAGE) == PAGE);
	take_all_by_file();
	while (pipes < PIPES_MAX && take_by_pipe())
		pipes++;
	CHECK(pipes < PIPES_MAX);
	writer = start_writer(ends);
	sleep_ms(WAITS_MS);
	printf("request_ns before=%lu beside=%lu\n", before, request_ns(fd));
	poller = start_poller();
	answers_are_mine(fd, &known);
	CHECK(kill(poller, SIGKILL) == 0 && waitpid(poller, NULL, 0) == poller);
	CHECK(waitpid(writer, NULL, WNOHANG) == 0 && unlink(NAME) == 0);
	await(writer);
	printf("ok ownpipe\n");
	return 0;
}
