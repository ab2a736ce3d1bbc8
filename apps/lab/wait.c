/* SPDX-License-Identifier: MIT */
/* The parent waits for a child that is busy for a while. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 1000000

static int child_work(void)
{
	printf("Here is children! Doing something dummy...\n");
	for (volatile int i = 0; i < ROUNDS; i++)
		;
	printf("Done!\n");
	return 0;
}

int main(void)
{
	int status;

	printf("Running wait with null user mode program\n");
	fflush(stdout);
	pid_t pid = fork();
	if (pid < 0) {
		perror("wait: fork");
		return 1;
	}
	if (pid == 0)
		return child_work();
	printf("Here is parent! Waiting for children with pid %d ...\n", (int)pid);
	fflush(stdout);
	pid_t ended = waitpid(pid, &status, 0);
	if (ended < 0) {
		perror("wait: waitpid");
		return 1;
	}
	printf("Wait complete! The process pid %d\n", (int)ended);
	return 0;
}
