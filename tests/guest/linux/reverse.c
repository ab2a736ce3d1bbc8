// SPDX-License-Identifier: MIT
// reverse [-b] FILE...: the lines of files from the last to the first, found by fgetpos; complains with
// <err.h>.
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define LINES_MAX 100

static int reverse(const char *name)
{
	fpos_t places[LINES_MAX];
	int lines = 0, c = '\n', last;
	FILE *file = fopen(name, "r");

	if (file == NULL) {
		warn("%s", name);
		return EX_NOINPUT;
	}
	do {
		last = c;
		if (last == '\n' && (lines == LINES_MAX || fgetpos(file, &places[lines++]) != 0))
			errx(EX_DATAERR, "%s: more than %d lines", name, LINES_MAX);
		c = getc_unlocked(file);
	} while (c != EOF);
	while (lines-- > 0) {
		if (fsetpos(file, &places[lines]) != 0)
			err(EX_IOERR, "%s", name);
		while ((c = getc_unlocked(file)) != EOF && c != '\n')
			putchar_unlocked(c);
		if (c != EOF || lines > 0)
			putchar_unlocked('\n');
	}
	fclose(file);
	return EX_OK;
}

static void check_time(void)
{
	struct timespec before, after, until;

	if (timespec_get(&before, TIME_UTC) != TIME_UTC)
		errx(EX_OSERR, "timespec_get");
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += 20000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	errno = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
	if (errno != 0)
		warn("clock_nanosleep");
	timespec_get(&after, TIME_UTC);
	if (after.tv_sec * 1e9 + after.tv_nsec - before.tv_sec * 1e9 - before.tv_nsec < 1.9e7)
		warnx("slept for too short a time");
}

static void last_words(void)
{
	write(STDERR_FILENO, "quick\n", 6);
}

static void check_quick_exit(void)
{
	struct rusage usage;
	int status;
	pid_t child = fork();

	if (child == 0) {
		at_quick_exit(last_words);
		quick_exit(EX_PROTOCOL);
	}
	if (wait4(child, &status, 0, &usage) != child)
		err(EX_OSERR, "wait4");
	warnx("child: %d, time used: %d", WEXITSTATUS(status), usage.ru_utime.tv_sec < 60);
}

int main(int argc, char **argv)
{
	int status = EX_OK;

	if (argc < 2)
		errx(EX_USAGE, "usage: reverse FILE...");
	if (strcmp(argv[1], "-b") == 0) {
		check_time();
		check_quick_exit();
		errno = EBUSY;
		err(EX_TEMPFAIL, NULL);
	}
	for (int i = 1; i < argc; i++) {
		int result = reverse(argv[i]);
		if (status == EX_OK)
			status = result;
	}
	return status;
}
