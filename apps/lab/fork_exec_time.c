/* SPDX-License-Identifier: MIT */
/* How long 100 times fork, exec of hello_world (in the working directory), exit, wait take. */
#include <stdio.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define FORKS 100

int main(void)
{
	char *argv[] = {"hello_world", NULL};
	char *envp[] = {NULL};
	struct timeval start, end;
	int status;

	printf("Starting fork+exec performance test (%d forks)...\n", FORKS);
	fflush(stdout);
	gettimeofday(&start, NULL);
	for (int i = 0; i < FORKS; i++) {
		pid_t pid = fork();
		if (pid == 0) {
			execve("hello_world", argv, envp);
			_exit(127);
		}
		if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) {
			perror("fork_exec_time");
			return 1;
		}
	}
	gettimeofday(&end, NULL);
	long us = (long)(end.tv_sec - start.tv_sec) * 1000000 + (long)(end.tv_usec - start.tv_usec);
	printf("Result:\nTotal fork+exec count: %d\nTotal time: %ld microseconds\n", FORKS, us);
	return 0;
}
