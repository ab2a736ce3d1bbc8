/* SPDX-License-Identifier: MIT */
/*
 * tables: a process that is sparse on purpose takes all page tables that its Pool has not promised to others;
 * a neighbour in the same Pool, that had touched nothing until then, gets those it was promised. Prints
 * `tables: taken=N neighbour=M`; taken: by touching, until one more ends the process.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define GIB	    (1ul << 30)
#define TABLE_BYTES (2ul << 20) /* of address space, for one page table */
#define TAKEN_MAX   (64 * GIB / TABLE_BYTES)
#define NEIGHBOUR   3 /* touches: as many tables, and one above them */
#define WITHOUT_END TAKEN_MAX

struct actor {
	pid_t pid;
	int go, done; /* write end, read end */
};

/* Touch a page in each of @count blocks, a byte to @done for each. */
static void touch(unsigned long count, int done)
{
	volatile char *at = NULL;

	for (unsigned long i = 0; i < count; i++) {
		if (i % (GIB / TABLE_BYTES) == 0)
			at = mmap(NULL, GIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (at == MAP_FAILED)
			_exit(1);
		at[i % (GIB / TABLE_BYTES) * TABLE_BYTES] = 1;
		if (write(done, "t", 1) != 1)
			_exit(1);
	}
}

/* A child that touches @count blocks when it is told to, and then @more when it is told again. */
static struct actor actor_start(unsigned long count, unsigned long more)
{
	struct actor actor = {0};
	int go[2], done[2];
	char byte;

	if (pipe(go) != 0 || pipe(done) != 0)
		_exit(1);
	actor.pid = fork();
	if (actor.pid < 0)
		_exit(1);
	if (actor.pid == 0) {
		close(go[1]);
		close(done[0]);
		if (read(go[0], &byte, 1) == 1)
			touch(count, done[1]);
		if (read(go[0], &byte, 1) == 1)
			touch(more, done[1]);
		_exit(0);
	}
	close(go[0]);
	close(done[1]);
	actor.go = go[1];
	actor.done = done[0];
	return actor;
}

/* Let it go on; how many blocks it touches until it has done @count or ends. */
static unsigned long actor_goes(const struct actor *actor, unsigned long count)
{
	unsigned long seen = 0;
	char byte;

	if (write(actor->go, "g", 1) != 1)
		return 0;
	while (seen < count && read(actor->done, &byte, 1) == 1)
		seen++;
	return seen;
}

static int actor_end(const struct actor *actor)
{
	int status = -1;

	close(actor->go);
	waitpid(actor->pid, &status, 0);
	close(actor->done);
	return status;
}

static bool was_ended(int status)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

int main(void)
{
	struct actor neighbour = actor_start(NEIGHBOUR, 0), first = actor_start(WITHOUT_END, 0), second;
	unsigned long taken = actor_goes(&first, WITHOUT_END), touched;

	if (!was_ended(actor_end(&first)) || taken == 0) {
		printf("tables: the first is not ended, it has %lu\n", taken);
		return 1;
	}
	second = actor_start(taken, 1);
	if (actor_goes(&second, taken) != taken) {
		printf("tables: the second has not as many as the first, %lu\n", taken);
		return 1;
	}
	touched = actor_goes(&neighbour, NEIGHBOUR);
	printf("tables: taken=%lu neighbour=%lu\n", taken, touched);
	if (actor_goes(&second, 1) != 0 || !was_ended(actor_end(&second))) {
		printf("tables: there was one more\n");
		return 1;
	}
	return touched == NEIGHBOUR && actor_end(&neighbour) == 0 ? 0 : 1;
}
