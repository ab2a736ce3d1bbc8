/* SPDX-License-Identifier: MIT */
/*
 * bounds: long operations of programs, and after each the longest stretch that the kernel has gone so far
 * without a look at the interrupts: OPERATION irq_off_max=N. Checked build, counted run.
 */
#include "check.h"
#include <errno.h>
#include <pagoda/inspect.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define BIG_BYTES     (256ul << 20)
#define PAGE	      4096ul
#define PROCESSES_MAX 1000

static void report(const char *operation)
{
	printf("%s irq_off_max=%lu\n", operation, (unsigned long)inspect_info()->irq_off_max);
	fflush(stdout);
}

static volatile char *touch_big(void)
{
	volatile char *at = mmap(NULL, BIG_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(at != MAP_FAILED);
	for (unsigned long i = 0; i < BIG_BYTES; i += PAGE)
		at[i] = 1;
	return at;
}

static void wait_for(pid_t pid, int wanted)
{
	int status = -1;

	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && status == wanted);
}

static void exit_of_big(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		(void)touch_big();
		_exit(0);
	}
	wait_for(pid, 0);
	report("exit_of_256_MiB");
}

static void unmap_big(void)
{
	volatile char *at = touch_big();

	CHECK(munmap((void *)at, BIG_BYTES) == 0);
	report("munmap_of_256_MiB");
}

/* A fork of it parks its tables; the child's end and the next stores bring them back. */
static void fork_big(void)
{
	volatile char *at = touch_big();
	pid_t pid = fork();

	if (pid == 0) {
		for (unsigned long i = 0; i < BIG_BYTES; i += 64 * PAGE)
			at[i] = 2;
		_exit(0);
	}
	for (unsigned long i = 0; i < BIG_BYTES; i += 64 * PAGE)
		at[i] = 3;
	wait_for(pid, 0);
	CHECK(munmap((void *)at, BIG_BYTES) == 0);
	report("fork_of_256_MiB");
}

static void end_a_thousand(void)
{
	static pid_t pids[PROCESSES_MAX];

	for (int i = 0; i < PROCESSES_MAX; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			for (;;)
				pause();
		CHECK(pids[i] > 0);
	}
	for (int i = 0; i < PROCESSES_MAX; i++)
		CHECK(kill(pids[i], SIGKILL) == 0);
	for (int i = 0; i < PROCESSES_MAX; i++)
		wait_for(pids[i], SIGKILL);
	report("end_of_1000_processes");
}

int main(void)
{
	report("start");
	exit_of_big();
	unmap_big();
	fork_big();
	end_a_thousand();
	return 0;
}
