/* SPDX-License-Identifier: MIT */
/*
 * spawn: tests of posix_spawn from inside, by POSIX alone: what the child gets, which errors come back, and
 * that a refused one leaves nothing behind. Prints `ok NAME` for each; the first difference ends it with
 * status 1 and its place. `spawn --as ROLE` is the child.
 */
#include "check.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define DATA_BYTES (16ul << 20)

extern char **environ;
static const char *self;

/* The child: 20 if all is as the words say. */
static int role(int count, char **words)
{
	const char *value = getenv("WORD");
	struct rlimit limit;
	char folder[64];

	if (strcmp(words[0], "arguments") == 0)
		return count == 4 && strcmp(words[1], "") == 0 && strcmp(words[2], "a b") == 0 &&
				       strcmp(words[3], "end") == 0 && value && strcmp(value, "x=y") == 0 &&
				       !getenv("PATH")
			       ? 20
			       : 1;
	if (strcmp(words[0], "many") == 0)
		return count == 1001 && strcmp(words[1000], "argument") == 0 ? 20 : 1;
	if (strcmp(words[0], "descriptors") == 0)
		return fcntl(atoi(words[1]), F_GETFD) == 0 && fcntl(atoi(words[2]), F_GETFD) == -1 ? 20 : 1;
	if (strcmp(words[0], "offset") == 0) /* the open file is one with the parent's */
		return lseek(atoi(words[1]), 3, SEEK_SET) == 3 ? 20 : 1;
	if (strcmp(words[0], "kept") == 0)
		return getppid() == atoi(words[1]) && getcwd(folder, sizeof(folder)) &&
				       strcmp(folder, words[2]) == 0 && raise(SIGTERM) == 0 &&
				       getrlimit(RLIMIT_DATA, &limit) == 0 && limit.rlim_cur == DATA_BYTES &&
				       !malloc(2 * DATA_BYTES)
			       ? 20
			       : 1;
	return 1;
}

static int status_of(char **words, char **environment)
{
	int status;
	pid_t pid, parent = getpid();

	CHECK(posix_spawn(&pid, self, NULL, NULL, words, environment) == 0);
	CHECK(pid > 0 && pid != parent && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	CHECK(wait(NULL) == -1 && errno == ECHILD);
	return WEXITSTATUS(status);
}

static void arguments(void)
{
	static char *many[1004] = {"spawn", "--as", "many"};
	char *words[] = {"spawn", "--as", "arguments", "", "a b", "end", NULL};
	char *environment[] = {"WORD=x=y", NULL}, *none[] = {NULL};

	CHECK(status_of(words, environment) == 20);
	for (unsigned i = 3; i < 1003; i++)
		many[i] = "argument";
	CHECK(status_of(many, none) == 20);
}

static void files(void)
{
	char open_text[16], closed_text[16];
	char *words[] = {"spawn", "--as", "descriptors", open_text, closed_text, NULL};
	char *offset[] = {"spawn", "--as", "offset", open_text, NULL};
	int stays = open("spawned", O_RDWR | O_CREAT | O_TRUNC, 0644);
	int goes = open("spawned", O_RDWR | O_CLOEXEC);

	CHECK(stays >= 0 && goes >= 0 && write(stays, "abcdef", 6) == 6);
	snprintf(open_text, sizeof(open_text), "%d", stays);
	snprintf(closed_text, sizeof(closed_text), "%d", goes);
	CHECK(status_of(words, environ) == 20);
	CHECK(fcntl(goes, F_GETFD) == FD_CLOEXEC && lseek(goes, 0, SEEK_CUR) == 0);
	CHECK(status_of(offset, environ) == 20 && lseek(stays, 0, SEEK_CUR) == 3);
	CHECK(close(stays) == 0 && close(goes) == 0 && unlink("spawned") == 0);
}

/* Parent, working directory, ignored signals, limits: all of a child of its own, which changes them. */
static void kept(void)
{
	char pid_text[16];
	char *words[] = {"spawn", "--as", "kept", pid_text, "/folder", NULL};
	struct rlimit data = {DATA_BYTES, DATA_BYTES};
	int status;
	pid_t pid;

	CHECK(mkdir("/folder", 0755) == 0);
	pid = fork();
	if (pid == 0) {
		snprintf(pid_text, sizeof(pid_text), "%d", (int)getpid());
		CHECK(chdir("/folder") == 0 && signal(SIGTERM, SIG_IGN) != SIG_ERR);
		CHECK(setrlimit(RLIMIT_DATA, &data) == 0);
		_exit(status_of(words, environ));
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 20);
	CHECK(rmdir("/folder") == 0);
}

/* The parent's memory is its own: nothing of it is shared with the child, nothing is to be copied after. */
static void apart(void)
{
	char *words[] = {"spawn", "--as", "many", NULL};
	volatile char *memory = malloc(1 << 20);
	int status;
	pid_t pid;

	CHECK(memory);
	for (unsigned i = 0; i < 1 << 20; i += 4096)
		memory[i] = (char)i;
	CHECK(posix_spawn(&pid, self, NULL, NULL, words, environ) == 0);
	for (unsigned i = 0; i < 1 << 20; i += 4096)
		memory[i]++;
	CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 1);
	free((void *)memory);
}

static int spawn_error(const char *path, char **words)
{
	pid_t pid = -5;
	int error = posix_spawn(&pid, path, NULL, NULL, words, environ);

	CHECK(error != 0 && wait(NULL) == -1 && errno == ECHILD);
	return error;
}

static void errors(void)
{
	char *words[] = {"x", NULL}, *long_words[] = {"x", NULL, NULL};
	char *large = malloc(3 << 20);
	int file = open("no_program", O_CREAT | O_WRONLY | O_TRUNC, 0755);

	CHECK(large && file >= 0 && write(file, "\1\2\3\4", 4) == 4 && close(file) == 0);
	CHECK(spawn_error("/nothing/here", words) == ENOENT);
	CHECK(spawn_error("", words) == ENOENT);
	CHECK(spawn_error("/", words) == EACCES);
	CHECK(spawn_error("no_program", words) == ENOEXEC);
	CHECK(chmod("no_program", 0644) == 0 && spawn_error("no_program", words) == EACCES);
	memset(large, 'x', (3 << 20) - 1);
	large[(3 << 20) - 1] = 0;
	long_words[1] = large;
	CHECK(spawn_error(self, long_words) == E2BIG);
	free(large);
	CHECK(unlink("no_program") == 0);
}

static void limit(void)
{
	struct rlimit none = {0, 0};
	char *words[] = {"spawn", "--as", "many", NULL};
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		CHECK(setrlimit(RLIMIT_NPROC, &none) == 0);
		CHECK(spawn_error(self, words) == EAGAIN);
		_exit(5);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 5);
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {{"arguments", arguments}, {"files", files},   {"kept", kept},
	     {"apart", apart},	       {"errors", errors}, {"limit", limit}};

int main(int argc, char **argv)
{
	self = strchr(argv[0], '/') ? argv[0] : "/bin/spawn";
	if (argc > 2 && strcmp(argv[1], "--as") == 0)
		return role(argc - 2, argv + 2);
	for (unsigned i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		tests[i].run();
		printf("ok %s\n", tests[i].name);
		fflush(stdout);
	}
	return 0;
}
