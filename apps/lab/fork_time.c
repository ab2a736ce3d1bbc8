/* SPDX-License-Identifier: MIT */
/* How long 100 times fork, exit, wait take. */
#include <stdio.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define FORKS 100

int main(void)
{
	struct timeval start, end;

	printf("Starting fork performance test (%d forks)...\n", FORKS);
	fflush(stdout);
	gettimeofday(&start, NULL);
	for (int i = 0; i < FORKS; i++) {
		pid_t pid = fork();
		if (pid == 0)
			_exit(0);
		if (pid < 0 || waitpid(pid, NULL, 0) != pid) {
			perror("fork_time");
			return 1;
		}
	}
	gettimeofday(&end, NULL);
	long us = (long)(end.tv_sec - start.tv_sec) * 1000000 + (long)(end.tv_usec - start.tv_usec);
	printf("Result:\nTotal fork count: %d\nTotal time: %ld microseconds\n", FORKS, us);
	return 0;
}
