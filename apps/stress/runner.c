/* SPDX-License-Identifier: MIT */
/* A runner, and the processes below it: what they tell the watcher, and what they hear. */
#include "stress.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BREED 8 /* children that begin before their parent makes more */

static struct {
	int report, stop;
} pipes;

static const struct {
	int error;
	const char *name;
} errors[] = {
	{EAGAIN, "EAGAIN"}, {ENOMEM, "ENOMEM"}, {EMFILE, "EMFILE"}, {ENFILE, "ENFILE"},
	{ENOSPC, "ENOSPC"}, {EMLINK, "EMLINK"}, {EFBIG, "EFBIG"},   {EACCES, "EACCES"},
	{EINVAL, "EINVAL"}, {EPERM, "EPERM"},	{EPIPE, "EPIPE"},   {ENAMETOOLONG, "ENAMETOOLONG"},
};

static void tell(const struct record *record)
{
	ssize_t done = write(pipes.report, record, sizeof(*record));

	(void)done; /* the watcher has gone: so will this process, at its next look */
}

void runner_count(unsigned long more)
{
	tell(&(struct record){.count = more});
}

void runner_met_name(const char *name)
{
	struct record record = {0};

	snprintf(record.met, sizeof(record.met), "%s", name);
	tell(&record);
}

void runner_met(int error)
{
	char text[24];

	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		if (errors[i].error == error) {
			runner_met_name(errors[i].name);
			return;
		}
	snprintf(text, sizeof(text), "errno-%d", error);
	runner_met_name(text);
}

void runner_sleep_ms(long ms)
{
	nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

bool runner_goes_on(void)
{
	struct pollfd stop = {.fd = pipes.stop, .events = POLLIN};

	return poll(&stop, 1, 0) <= 0;
}

int runner_poll(int silent)
{
	struct pollfd both[] = {{.fd = pipes.stop, .events = POLLIN}, {.fd = silent, .events = POLLIN}};

	return poll(both, 2, -1);
}

/* Waiting takes room at the vfs, which may be what was exhausted. */
void runner_wait(void)
{
	char byte;

	while (read(pipes.stop, &byte, 1) < 0)
		runner_sleep_ms(100);
}

void runner_breed(unsigned long most, void (*work)(void))
{
	for (unsigned long i = 0; i < most && runner_goes_on(); i++) {
		pid_t pid = fork();

		if (pid == 0) {
			work();
			_exit(0);
		}
		if (pid < 0) {
			runner_met(errno);
			return;
		}
		if (i % BREED == BREED - 1)
			runner_sleep_ms(1);
	}
}

void runner_become(const struct mode *mode, unsigned long most, int report, int stop)
{
	char go;

	pipes.report = report;
	pipes.stop = stop;
	if (read(stop, &go, 1) != 1)
		_exit(1);
	mode->run(most);
	runner_met_name("nothing"); /* unless it has met something before */
	runner_wait();
	_exit(0);
}
