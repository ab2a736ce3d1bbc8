/* SPDX-License-Identifier: MIT */
/*
 * limits NAME...: resource limits from inside, by POSIX alone. Prints `ok NAME` for each; the first
 * difference ends it with status 1 and its place.
 */
#include "check.h"
#include "parts.h"
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MIB	  (1ul << 20)
#define ROLE_GOOD 20
#define ORPHANS	  5

extern char **environ;
static const char *self; /* how this program was called */

static void hang(void)
{
	for (;;)
		sleep_ms(1000000);
}

/* What @run does, in a child. */
static void apart(void (*run)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		run();
		_exit(5);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 5);
}

static void set(int which, rlim_t soft, rlim_t hard)
{
	struct rlimit limit = {soft, hard};

	CHECK(setrlimit(which, &limit) == 0);
	CHECK(getrlimit(which, &limit) == 0 && limit.rlim_cur == soft && limit.rlim_max == hard);
}

static void refused(int which, rlim_t soft, rlim_t hard, int error)
{
	struct rlimit limit = {soft, hard}, before, after;

	CHECK(getrlimit(which, &before) == 0);
	errno = 0;
	CHECK(setrlimit(which, &limit) == -1 && errno == error);
	CHECK(getrlimit(which, &after) == 0 && memcmp(&before, &after, sizeof(after)) == 0);
}

/* The smallest limit of processes with which one more can be made: others may be counted, too. */
static rlim_t least(void)
{
	struct rlimit limit;

	CHECK(getrlimit(RLIMIT_NPROC, &limit) == 0);
	for (limit.rlim_cur = 1;; limit.rlim_cur++) {
		CHECK(limit.rlim_cur <= limit.rlim_max && setrlimit(RLIMIT_NPROC, &limit) == 0);
		pid_t pid = fork();
		if (pid == 0)
			_exit(0);
		if (pid > 0) {
			CHECK(waitpid(pid, NULL, 0) == pid);
			return limit.rlim_cur;
		}
		CHECK(errno == EAGAIN);
	}
}

static pid_t sleeper(void)
{
	pid_t pid = fork();

	if (pid == 0)
		hang();
	CHECK(pid > 0);
	return pid;
}

static void count_apart(void)
{
	rlim_t more = least() + 1;
	char *words[] = {"limits", "--as", "nothing", NULL};

	set(RLIMIT_NPROC, more, more);
	pid_t a = sleeper(), b = sleeper();
	CHECK(fork() == -1 && errno == EAGAIN);
	CHECK(posix_spawn(&a, self, NULL, NULL, words, environ) == EAGAIN);
	CHECK(kill(b, SIGKILL) == 0 && waitpid(b, NULL, 0) == b);
	b = sleeper();
	CHECK(fork() == -1 && errno == EAGAIN);
	CHECK(kill(a, SIGKILL) == 0 && kill(b, SIGKILL) == 0 && wait(NULL) > 0 && wait(NULL) > 0);
}

/* So many processes and no more, as often as one ends. */
static void count(void)
{
	apart(count_apart);
}

/* A grandchild whose parent ends; its pid goes into @pipe. Whether it could be made. */
static int orphan(int to)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		pid = fork();
		if (pid == 0)
			hang();
		_exit(pid < 0 || write(to, &pid, sizeof(pid)) != sizeof(pid));
	}
	if (pid < 0)
		return 0;
	CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	return WEXITSTATUS(status) == 0;
}

static void orphans_apart(void)
{
	rlim_t most = least() + ORPHANS;
	int made = 0, ends[2];
	pid_t pid;

	CHECK(pipe(ends) == 0);
	set(RLIMIT_NPROC, most, most);
	while (made < 10 * ORPHANS && orphan(ends[1]))
		made++;
	for (int i = 0; i < made; i++)
		CHECK(read(ends[0], &pid, sizeof(pid)) == sizeof(pid) && kill(pid, SIGKILL) == 0);
	CHECK(made == ORPHANS);
}

/* Whose parent ended is counted still: without that, forking twice passes any limit. */
static void orphans(void)
{
	apart(orphans_apart);
}

static const struct {
	int which;
	rlim_t low;
} kinds[] = {{RLIMIT_AS, 512 * MIB},
	     {RLIMIT_DATA, 64 * MIB},
	     {RLIMIT_STACK, 4 * MIB},
	     {RLIMIT_NOFILE, 40},
	     {RLIMIT_NPROC, 500}};
#define KINDS (sizeof(kinds) / sizeof(*kinds))

static void all_stay(void)
{
	for (unsigned i = 0; i < KINDS; i++) {
		int which = kinds[i].which;
		rlim_t low = kinds[i].low;

		refused(which, low + 1, low + 1, EPERM);
		refused(which, low, RLIM_INFINITY, EPERM);
		refused(which, low / 2, low + 1, EPERM);
		refused(which, low + 1, low, EINVAL);
	}
}

static void raise_apart(void)
{
	for (unsigned i = 0; i < KINDS; i++) {
		int which = kinds[i].which;
		rlim_t low = kinds[i].low;

		set(which, low - 1, low);
		set(which, low, low);
		set(which, low / 2, low);
		set(which, low, low);
	}
	all_stay();
	CHECK(mmap(NULL, 512 * MIB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
	apart(all_stay);
}

/* A soft limit goes up to the hard one, the hard one only down; of a child as of its parent. */
static void raises(void)
{
	apart(raise_apart);
}

static void soft_apart(void)
{
	set(RLIMIT_DATA, MIB, RLIM_INFINITY);
	CHECK(mmap(NULL, 2 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
	set(RLIMIT_DATA, RLIM_INFINITY, RLIM_INFINITY);
	CHECK(mmap(NULL, 2 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
}

/* What is kept is the soft limit, and whoever keeps it hears of its rise. */
static void soft(void)
{
	apart(soft_apart);
}

static void handed_apart(void)
{
	char *words[] = {"limits", "--as", "stay", NULL};
	int status;
	pid_t pid;

	for (unsigned i = 0; i < KINDS; i++)
		set(kinds[i].which, kinds[i].low, kinds[i].low);
	CHECK(posix_spawn(&pid, self, NULL, NULL, words, environ) == 0);
	CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == ROLE_GOOD);
	pid = fork();
	if (pid == 0) {
		execve(self, words, environ);
		_exit(100);
	}
	CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == ROLE_GOOD);
}

/* spawn, fork and exec hand on soft and hard limits. */
static void handed_on(void)
{
	apart(handed_apart);
}

static int role(const char *name)
{
	struct rlimit limit;

	if (strcmp(name, "stay") != 0)
		return 1;
	for (unsigned i = 0; i < KINDS; i++)
		CHECK(getrlimit(kinds[i].which, &limit) == 0 && limit.rlim_cur == kinds[i].low &&
		      limit.rlim_max == kinds[i].low);
	all_stay();
	return ROLE_GOOD;
}

static const struct part tests[] = {
	{"count", count}, {"orphans", orphans}, {"raises", raises}, {"soft", soft}, {"handed_on", handed_on},
};

int main(int argc, char **argv)
{
	self = strchr(argv[0], '/') ? argv[0] : "/bin/limits";
	if (argc == 3 && strcmp(argv[1], "--as") == 0)
		return role(argv[2]);
	return run_parts(argc, argv, tests, sizeof(tests) / sizeof(tests[0]), NULL);
}
