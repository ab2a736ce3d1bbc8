/* SPDX-License-Identifier: MIT */
/* Parts with custom pagers: an object that is mapped, shared by a fork and withdrawn; anonymous pages. */
#include "work.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define OBJECT "/pagers/pattern"

/* Until the pager has published it, or has ended. */
static int object_open(pid_t pager)
{
	for (;;) {
		int fd = open(OBJECT, O_RDONLY), status;

		if (fd >= 0)
			return fd;
		if (errno != ENOENT)
			work_refused("open", errno, (const int[]){EMFILE, 0});
		if (waitpid(pager, &status, WNOHANG) == pager) {
			fprintf(stderr, "objects: the pager did not start, status 0x%x\n", (unsigned)status);
			exit(WIFEXITED(status) || WTERMSIG(status) == SIGKILL ? WORK_REFUSED : WORK_WRONG);
		}
		work_sleep_ms(1);
	}
}

static bool is_pattern(const volatile char *at, size_t pages)
{
	for (size_t i = 0; i < pages * PAGE; i += 1000)
		if (at[i] != (char)i)
			return false;
	return true;
}

static int store_there(void *context)
{
	char *at = context;

	at[3 * PAGE] = 'c';
	at[20 * PAGE + 1] = 'c';
	return at[2 * PAGE] == 'p' && at[3 * PAGE] == 'c' ? WORK_DONE : WORK_WRONG;
}

/* A page that nobody has any more. */
static int load_there(void *context)
{
	return ((volatile char *)context)[40 * PAGE] == 0 ? WORK_DONE : WORK_WRONG;
}

static void object_use(int fd, pid_t pager)
{
	char *at = TRY_MAP(mmap(NULL, 50 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0), ENOMEM, ENXIO);

	MUST(is_pattern(at, 10));
	at[2 * PAGE] = 'p';
	work_wait(work_fork(store_there, at), 0);
	MUST(at[2 * PAGE] == 'p' && at[3 * PAGE] == 0 && is_pattern(at + 4 * PAGE, 8));
	MUST(kill(pager, SIGTERM) == 0);
	work_wait(pager, SIGTERM);
	MUST(at[2 * PAGE] == 'p');
	work_wait(work_fork(load_there, at), SIGBUS);
	TRY(munmap(at, 50 * PAGE), ENOMEM);
}

void part_objects(void)
{
	char *const argv[] = {"/bin/pattern", NULL};
	pid_t pager = work_start(NULL, argv);
	int fd = object_open(pager);

	object_use(fd, pager);
	MUST(close(fd) == 0);
}

void part_supplied(void)
{
	char *const argv[] = {"/bin/pager", "run", "logpager", "/bin/work", "fork", NULL};

	work_wait(work_start(WORK_FOLDER "/out", argv), 0);
}
