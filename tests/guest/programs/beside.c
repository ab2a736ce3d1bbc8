/* SPDX-License-Identifier: MIT */
/*
 * beside N: how long the session's first process waits beside whatever else runs. N times it sleeps 20 ms,
 * and N times it starts a job of its own that ends at once. Then all ends. One line: the longest of each, in
 * ticks past what it asked for.
 */
#include <pagoda/inspect.h>
#include <pagoda/session.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SLEEP_MS 20ul

static uint64_t ticks_now(void)
{
	uint64_t ticks;

	__asm__ volatile("rdtime %0" : "=r"(ticks));
	return ticks;
}

static uint64_t sleep_late(void)
{
	const struct timespec time = {.tv_nsec = SLEEP_MS * 1000000};
	uint64_t wanted = ticks_now() + SLEEP_MS * inspect_info()->timebase_hz / 1000;

	nanosleep(&time, NULL);
	return ticks_now() - wanted;
}

static uint64_t job_takes(void)
{
	uint64_t begin = ticks_now();
	int status = 1;
	pid_t pid = session_fork_job(0);

	if (pid == 0)
		_exit(0);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) {
		fprintf(stderr, "beside: no job can be started\n");
		exit(1);
	}
	return ticks_now() - begin;
}

int main(int argc, char **argv)
{
	unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 10;
	uint64_t latest = 0, longest = 0;

	for (unsigned long i = 0; i < count; i++) {
		uint64_t late = sleep_late(), job = job_takes();
		latest = late > latest ? late : latest;
		longest = job > longest ? job : longest;
	}
	printf("sleep_late=%lu job=%lu hz=%lu\n", latest, longest,
	       (unsigned long)inspect_info()->timebase_hz);
	fflush(stdout);
	return session_poweroff(0) == E_OK ? 0 : 1; /* what runs beside would go on */
}
