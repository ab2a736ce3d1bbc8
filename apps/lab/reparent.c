/* SPDX-License-Identifier: MIT */
/* The parent ends first; the child yields until it has got another one. */
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid < 0) {
		perror("reparent: fork");
		return 1;
	}
	if (pid > 0) {
		printf("[Reparent] Parent process exit, pid: %d\n", (int)parent);
		return 0;
	}
	printf("[Reparent] Child process, pid: %d, ppid: %d\n", (int)getpid(), (int)getppid());
	printf("[Reparent] Child process yielding, pid: %d\n", (int)getpid());
	while (getppid() == parent)
		sched_yield();
	printf("[Reparent] Child process reparenting to init, ppid: %d\n", (int)getppid());
	return 0;
}
