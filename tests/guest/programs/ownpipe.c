/* SPDX-License-Identifier: MIT */
/*
 * ownpipe: with all cache taken, by a file and by pipes, a process that writes into its own pipe more than
 * one page waits for a page; it goes on when the file is removed, though nobody reads. Prints `ok ownpipe`.
 */
#include "check.h"
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>

#define NAME	   "/tmp/ownpipe"
#define CHUNK	   (1ul << 20)
#define PAGE	   4096
#define PIPES_MAX  120
#define WAITS_MS   100
#define PATIENT_MS 10000

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

int main(void)
{
	int ends[2], pipes = 0;
	pid_t writer;

	CHECK(pipe(ends) == 0 && write(ends[1], chunk, PAGE) == PAGE);
	take_all_by_file();
	while (pipes < PIPES_MAX && take_by_pipe())
		pipes++;
	CHECK(pipes < PIPES_MAX);
	writer = start_writer(ends);
	sleep_ms(WAITS_MS);
	CHECK(waitpid(writer, NULL, WNOHANG) == 0);
	CHECK(unlink(NAME) == 0);
	await(writer);
	printf("ok ownpipe\n");
	return 0;
}
