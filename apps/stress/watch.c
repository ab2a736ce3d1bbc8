/* SPDX-License-Identifier: MIT */
/*
 * The watcher: starts runners, gathers their records, prints a line for each, and lets go when all have met
 * their limit. It asks for no memory once a runner has begun: its pages are its own by then.
 */
#include "stress.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNNERS_MAX 48
#define NAP_MS	    10
#define LINGER_MS   200 /* after the first met a limit: so long others below that runner may go on */

enum state {
	RUNNER_ENDED, /* and all below it */
	RUNNER_RUNS,
	RUNNER_LETS_GO,
};

struct runner {
	pid_t pid;
	enum state state;
	int report, stop; /* read end, write end */
	unsigned long count;
	char met[24];
	bool told;
	uint64_t met_ms; /* when */
};

static struct {
	const struct mode *mode;
	unsigned long most, alive;
	bool hold;
	char line[160];
	struct runner runners[RUNNERS_MAX];
} watch;

static uint64_t now_ms(void)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void runner_tell(struct runner *runner)
{
	int length = snprintf(watch.line, sizeof(watch.line), "stress: mode=%s count=%lu unit=%s met=%s\n",
			      watch.mode->name, runner->count, watch.mode->unit, runner->met);
	ssize_t done = write(1, watch.line, (size_t)length);

	(void)done;
	runner->told = true;
}

/* Two pipes and a process, or nothing. False: errno says why. */
static bool runner_start(struct runner *runner)
{
	int report[2], stop[2];

	if (pipe(report) != 0)
		return false;
	if (pipe(stop) != 0) {
		close(report[0]);
		close(report[1]);
		return false;
	}
	runner->pid = fork();
	if (runner->pid == 0) {
		for (unsigned long i = 0; i < watch.alive; i++)
			if (watch.runners[i].state != RUNNER_ENDED) {
				close(watch.runners[i].report);
				close(watch.runners[i].stop);
			}
		close(report[0]);
		close(stop[1]);
		runner_become(watch.mode, watch.most, report[1], stop[0]);
	}
	close(report[1]);
	close(stop[0]);
	runner->report = report[0];
	runner->stop = stop[1];
	runner->count = 0;
	runner->state = RUNNER_RUNS;
	if (runner->pid > 0)
		return true;
	close(report[0]);
	close(stop[1]);
	runner->state = RUNNER_ENDED;
	return false;
}

static void runner_let_go(struct runner *runner)
{
	if (runner->state == RUNNER_RUNS)
		close(runner->stop);
	runner->state = RUNNER_LETS_GO;
}

static void name_signal(struct runner *runner, int number)
{
	static const char names[][8] = {
		[SIGBUS] = "SIGBUS", [SIGKILL] = "SIGKILL", [SIGSEGV] = "SIGSEGV", [SIGTERM] = "SIGTERM"};
	bool has_name = (size_t)number < sizeof(names) / sizeof(*names) && names[number][0] != 0;

	if (has_name)
		strcpy(runner->met, names[number]);
	else
		snprintf(runner->met, sizeof(runner->met), "signal-%d", number);
}

/* The last process below it has ended. */
static void runner_end(struct runner *runner)
{
	int status = 0;

	close(runner->report);
	runner_let_go(runner);
	runner->state = RUNNER_ENDED;
	if (waitpid(runner->pid, &status, 0) == runner->pid && WIFSIGNALED(status) && runner->met[0] == 0)
		name_signal(runner, WTERMSIG(status));
	if (runner->met[0] == 0)
		strcpy(runner->met, "nothing");
	if (!runner->told)
		runner_tell(runner);
	if (watch.mode->clean != NULL)
		watch.mode->clean((unsigned long)runner->pid);
}

/* Take one record if there is one. */
static bool runner_hear(struct runner *runner)
{
	struct pollfd report = {.fd = runner->report, .events = POLLIN};
	struct record record;

	if (poll(&report, 1, 0) <= 0)
		return false;
	if (read(runner->report, &record, sizeof(record)) != sizeof(record)) {
		runner_end(runner);
		return false;
	}
	runner->count += record.count;
	if (runner->met[0] == 0 && record.met[0] != 0) {
		memcpy(runner->met, record.met, sizeof(record.met));
		runner->met_ms = now_ms();
	}
	return true;
}

static void runner_look(struct runner *runner)
{
	while (runner->state != RUNNER_ENDED && runner_hear(runner))
		;
	if (runner->state == RUNNER_ENDED || runner->met[0] == 0)
		return;
	if (!runner->told && now_ms() - runner->met_ms >= LINGER_MS)
		runner_tell(runner);
}

/* All have told, or have ended: what they hold together is at its greatest. */
static bool all_have_told(void)
{
	for (unsigned long i = 0; i < watch.alive; i++)
		if (!watch.runners[i].told)
			return false;
	return true;
}

static bool any_is_left(void)
{
	for (unsigned long i = 0; i < watch.alive; i++)
		if (watch.runners[i].state != RUNNER_ENDED)
			return true;
	return false;
}

static bool runner_go(const struct runner *runner)
{
	return write(runner->stop, "g", 1) == 1;
}

static void look_at_all(void)
{
	for (unsigned long i = 0; i < watch.alive; i++) {
		struct runner *runner = &watch.runners[i];

		runner_look(runner);
		if (watch.hold && runner->state == RUNNER_ENDED && runner_start(runner))
			(void)runner_go(runner);
	}
	for (unsigned long i = 0; !watch.hold && all_have_told() && i < watch.alive; i++)
		if (watch.runners[i].state == RUNNER_RUNS)
			runner_let_go(&watch.runners[i]);
	runner_sleep_ms(NAP_MS);
}

/*
 * After a fork the first store to a page needs a frame for its copy: so every page that is written to later
 * is written to now, while there are frames.
 */
static void own_pages(void)
{
	volatile char *bytes = (volatile char *)&watch;

	for (size_t i = 0; i < sizeof(watch); i += 64)
		bytes[i] = bytes[i];
	look_at_all();
}

int watch_mode(const struct mode *mode, unsigned long most, unsigned long alive, bool hold)
{
	if (alive > RUNNERS_MAX) {
		fprintf(stderr, "stress: --alive %lu: at most %d\n", alive, RUNNERS_MAX);
		return 2;
	}
	watch.mode = mode;
	watch.most = most;
	watch.alive = alive;
	watch.hold = hold;
	signal(SIGPIPE, SIG_IGN);
	for (unsigned long i = 0; i < alive; i++)
		if (!runner_start(&watch.runners[i])) {
			fprintf(stderr, "stress: %s: %s\n", mode->name, strerror(errno));
			return 1;
		}
	own_pages();
	for (unsigned long i = 0; i < alive; i++)
		if (!runner_go(&watch.runners[i]))
			return 1;
	while (any_is_left())
		look_at_all();
	return 0;
}
