/* SPDX-License-Identifier: MIT */
/*
 * processes NAME...: tests of fork, exec, wait, kill and sleep from inside, by POSIX alone; the same program
 * passes on other systems. Prints `ok NAME` for each; the first difference ends it with status 1 and its
 * place.
 */
#include "check.h"
#include "parts.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *self; /* how this program was called */

/* A child that does nothing but wait to be killed. */
static pid_t sleeper(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		for (;;)
			sleep_ms(1000);
	}
	CHECK(pid > 0);
	return pid;
}

static pid_t child_that_exits(int status)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(status);
	CHECK(pid > 0);
	return pid;
}

static void statuses(void)
{
	static const int codes[] = {0, 1, 42, 127, 255};
	int status;

	for (unsigned i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		pid_t pid = child_that_exits(codes[i]);

		CHECK(waitpid(pid, &status, 0) == pid);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == codes[i]);
	}
	pid_t pid = sleeper();

	CHECK(kill(pid, SIGTERM) == 0);
	CHECK(wait(&status) == pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	CHECK(wait(&status) == -1 && errno == ECHILD);
}

static void waiting(void)
{
	pid_t slow = sleeper(), quick = child_that_exits(3), zombie;
	int status;

	CHECK(waitpid(slow, &status, WNOHANG) == 0);
	CHECK(waitpid(quick, &status, 0) == quick);
	CHECK(waitpid(quick, &status, 0) == -1 && errno == ECHILD);
	CHECK(waitpid(getpid(), &status, 0) == -1 && errno == ECHILD);
	zombie = child_that_exits(9);
	sleep_ms(10);
	CHECK(kill(zombie, 0) == 0 && kill(zombie, SIGKILL) == 0); /* it is still there */
	CHECK(waitpid(-1, &status, WNOHANG) == zombie && WEXITSTATUS(status) == 9);
	CHECK(kill(zombie, 0) == -1 && errno == ESRCH);
	CHECK(kill(slow, SIGKILL) == 0);
	CHECK(wait(NULL) == slow);
}

static void killing(void)
{
	int status, ends[2];
	pid_t pid;

	CHECK(kill(getpid(), 0) == 0);
#ifdef __riscv /* elsewhere pid 1 is somebody's */
	CHECK(kill(1, SIGKILL) == -1 && errno == EPERM);
#endif
	CHECK(kill(0x7ffffff0, 0) == -1 && errno == ESRCH);
	pid = fork();
	if (pid == 0) {
		kill(getpid(), SIGKILL);
		_exit(1);
	}
	CHECK(wait(&status) == pid && WTERMSIG(status) == SIGKILL);
	pid = sleeper(); /* SIGCHLD and SIGCONT end nobody */
	CHECK(kill(pid, SIGCHLD) == 0 && kill(pid, SIGCONT) == 0);
	CHECK(waitpid(pid, &status, WNOHANG) == 0);
	CHECK(kill(pid, SIGINT) == 0 && wait(&status) == pid && WTERMSIG(status) == SIGINT);
	CHECK(pipe(ends) == 0);
	pid = fork();
	if (pid == 0) { /* killed while it waits in another server */
		char byte;

		close(ends[1]);
		_exit((int)read(ends[0], &byte, 1));
	}
	sleep_ms(5);
	CHECK(kill(pid, SIGTERM) == 0 && wait(&status) == pid && WTERMSIG(status) == SIGTERM);
	close(ends[0]);
	close(ends[1]);
	pid = fork();
	if (pid == 0) { /* killed while it waits for a child of its own */
		if (fork() == 0) {
			sleep_ms(300);
			_exit(0);
		}
		wait(NULL);
		_exit(0);
	}
	sleep_ms(5);
	CHECK(kill(pid, SIGTERM) == 0 && wait(&status) == pid && WTERMSIG(status) == SIGTERM);
}

/* Variables, heap and stack are the child's own, and begin as the parent's. */
static void memory(void)
{
	static int number = 1;
	char *heap = malloc(100000), stack[5000];
	int status;

	CHECK(heap);
	memset(heap, 'p', 100000);
	memset(stack, 's', sizeof(stack));
	pid_t pid = fork();

	if (pid == 0) {
		for (unsigned i = 0; i < 100000; i++)
			CHECK(heap[i] == 'p');
		CHECK(number == 1 && stack[4999] == 's');
		number = 2;
		memset(heap, 'c', 100000);
		memset(stack, 'c', sizeof(stack));
		CHECK(heap[99999] == 'c');
		_exit(number);
	}
	CHECK(pid > 0);
	number = 3;
	heap[0] = 'q';
	CHECK(wait(&status) == pid && WEXITSTATUS(status) == 2);
	CHECK(number == 3 && heap[0] == 'q' && heap[1] == 'p' && heap[99999] == 'p' && stack[0] == 's');
	free(heap);
}

/* Values that live in registers over the call, of both kinds. */
static void registers(void)
{
	volatile uint64_t seed = 12345;
	uint64_t a = seed * 3, b = seed * 5, c = seed * 7, d = seed * 11, e = seed * 13;
	double p = seed * 0.5, q = seed * 0.25, r = seed * 1.5, s = seed * 2.5;
	uint64_t rounding = 1u << 5, seen; /* to zero */
	int status;
	pid_t pid;

	__asm__ volatile("fscsr %0" : : "r"(rounding));
	pid = fork();
	__asm__ volatile("frcsr %0" : "=r"(seen));
	CHECK(seen >> 5 == rounding >> 5);
	CHECK(a == seed * 3 && b == seed * 5 && c == seed * 7 && d == seed * 11 && e == seed * 13);
	CHECK(p == seed * 0.5 && q == seed * 0.25 && r == seed * 1.5 && s == seed * 2.5);
	if (pid == 0)
		_exit(17);
	CHECK(wait(&status) == pid && WEXITSTATUS(status) == 17);
}

/* A child whose parent ends belongs to pid 1; who began this program does not see its end. */
static void orphans(void)
{
	int ends[2], status;
	pid_t seen = 0, pid;

	CHECK(pipe(ends) == 0);
	pid = fork();
	if (pid == 0) {
		if (fork() == 0) {
			pid_t parent = getppid();

			for (int i = 0; i < 1000 && parent != 1; i++) {
				sleep_ms(2);
				parent = getppid();
			}
			CHECK(write(ends[1], &parent, sizeof(parent)) == sizeof(parent));
			_exit(0);
		}
		_exit(0);
	}
	CHECK(wait(&status) == pid);
	CHECK(read(ends[0], &seen, sizeof(seen)) == sizeof(seen));
	CHECK(seen == 1);
	CHECK(wait(&status) == -1 && errno == ECHILD);
	close(ends[0]);
	close(ends[1]);
}

#define CROWD 100

static void crowd(void)
{
	static pid_t pids[CROWD];
	int status;

	for (int i = 0; i < CROWD; i++)
		pids[i] = sleeper();
	for (int i = 0; i < CROWD; i++) {
		CHECK(kill(pids[i], i % 2 ? SIGKILL : SIGTERM) == 0);
		CHECK(waitpid(pids[i], &status, 0) == pids[i]);
	}
	for (int i = 0; i < CROWD; i++)
		pids[i] = child_that_exits(i);
	for (int i = CROWD; i-- > 0;)
		CHECK(waitpid(pids[i], &status, 0) == pids[i] && WEXITSTATUS(status) == i);
}

/* Every generation makes the next one and hands its answer up. */
static int generation(int left)
{
	int status;

	if (left == 0)
		return 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(generation(left - 1));
	CHECK(pid > 0 && wait(&status) == pid && WIFEXITED(status));
	return WEXITSTATUS(status) + 1;
}

static void generations(void)
{
	CHECK(generation(30) == 30);
}

static void sleeping(void)
{
	struct timespec before, after;
	int status;
	pid_t first = 0, last = 0;

	clock_gettime(CLOCK_MONOTONIC, &before);
	for (int i = 3; i > 0; i--) {
		pid_t pid = fork();

		if (pid == 0) {
			sleep_ms(30 * i);
			_exit(i);
		}
		last = last ? last : pid;
		first = pid;
	}
	CHECK(wait(&status) == first && WEXITSTATUS(status) == 1);
	CHECK(wait(&status) > 0 && WEXITSTATUS(status) == 2);
	CHECK(wait(&status) == last && WEXITSTATUS(status) == 3);
	clock_gettime(CLOCK_MONOTONIC, &after);
	CHECK((after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000 >= 89);
}

static void usage(void)
{
	struct rusage before, after;
	int status;

	CHECK(getrusage(RUSAGE_CHILDREN, &before) == 0);
	CHECK(wait(&status) == -1);
	pid_t pid = fork();

	if (pid == 0) {
		volatile char *fresh = malloc(1 << 20);

		for (unsigned i = 1 << 20; fresh && i > 0; i -= 4096) /* downwards: nothing comes ahead */
			fresh[i - 1] = 1;
		_exit(0);
	}
	CHECK(wait(&status) == pid);
	CHECK(getrusage(RUSAGE_CHILDREN, &after) == 0);
	CHECK(after.ru_minflt >= before.ru_minflt + 250);
	CHECK(getrusage(RUSAGE_SELF, &after) == 0 && after.ru_minflt > 0);
}

/* The program that an exec test starts: `processes --as ROLE`. */
static int role(int count, char **words)
{
	const char *value = getenv("WORD");

	if (strcmp(words[0], "arguments") == 0)
		return count == 4 && strcmp(words[1], "") == 0 && strcmp(words[2], "a b") == 0 &&
				       strcmp(words[3], "end") == 0 && value && strcmp(value, "x=y") == 0 &&
				       !getenv("PATH")
			       ? 21
			       : 1;
	if (strcmp(words[0], "many") == 0)
		return count == 1001 && strcmp(words[1000], "argument") == 0 ? 22 : 1;
	if (strcmp(words[0], "descriptors") == 0)
		return fcntl(atoi(words[1]), F_GETFD) >= 0 && fcntl(atoi(words[2]), F_GETFD) == -1 ? 23 : 1;
	if (strcmp(words[0], "same") == 0)
		return atoi(words[1]) == getpid() && atoi(words[2]) == getppid() ? 24 : 1;
	return 1;
}

/* The status of this program run in a role, by a child. */
static int run_role(char **words, char **environment)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execve(self, words, environment);
		_exit(100);
	}
	CHECK(pid > 0 && wait(&status) == pid && WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void exec_arguments(void)
{
	static char *many[1004] = {"processes", "--as", "many"};
	char *words[] = {"processes", "--as", "arguments", "", "a b", "end", NULL};
	char *environment[] = {"WORD=x=y", NULL}, *none[] = {NULL};

	CHECK(run_role(words, environment) == 21);
	for (unsigned i = 3; i < 1003; i++)
		many[i] = "argument";
	CHECK(run_role(many, none) == 22);
}

static void exec_errors(void)
{
	char *words[] = {"x", NULL}, *long_words[] = {"x", NULL, NULL}, *none[] = {NULL};
	char *large = malloc(3 << 20);
	int file;

	CHECK(execve("/nothing/here", words, none) == -1 && errno == ENOENT);
	CHECK(execve("/", words, none) == -1 && errno == EACCES);
	CHECK(execve("", words, none) == -1 && errno == ENOENT);
	CHECK(large);
	memset(large, 'x', (3 << 20) - 1);
	large[(3 << 20) - 1] = 0;
	long_words[1] = large;
	CHECK(execve(self, long_words, none) == -1 && errno == E2BIG);
	free(large);
	file = open("/tmp/no_program", O_CREAT | O_WRONLY | O_TRUNC, 0755);
	if (file < 0)
		file = open("/no_program", O_CREAT | O_WRONLY | O_TRUNC, 0755);
	CHECK(file >= 0 && write(file, "\1\2\3\4", 4) == 4 && close(file) == 0);
	CHECK(execve(access("/no_program", F_OK) == 0 ? "/no_program" : "/tmp/no_program", words, none) ==
		      -1 &&
	      errno == ENOEXEC);
	CHECK(wait(NULL) == -1 && errno == ECHILD); /* still the same process, with all it had */
}

static void exec_keeps(void)
{
	char open_text[16], closed_text[16], pid_text[16], ppid_text[16];
	char *words[] = {"processes", "--as", "descriptors", open_text, closed_text, NULL};
	char *same[] = {"processes", "--as", "same", pid_text, ppid_text, NULL}, *none[] = {NULL};
	int stays = dup(1), goes = dup(1), status;

	CHECK(stays >= 0 && goes >= 0 && fcntl(goes, F_SETFD, FD_CLOEXEC) == 0);
	snprintf(open_text, sizeof(open_text), "%d", stays);
	snprintf(closed_text, sizeof(closed_text), "%d", goes);
	CHECK(run_role(words, none) == 23);
	CHECK(fcntl(goes, F_GETFD) == FD_CLOEXEC); /* here it is open */
	close(stays);
	close(goes);
	pid_t parent = getpid(), pid = fork();

	if (pid == 0) {
		snprintf(pid_text, sizeof(pid_text), "%d", (int)getpid());
		snprintf(ppid_text, sizeof(ppid_text), "%d", (int)parent);
		execve(self, same, none);
		_exit(100);
	}
	CHECK(wait(&status) == pid && WEXITSTATUS(status) == 24);
}

#define PROCESSES_MAX 2000

/* Forks until there is no more; every one of them ends, and there is room again. */
static void exhaustion(void)
{
	static pid_t pids[PROCESSES_MAX];
	int made = 0, error = 0;

	for (; made < PROCESSES_MAX; made++) {
		pids[made] = fork();
		if (pids[made] == 0) {
			for (;;)
				sleep_ms(1000000);
		}
		if (pids[made] < 0) {
			error = errno;
			break;
		}
	}
	printf("%d processes, then %s\n", made, strerror(error));
	fflush(stdout);
	CHECK(error == EAGAIN || error == ENOMEM);
	for (int i = 0; i < made; i++)
		CHECK(kill(pids[i], SIGKILL) == 0);
	for (int i = 0; i < made; i++)
		CHECK(wait(NULL) > 0);
	CHECK(waitpid(child_that_exits(0), NULL, 0) > 0);
}

/* Leaves a child behind that writes later: the session lasts until it ends. */
static void left_behind(void)
{
	if (fork() == 0) {
		sleep_ms(100);
		printf("last words\n");
		fflush(stdout);
		_exit(77);
	}
}

static const struct part tests[] = {
	{"statuses", statuses},
	{"waiting", waiting},
	{"killing", killing},
	{"memory", memory},
	{"registers", registers},
	{"orphans", orphans},
	{"crowd", crowd},
	{"generations", generations},
	{"sleeping", sleeping},
	{"usage", usage},
	{"exec_arguments", exec_arguments},
	{"exec_errors", exec_errors},
	{"exec_keeps", exec_keeps},
	{"exhaustion", exhaustion},
	{"left_behind", left_behind},
};

int main(int argc, char **argv)
{
	self = strchr(argv[0], '/') ? argv[0] : "/bin/processes";
	if (argc > 2 && strcmp(argv[1], "--as") == 0)
		return role(argc - 2, argv + 2);
	return run_parts(argc, argv, tests, sizeof(tests) / sizeof(tests[0]), NULL);
}
