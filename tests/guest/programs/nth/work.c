/* SPDX-License-Identifier: MIT */
/* What all parts of the workload use, and their table. */
#include "work.h"
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;
static const char *part_name = "work";

void work_wrong(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s: WRONG %s:%d: %s (errno %d)\n", part_name, strrchr(file, '/') + 1, line, what,
		errno);
	exit(WORK_WRONG);
}

void work_refused(const char *what, int error, const int *allowed)
{
	while (*allowed && *allowed != error)
		allowed++;
	fprintf(stderr, "%s: %s%s: %s\n", part_name, *allowed ? "" : "WRONG ", what, strerror(error));
	exit(*allowed ? WORK_REFUSED : WORK_WRONG);
}

pid_t work_fork(int (*run)(void *), void *context)
{
	pid_t pid = (pid_t)TRY(fork(), ENOMEM, EAGAIN);

	if (pid == 0)
		exit(run(context));
	return pid;
}

/* The lack of memory ends a program by SIGKILL, a reader that was ended so its writer by SIGPIPE. */
void work_wait(pid_t pid, int signal)
{
	int status;

	MUST(waitpid(pid, &status, 0) == pid);
	if (WIFSIGNALED(status) && WTERMSIG(status) == signal)
		return;
	if (WIFSIGNALED(status) && (WTERMSIG(status) == 9 || WTERMSIG(status) == 13)) {
		fprintf(stderr, "%s: a child was ended by signal %d\n", part_name, WTERMSIG(status));
		exit(WORK_REFUSED);
	}
	MUST(WIFEXITED(status));
	if (WEXITSTATUS(status) == WORK_DONE && signal == 0)
		return;
	if (WEXITSTATUS(status) != WORK_DONE && WEXITSTATUS(status) != WORK_WRONG)
		exit(WORK_REFUSED);
	MUST(!"a child is wrong");
}

pid_t work_start(const char *out, char *const argv[])
{
	posix_spawn_file_actions_t actions;
	int error = posix_spawn_file_actions_init(&actions);
	pid_t pid;

	if (error == 0 && out)
		error = posix_spawn_file_actions_addopen(&actions, 1, out, O_WRONLY | O_CREAT | O_TRUNC,
							 0600);
	if (error == 0)
		error = posix_spawn(&pid, argv[0], &actions, NULL, argv, environ);
	if (error)
		work_refused(argv[0], error, (const int[]){ENOMEM, EAGAIN, EMFILE, ENOSPC, ENOBUFS, 0});
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

bool work_file_is(const char *path, const char *text)
{
	int fd = (int)TRY(open(path, O_RDONLY), EMFILE, ENOENT);
	size_t bytes = strlen(text), done = 0;
	char piece[512];
	bool same = true;
	long got;

	while ((got = TRY(read(fd, piece, sizeof(piece)), ENOMEM, ENOBUFS)) > 0) {
		same = same && done + (size_t)got <= bytes && memcmp(piece, text + done, (size_t)got) == 0;
		done += (size_t)got;
	}
	MUST(close(fd) == 0);
	return same && done == bytes;
}

void work_write(int fd, const void *from, size_t bytes)
{
	for (size_t done = 0; done < bytes;) {
		long moved = TRY(write(fd, (const char *)from + done, bytes - done), ENOMEM, ENOBUFS, ENOSPC,
				 EPIPE);

		MUST(moved > 0);
		done += (size_t)moved;
	}
}

/* The end comes early only if a writer was refused something. */
void work_read(int fd, void *to, size_t bytes)
{
	for (size_t done = 0; done < bytes;) {
		long moved = TRY(read(fd, (char *)to + done, bytes - done), ENOMEM, ENOBUFS);

		if (moved == 0) {
			fprintf(stderr, "%s: end of file\n", part_name);
			exit(WORK_REFUSED);
		}
		done += (size_t)moved;
	}
}

void work_sleep_ms(long ms)
{
	struct timespec time = {ms / 1000, ms % 1000 * 1000000};

	TRY(nanosleep(&time, NULL), ENOMEM);
}

static const struct {
	const char *name;
	void (*run)(void);
} parts[] = {
	{"memory", part_memory},     {"mapped", part_mapped}, {"fork", part_fork}, {"exec", part_exec},
	{"script", part_script},     {"shell", part_shell},   {"pipe", part_pipe}, {"poll", part_poll},
	{"files", part_files},	     {"names", part_names},   {"kill", part_kill}, {"objects", part_objects},
	{"supplied", part_supplied},
};

int main(int argc, char **argv)
{
	size_t i = 0;

	part_name = argc == 2 ? argv[1] : "work";
	while (i < sizeof(parts) / sizeof(parts[0]) && strcmp(parts[i].name, part_name) != 0)
		i++;
	if (i == sizeof(parts) / sizeof(parts[0])) {
		fprintf(stderr, "usage: work PART\n");
		return 2;
	}
	parts[i].run();
	return WORK_DONE;
}
