/* SPDX-License-Identifier: MIT */
/* rr_test [SECONDS]: ten children count at the same time, for 10 seconds unless told otherwise. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILDREN	10
#define SECONDS_DEFAULT 10
#define ROUND_STEPS	10000

static long now_ms(void)
{
	struct timeval now;

	gettimeofday(&now, NULL);
	return now.tv_sec * 1000 + now.tv_usec / 1000;
}

static int child_count(long end_ms)
{
	unsigned long count = 0;

	while (now_ms() < end_ms) {
		for (volatile int i = 0; i < ROUND_STEPS; i++)
			;
		count++;
	}
	printf("main: pid %d, count %lu\n", (int)getpid(), count);
	return 0;
}

int main(int argc, char **argv)
{
	long end_ms = now_ms() + (argc > 1 ? atol(argv[1]) : SECONDS_DEFAULT) * 1000;
	int status, failed = 0;

	for (int i = 0; i < CHILDREN; i++) {
		pid_t pid = fork();
		if (pid == 0)
			return child_count(end_ms);
		if (pid < 0) {
			perror("rr_test: fork");
			return 1;
		}
	}
	printf("main: fork ok, now need to wait pids.\n");
	fflush(stdout);
	for (int i = 0; i < CHILDREN; i++)
		failed |= wait(&status) < 0 || status != 0;
	printf("main: wait pids over\n");
	return failed;
}
