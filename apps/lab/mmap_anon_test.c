/* SPDX-License-Identifier: MIT */
/* Maps 100 MiB and touches none of it, forks 100 children that live at the same time, then waits for all. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include <stdio.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define FORKS 100
#define BYTES (100ul << 20)

int main(void)
{
	struct timeval start, end;
	int forked = 0;

	printf("Starting Anonymous Mmap Lazy Allocation Test...\n");
	void *area = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED) {
		perror("mmap_anon_test: mmap");
		return 1;
	}
	printf("Mmapped 100MB at %p\n", area);
	fflush(stdout);
	gettimeofday(&start, NULL);
	for (; forked < FORKS; forked++) {
		pid_t pid = fork();
		if (pid == 0)
			_exit(0);
		if (pid < 0) {
			perror("mmap_anon_test: fork");
			break;
		}
	}
	for (int i = 0; i < forked; i++)
		wait(NULL);
	gettimeofday(&end, NULL);
	if (forked < FORKS || munmap(area, BYTES) != 0)
		return 1;
	long ms = (long)(end.tv_sec - start.tv_sec) * 1000 + (long)(end.tv_usec - start.tv_usec) / 1000;
	printf("Time elapsed for %d forks with 100MB unmapped memory: %ld ms\n", FORKS, ms);
	return 0;
}
