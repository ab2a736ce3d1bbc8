/* SPDX-License-Identifier: MIT */
/*
 * pager run NAME PROGRAM ARG...: PROGRAM's anonymous memory, that of its children too, comes from the pager
 * NAME. A pager that does not serve yet is started, as the program of that name, and ends with its last
 * client: by itself if it looks at PAGER_UNTIL_UNUSED, as libpager does, else by SIGTERM. The status is
 * PROGRAM's.
 */
#define _GNU_SOURCE /* pipe2 */
#include "command.h"
#include <errno.h>
#include <fcntl.h>
#include <pagoda/error.h>
#include <pagoda/pager.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STEP_NS	      10000000l /* 10 ms */
#define START_STEPS   1000	/* to register: its grant is zeroed meanwhile */
#define READY_STEPS   300	/* to say so in its report, which a pager need not do */
#define END_STEPS     300	/* after its last client */
#define STATUS_SIGNAL 128
#define NOT_FOUND     127
#define NOT_STARTED   126

static void wait_step(void)
{
	nanosleep(&(struct timespec){.tv_nsec = STEP_NS}, NULL);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

_Noreturn static void exec_program(char **argv)
{
	execvp(argv[0], argv);
	int reason = errno;
	fprintf(stderr, "pager: %s: %s\n", argv[0], strerror(reason));
	_exit(reason == ENOENT ? NOT_FOUND : NOT_STARTED);
}

/* @client: when it has ended, nobody comes any more. */
static pid_t start_pager(char *path, pid_t client)
{
	char *argv[] = {path, NULL}, text[24];
	pid_t pid = fork();

	if (pid == 0) {
		snprintf(text, sizeof(text), "%ld", (long)client);
		setenv(PAGER_UNTIL_UNUSED, text, 1);
		exec_program(argv);
	}
	return pid;
}

/* Until the pager @pid serves under its name. False: it has ended, or does not come. */
static bool wait_until_it_serves(const char *name, pid_t pid)
{
	struct pager_custom pager;
	int status, ready = 0;

	for (int step = 0; step < START_STEPS; step++) {
		bool is_there = pager_find(name, &pager) == E_OK;

		if (is_there && (pager.report_frames_used != 0 || ++ready == READY_STEPS))
			return true;
		if (waitpid(pid, &status, WNOHANG) == pid) {
			fprintf(stderr, "pager: %s ended before it was a pager\n", name);
			return false;
		}
		wait_step();
	}
	fprintf(stderr, "pager: %s does not become a pager of that name\n", name);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return false;
}

/* It ends by itself when nobody needs it, or is told to. */
static void end_pager(const char *name, pid_t pid)
{
	struct pager_custom pager;
	int status;

	for (int idle = 0; idle < END_STEPS;) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return;
		bool needed = pager_find(name, &pager) == E_OK &&
			      (pager.clients != 0 || pager.supplied_spaces != 0);
		idle = needed ? 0 : idle + 1;
		wait_step();
	}
	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
}

/* The program's process, which waits until it is told, by a byte, to begin. */
static pid_t fork_program(const char *name, char **argv, int *begin)
{
	int ends[2];
	ssize_t told;
	char byte;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	pid_t pid = fork();
	*begin = ends[1];
	if (pid != 0) {
		close(ends[0]);
		return pid;
	}
	close(ends[1]);
	told = read(ends[0], &byte, 1);
	if (told < 0)
		fprintf(stderr, "pager: %s: %s\n", argv[0], strerror(errno));
	if (told != 1)
		_exit(NOT_STARTED);
	err_t error = pager_set_supplier(name, true);
	if (error == E_OK)
		exec_program(argv);
	fprintf(stderr, "pager: %s: %s\n", name, error == E_NO_ENTRY ? "no such pager" : error_text(error));
	_exit(NOT_STARTED);
}

static int wait_for(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		return NOT_STARTED;
	return WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_SIGNAL + WTERMSIG(status);
}

int command_run(int argc, char **argv)
{
	const char *name = base_name(argv[0]);
	struct pager_custom pager;
	pid_t started = 0;
	int begin;

	(void)argc;
	pid_t program = fork_program(name, argv + 1, &begin);
	if (program > 0 && pager_find(name, &pager) != E_OK)
		started = start_pager(argv[0], program);
	if (program < 0 || started < 0)
		fprintf(stderr, "pager: %s: %s\n", name, strerror(errno));
	if (program < 0)
		return NOT_STARTED;
	signal(SIGPIPE, SIG_IGN); /* the program may have ended; its status says so */
	if (started != 0 && (started < 0 || !wait_until_it_serves(name, started)))
		started = 0;
	else if (write(begin, "", 1) != 1 && errno != EPIPE)
		fprintf(stderr, "pager: %s: %s\n", argv[1], strerror(errno));
	close(begin);
	int status = wait_for(program);
	if (started != 0)
		end_pager(name, started);
	return status;
}
