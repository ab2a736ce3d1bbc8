/* SPDX-License-Identifier: MIT */
/* Parts that run programs: long arguments, scripts, the shell's pipelines; and programs that are killed. */
#include "work.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS	   260
#define WORD_BYTES 63
#define OUT	   WORK_FOLDER "/out"

void part_exec(void)
{
	static char words[WORDS][WORD_BYTES + 1], text[WORDS * (WORD_BYTES + 1) + 1];
	static char *argv[WORDS + 2] = {"/bin/echo"};
	char *at = text;

	for (int i = 0; i < WORDS; i++) {
		snprintf(words[i], sizeof(words[i]), "word%059d", i);
		argv[i + 1] = words[i];
		at += sprintf(at, "%s%c", words[i], i + 1 < WORDS ? ' ' : '\n');
	}
	work_wait(work_start(OUT, argv), 0);
	if (!work_file_is(OUT, text))
		exit(WORK_NOT_WHOLE);
}

void part_script(void)
{
	static const char script[] = "#!/bin/sh -e\necho \"$0 $1 $2\"\necho two\n";
	char *const argv[] = {WORK_FOLDER "/script", "first", "second word", NULL};
	int fd = (int)TRY(open(argv[0], O_WRONLY | O_CREAT, 0700), EMFILE, ENOMEM, ENOSPC);

	work_write(fd, script, sizeof(script) - 1);
	MUST(close(fd) == 0);
	work_wait(work_start(OUT, argv), 0);
	if (!work_file_is(OUT, WORK_FOLDER "/script first second word\ntwo\n"))
		exit(WORK_NOT_WHOLE);
}

void part_shell(void)
{
	char *const argv[] = {
		"/bin/sh", "-c",
		"seq 1 60 | grep 7 | wc -l; for i in a b; do echo $i | cat; done; "
		"x=$(echo inner; (cd /bin; pwd)); echo \"$x\"; cat <<END | tail -n 1\none\nlast\nEND",
		NULL};

	work_wait(work_start(OUT, argv), 0);
	if (!work_file_is(OUT, "6\na\nb\ninner\n/bin\nlast\n"))
		exit(WORK_NOT_WHOLE);
}

static int wait_in_read(void *context)
{
	char byte;

	TRY(read(*(int *)context, &byte, 1), ENOBUFS, ENOMEM);
	return WORK_WRONG;
}

static int wait_in_poll(void *context)
{
	struct pollfd entry = {.fd = *(int *)context, .events = POLLIN};

	TRY(poll(&entry, 1, -1), ENOMEM, EAGAIN);
	return WORK_WRONG;
}

static int wait_in_sleep(void *context)
{
	(void)context;
	work_sleep_ms(100000);
	return WORK_WRONG;
}

static int wait_for_child(void *context)
{
	pid_t pid = work_fork(wait_in_sleep, context);
	int status;

	kill(pid, SIGTERM);
	MUST(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
	return wait_in_sleep(context);
}

/* Makes and ends things until it is killed in the middle of it. */
static int be_busy(void *context)
{
	for (;;) {
		char *at = TRY_MAP(
			mmap(NULL, 20 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
			ENOMEM);
		int fd = (int)TRY(open(WORK_FOLDER "/busy", O_RDWR | O_CREAT | O_TRUNC, 0600), EMFILE, ENOMEM,
				  ENOSPC);

		memset(at, *(int *)context, 20 * PAGE);
		work_write(fd, at, 3 * PAGE);
		MUST(close(fd) == 0);
		TRY(munmap(at, 20 * PAGE), ENOMEM);
	}
}

void part_kill(void)
{
	int (*const run[])(void *) = {wait_in_read, wait_in_poll, wait_in_sleep, wait_for_child, be_busy};
	int ends[2], count = sizeof(run) / sizeof(run[0]);
	pid_t pids[sizeof(run) / sizeof(run[0])];

	TRY(pipe(ends), EMFILE, ENOMEM);
	for (int i = 0; i < count; i++)
		pids[i] = work_fork(run[i], &ends[0]);
	work_sleep_ms(5);
	for (int i = count - 1; i >= 0; i--) {
		MUST(kill(pids[i], SIGUSR1) == 0);
		work_wait(pids[i], SIGUSR1);
	}
	MUST(close(ends[0]) == 0 && close(ends[1]) == 0);
}
