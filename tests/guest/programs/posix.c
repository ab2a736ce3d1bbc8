/* SPDX-License-Identifier: MIT */
/*
 * posix NAME...: tests of the POSIX layer from inside; the same program passes on other systems. Works in the
 * working directory. Prints `ok NAME` for each; the first difference ends it with status 1 and its place.
 */
#define _GNU_SOURCE
#include "check.h"
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

#define PAGE 4096

#define CHECK_ERRNO(call, wanted)         \
	do {                              \
		errno = 0;                \
		CHECK((call) == -1);      \
		CHECK(errno == (wanted)); \
	} while (0)

static void file_make(const char *name, const char *text, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, mode);

	CHECK(fd >= 0);
	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	CHECK(close(fd) == 0);
}

static void check_file(const char *name, const char *text)
{
	char found[200] = {0};
	int fd = open(name, O_RDONLY);

	CHECK(fd >= 0);
	CHECK(read(fd, found, sizeof(found) - 1) == (ssize_t)strlen(text));
	CHECK(strcmp(found, text) == 0);
	close(fd);
}

static int wait_status(pid_t pid)
{
	int status = -1;

	CHECK(pid > 0);
	CHECK(waitpid(pid, &status, 0) == pid);
	return status;
}

/* Runs in a child; its exit status. */
#define IN_CHILD(statement)                                \
	({                                                 \
		pid_t child_pid = fork();                  \
		if (child_pid == 0) {                      \
			statement;                         \
			_exit(99);                         \
		}                                          \
		int child_status = wait_status(child_pid); \
		CHECK(WIFEXITED(child_status));            \
		WEXITSTATUS(child_status);                 \
	})

static void files(void)
{
	struct stat facts;
	char text[16] = {0};

	file_make("f", "12345", 0640);
	CHECK(stat("f", &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_size == 5);
	CHECK((facts.st_mode & 0777) == 0640);
	CHECK_ERRNO(open("f", O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST);
	CHECK_ERRNO(open("none", O_RDONLY), ENOENT);
	CHECK_ERRNO(open("f/x", O_RDONLY), ENOTDIR);
	CHECK_ERRNO(open("f", O_RDONLY | O_DIRECTORY), ENOTDIR);
	CHECK_ERRNO(open(".", O_WRONLY), EISDIR);
	CHECK_ERRNO(open("", O_RDONLY), ENOENT);
	int fd = open("f", O_WRONLY | O_APPEND);
	CHECK(fd >= 0 && lseek(fd, 0, SEEK_SET) == 0 && write(fd, "67", 2) == 2 && close(fd) == 0);
	check_file("f", "1234567");
	fd = open("f", O_RDWR);
	CHECK_ERRNO(lseek(fd, -1, SEEK_SET), EINVAL);
	CHECK(pwrite(fd, "x", 1, 9) == 1 && lseek(fd, 0, SEEK_CUR) == 0);
	CHECK(pread(fd, text, 16, 6) == 4 && memcmp(text, "7\0\0x", 4) == 0);
	CHECK(ftruncate(fd, 3) == 0 && lseek(fd, 0, SEEK_END) == 3 && close(fd) == 0);
	check_file("f", "123");
	CHECK(truncate("f", 0) == 0);
	check_file("f", "");
	CHECK_ERRNO(write(77, "a", 1), EBADF);
	CHECK_ERRNO(close(77), EBADF);
	fd = open("f", O_RDONLY);
	CHECK_ERRNO(write(fd, "a", 1), EBADF);
	CHECK(close(fd) == 0 && unlink("f") == 0);
	CHECK(umask(077) == 022);
	file_make("f", "", 0666);
	CHECK(stat("f", &facts) == 0 && (facts.st_mode & 0777) == 0600 && umask(022) == 077 &&
	      unlink("f") == 0);
}

static void names(void)
{
	char *before = getcwd(NULL, 0), *path;
	char small[2];

	CHECK(before != NULL && mkdir("d", 0755) == 0 && mkdir("d/e", 0755) == 0);
	CHECK_ERRNO(mkdir("d", 0755), EEXIST);
	CHECK_ERRNO(mkdir("none/x", 0755), ENOENT);
	file_make("d/f", "moved", 0644);
	CHECK_ERRNO(rmdir("d"), ENOTEMPTY);
	CHECK_ERRNO(rmdir("d/f"), ENOTDIR);
	CHECK(unlink("d") == -1 && (errno == EISDIR || errno == EPERM));
	CHECK(rename("d/f", "d/e/g") == 0 && access("d/f", F_OK) == -1);
	check_file("d/e/g", "moved");
	CHECK_ERRNO(rename("d", "d/e/d"), EINVAL);
	CHECK_ERRNO(rename("none", "x"), ENOENT);
	CHECK(chdir("d/e") == 0 && (path = getcwd(NULL, 0)) != NULL);
	CHECK(strncmp(path, before, strlen(before)) == 0 && strcmp(path + strlen(path) - 4, "/d/e") == 0);
	free(path);
	CHECK(getcwd(small, sizeof(small)) == NULL && errno == ERANGE);
	path = realpath("./../e/g", NULL);
	CHECK(path != NULL && strcmp(path + strlen(path) - 6, "/d/e/g") == 0);
	free(path);
	CHECK(realpath("none", NULL) == NULL && errno == ENOENT);
	CHECK_ERRNO(chdir("g"), ENOTDIR);
	CHECK(chdir(before) == 0 && remove("d/e/g") == 0 && remove("d/e") == 0 && rmdir("d") == 0);
	free(before);
}

static void descriptors(void)
{
	int ends[2];
	char text[8];

	for (int fd = 3; fd < 64; fd++)
		close(fd); /* whatever was inherited */
	CHECK(pipe(ends) == 0 && ends[0] == 3 && ends[1] == 4);
	int copy = dup(ends[1]);
	CHECK(copy == 5 && fcntl(copy, F_GETFD) == 0 && fcntl(copy, F_SETFD, FD_CLOEXEC) == 0);
	CHECK(fcntl(copy, F_GETFD) == FD_CLOEXEC && fcntl(ends[1], F_GETFD) == 0);
	CHECK(fcntl(copy, F_DUPFD, 10) == 10 && fcntl(10, F_GETFD) == 0 && close(10) == 0);
	CHECK(fcntl(copy, F_DUPFD_CLOEXEC, 10) == 10 && fcntl(10, F_GETFD) == FD_CLOEXEC);
	CHECK((fcntl(ends[0], F_GETFL) & O_ACCMODE) == O_RDONLY &&
	      (fcntl(copy, F_GETFL) & O_ACCMODE) == O_WRONLY);
	CHECK(dup2(copy, 10) == 10 && fcntl(10, F_GETFD) == 0 && dup2(10, 10) == 10);
	CHECK_ERRNO(dup2(77, 5), EBADF);
	CHECK_ERRNO(dup3(10, 10, 0), EINVAL);
	CHECK(dup3(10, 11, O_CLOEXEC) == 11 && fcntl(11, F_GETFD) == FD_CLOEXEC);
	CHECK(write(11, "ab", 2) == 2 && read(ends[0], text, 8) == 2);
	CHECK_ERRNO(lseek(ends[0], 0, SEEK_CUR), ESPIPE);
	CHECK(close(11) == 0 && close(10) == 0 && close(copy) == 0 && close(ends[1]) == 0);
	CHECK(read(ends[0], text, 8) == 0 && close(ends[0]) == 0);
	CHECK_ERRNO(fcntl(ends[0], F_GETFD), EBADF);
	CHECK(pipe2(ends, O_CLOEXEC) == 0 && fcntl(ends[0], F_GETFD) == FD_CLOEXEC && close(ends[0]) == 0);
	CHECK(signal(SIGPIPE, SIG_IGN) == SIG_DFL);
	CHECK_ERRNO(write(ends[1], "a", 1), EPIPE);
	CHECK(signal(SIGPIPE, SIG_DFL) == SIG_IGN);
	pid_t pid = fork();
	if (pid == 0) {
		(void)!write(ends[1], "a", 1);
		_exit(1);
	}
	int status = wait_status(pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE && close(ends[1]) == 0);
}

static void programs(void)
{
	char *environment[] = {"WORD=two words", NULL};
	char *words[] = {"sh", "-c", "[ \"$WORD\" = 'two words' ] && exit 3", NULL};

	CHECK(IN_CHILD(execl("/bin/sh", "sh", "-c", "exit 3", (char *)NULL)) == 3);
	CHECK(IN_CHILD(execlp("sh", "sh", "-c", "exit $#", "zero", "a", "b c", (char *)NULL)) == 2);
	CHECK(IN_CHILD(execle("/bin/sh", "sh", "-c", "[ \"$WORD\" = 'two words' ]", (char *)NULL,
			      environment)) == 0);
	CHECK(IN_CHILD(execve("/bin/sh", words, environment)) == 3);
	CHECK(IN_CHILD(execvpe("sh", words, environment)) == 3);
	CHECK_ERRNO(execl("none", "none", (char *)NULL), ENOENT);
	CHECK_ERRNO(execlp("none", "none", (char *)NULL), ENOENT);
	CHECK_ERRNO(execl("/bin", "bin", (char *)NULL), EACCES);
	file_make("plain", "exit 4\n", 0755);
	file_make("script", "#!/bin/sh -e\nexit $#\n", 0755);
	file_make("locked", "exit 4\n", 0644);
	CHECK_ERRNO(execl("./plain", "plain", (char *)NULL), ENOEXEC);
	CHECK_ERRNO(execl("./locked", "locked", (char *)NULL), EACCES);
	CHECK(IN_CHILD(execlp("./plain", "plain", (char *)NULL)) == 4);
	CHECK(IN_CHILD(execl("./plain2", "x", (char *)NULL); _exit(errno == ENOENT ? 5 : 6)) == 5);
	CHECK(IN_CHILD(execl("/bin/sh", "sh", "script", "1", "2", (char *)NULL)) == 2);
	CHECK(unlink("plain") == 0 && unlink("script") == 0 && unlink("locked") == 0);
}

static void commands(void)
{
	char line[32] = {0};
	int status = system("exit 5");

	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 5 && system(NULL) != 0);
	FILE *file = popen("echo from there", "r");
	CHECK(file != NULL && fgets(line, sizeof(line), file) != NULL && strcmp(line, "from there\n") == 0);
	CHECK(fgetc(file) == EOF && pclose(file) == 0);
	file = popen("cat > popened; exit 2", "w");
	CHECK(file != NULL && fputs("to there", file) >= 0);
	status = pclose(file);
	CHECK(WEXITSTATUS(status) == 2);
	check_file("popened", "to there");
	CHECK(unlink("popened") == 0 && popen("true", "x") == NULL && errno == EINVAL);
}

static void spawning(void)
{
	char *words[] = {"sh", "-c", "echo out; echo err >&2; exit 6", NULL};
	posix_spawn_file_actions_t actions;
	pid_t pid;

	CHECK(posix_spawn(&pid, "/bin/none", NULL, NULL, words, environ) == ENOENT);
	CHECK(posix_spawn_file_actions_init(&actions) == 0);
	CHECK(posix_spawn_file_actions_addopen(&actions, 1, "spawned", O_WRONLY | O_CREAT, 0644) == 0);
	CHECK(posix_spawn_file_actions_adddup2(&actions, 1, 2) == 0);
	CHECK(posix_spawn_file_actions_addclose(&actions, 0) == 0);
	CHECK(posix_spawnp(&pid, "sh", &actions, NULL, words, environ) == 0);
	int status = wait_status(pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 6);
	check_file("spawned", "out\nerr\n");
	CHECK(posix_spawn_file_actions_destroy(&actions) == 0 && unlink("spawned") == 0);
}

static void streams(void)
{
	char *line = NULL;
	size_t room = 0;

	CHECK(IN_CHILD(fprintf(fopen("s", "w"), "flushed at exit\n"); exit(0)) == 0);
	check_file("s", "flushed at exit\n");
	FILE *file = fopen("s", "a");
	CHECK(file != NULL && fputs("more", file) >= 0 && fclose(file) == 0);
	file = fopen("s", "r+");
	CHECK(getline(&line, &room, file) == 16 && strcmp(line, "flushed at exit\n") == 0);
	CHECK(getdelim(&line, &room, 'r', file) == 3 && strcmp(line, "mor") == 0);
	CHECK(getline(&line, &room, file) == 1 && getline(&line, &room, file) == -1 && feof(file));
	CHECK(fseek(file, 2, SEEK_SET) == 0 && fputc('A', file) == 'A' && ftell(file) == 3 &&
	      fclose(file) == 0);
	check_file("s", "flAshed at exit\nmore");
	CHECK(fopen("none", "r") == NULL && errno == ENOENT);
	CHECK(fopen("s", "wx") == NULL && errno == EEXIST);
	file = fopen("s", "w");
	for (int i = 0; i < 50; i++)
		CHECK(fprintf(file, "%d,", i) > 0);
	CHECK(fflush(NULL) == 0);
	CHECK(dprintf(fileno(file), "%s", "!") == 1 && fclose(file) == 0);
	file = fopen("s", "r");
	CHECK(getline(&line, &room, file) == 141 && line[140] == '!' && fclose(file) == 0);
	free(line);
	CHECK(unlink("s") == 0);
}

static void vectors(void)
{
	char a[4] = {0}, b[4] = {0};
	struct iovec out[] = {{"abc", 3}, {NULL, 0}, {"def", 3}}, in[] = {{a, 2}, {b, 4}};
	int ends[2];

	CHECK(pipe(ends) == 0 && writev(ends[1], out, 3) == 6 && close(ends[1]) == 0);
	CHECK(readv(ends[0], in, 2) == 6 && memcmp(a, "ab", 2) == 0 && memcmp(b, "cdef", 4) == 0);
	close(ends[0]);
}

static void mappings(void)
{
	static char data[3 * PAGE];
	char *at;

	for (int i = 0; i < 3 * PAGE; i++)
		data[i] = (char)(i / PAGE + i);
	int fd = open("m", O_RDWR | O_CREAT | O_TRUNC, 0644);
	CHECK(write(fd, data, 2 * PAGE + 10) == 2 * PAGE + 10);
	at = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, PAGE);
	CHECK(at != MAP_FAILED && memcmp(at, data + PAGE, PAGE + 10) == 0 && at[PAGE + 10] == 0);
	at[0] = 'x';
	CHECK(pread(fd, data, 1, PAGE) == 1 && data[0] == (char)(1 + PAGE));
	char *fixed = mmap(at + PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	CHECK(fixed == at + PAGE && fixed[0] == 0 && at[0] == 'x');
	CHECK(mprotect(at, PAGE, PROT_READ) == 0 && munmap(at, 2 * PAGE) == 0);
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 77, 0) == MAP_FAILED && errno == EBADF);
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 1) == MAP_FAILED && errno == EINVAL);
	CHECK(mmap(NULL, 0, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED && errno == EINVAL);
	close(fd);
	fd = open("m", O_WRONLY);
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED && errno == EACCES);
	close(fd);
	CHECK(unlink("m") == 0);
}

static void globbing(void)
{
	glob_t found;

	CHECK(mkdir("g", 0755) == 0);
	file_make("g/b.c", "", 0644);
	file_make("g/a.c", "", 0644);
	file_make("g/.c", "", 0644);
	CHECK(glob("g/*.c", 0, NULL, &found) == 0 && found.gl_pathc == 2);
	CHECK(strcmp(found.gl_pathv[0], "g/a.c") == 0 && strcmp(found.gl_pathv[1], "g/b.c") == 0);
	CHECK(found.gl_pathv[2] == NULL);
	globfree(&found);
	CHECK(glob("[g]/?.[a-c]", GLOB_MARK, NULL, &found) == 0 && found.gl_pathc == 2);
	globfree(&found);
	CHECK(glob("g/x*", 0, NULL, &found) == GLOB_NOMATCH);
	CHECK(glob("g/x*", GLOB_NOCHECK, NULL, &found) == 0 && strcmp(found.gl_pathv[0], "g/x*") == 0);
	globfree(&found);
	CHECK(unlink("g/a.c") == 0 && unlink("g/b.c") == 0 && unlink("g/.c") == 0 && rmdir("g") == 0);
}

static void the_rest(void)
{
	struct timespec before, after, time = {0, 20000000};
	struct rlimit limit;

	CHECK(clock_gettime(CLOCK_MONOTONIC, &before) == 0 && nanosleep(&time, NULL) == 0);
	CHECK(clock_gettime(CLOCK_MONOTONIC, &after) == 0);
	CHECK((after.tv_sec - before.tv_sec) * 1000000000 + after.tv_nsec - before.tv_nsec >= 20000000);
	time.tv_nsec = 1000000000;
	CHECK_ERRNO(nanosleep(&time, NULL), EINVAL);
	CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur > 10);
	CHECK(sysconf(_SC_PAGESIZE) == PAGE && setenv("A_NAME", "v", 1) == 0);
	CHECK(IN_CHILD(_exit(strcmp(getenv("A_NAME"), "v"))) == 0);
	CHECK_ERRNO(kill(getpid(), 1000), EINVAL);
	CHECK_ERRNO(wait(NULL), ECHILD);
	CHECK(raise(SIGCHLD) == 0 && kill(getpid(), 0) == 0);
	int fd = open("/dev/null", O_RDWR);
	CHECK(fd >= 0 && write(fd, "abc", 3) == 3 && read(fd, &time, 3) == 0 && isatty(fd) == 0 &&
	      errno == ENOTTY);
	close(fd);
	pid_t pid = fork();
	if (pid == 0)
		abort();
	int status = wait_status(pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{"files", files},	{"names", names},	{"descriptors", descriptors}, {"programs", programs},
	{"commands", commands}, {"spawning", spawning}, {"streams", streams},	      {"vectors", vectors},
	{"mappings", mappings}, {"globbing", globbing}, {"the_rest", the_rest},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++) {
		int wanted = argc == 1;
		for (int word = 1; word < argc; word++)
			wanted |= strcmp(argv[word], tests[i].name) == 0;
		if (!wanted)
			continue;
		tests[i].run();
		printf("ok %s\n", tests[i].name);
		fflush(stdout);
	}
	return 0;
}
