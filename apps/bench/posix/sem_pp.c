/* SPDX-License-Identifier: MIT */
/* IPC round trip: two process-shared POSIX semaphores in shared memory.
 * argv[1]: a file to map shared */
#include "bench.h"
#include <fcntl.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
int main(int argc, char **argv)
{
	sem_t *s;
	pid_t p;
	int fd = open(argc > 1 ? argv[1] : "/tmp/sem", O_RDWR | O_CREAT, 0600);

	bench_begin();
	if (fd < 0 || ftruncate(fd, 4096))
		bench_die("file");
	s = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (s == MAP_FAILED)
		bench_die("mmap");
	if (sem_init(&s[0], 1, 0) || sem_init(&s[1], 1, 0))
		bench_die("sem_init");
	if ((p = fork()) < 0)
		bench_die("fork");
	if (p == 0)
		for (;;) {
			sem_wait(&s[0]);
			sem_post(&s[1]);
		}
	BENCH_LOOP("sem_roundtrip", 2000, 15, sem_post(&s[0]); sem_wait(&s[1]));
	kill(p, 9);
	waitpid(p, 0, 0);
	return 0;
}
