/* SPDX-License-Identifier: MIT */
/*
 * posix_spawn, posix_spawnp and file actions. Without file actions the process server makes the child as a
 * new program, and no copy of the caller in between. With them by fork and exec: the child tells through a
 * pipe that closes at exec why it could not start. Attributes: flags only, and none is built (ENOTSUP).
 */
#define _GNU_SOURCE /* pipe2, execvpe */
#include "posix/posix.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOT_STARTED 127

enum action_kind { ACTION_CLOSE, ACTION_DUP, ACTION_OPEN };

struct action {
	struct action *next;
	enum action_kind kind;
	int fd, other; /* other: what is duplicated, or flags of open() */
	mode_t mode;
	char path[];
};

struct __posix_spawn_file_actions {
	struct action *first, **end;
};

struct __posix_spawnattr {
	short flags;
};

int posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions)
{
	*actions = malloc(sizeof(**actions));
	if (*actions == NULL)
		return ENOMEM;
	(*actions)->first = NULL;
	(*actions)->end = &(*actions)->first;
	return 0;
}

int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *actions)
{
	for (struct action *action = (*actions)->first, *next; action != NULL; action = next) {
		next = action->next;
		free(action);
	}
	free(*actions);
	*actions = NULL;
	return 0;
}

static int action_add(posix_spawn_file_actions_t *actions, struct action wanted, const char *path)
{
	struct action *action = malloc(sizeof(*action) + strlen(path) + 1);

	if (wanted.fd < 0)
		return free(action), EBADF;
	if (action == NULL)
		return ENOMEM;
	memcpy(action, &wanted, sizeof(wanted));
	strcpy(action->path, path);
	*(*actions)->end = action;
	(*actions)->end = &action->next;
	return 0;
}

int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *restrict actions, int fd,
				     const char *restrict path, int flags, mode_t mode)
{
	return action_add(actions,
			  (struct action){.kind = ACTION_OPEN, .fd = fd, .other = flags, .mode = mode}, path);
}

int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int fd, int to)
{
	if (fd < 0)
		return EBADF;
	return action_add(actions, (struct action){.kind = ACTION_DUP, .fd = to, .other = fd}, "");
}

int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *actions, int fd)
{
	return action_add(actions, (struct action){.kind = ACTION_CLOSE, .fd = fd}, "");
}

int posix_spawnattr_init(posix_spawnattr_t *attributes)
{
	*attributes = calloc(1, sizeof(**attributes));
	return *attributes != NULL ? 0 : ENOMEM;
}

int posix_spawnattr_destroy(posix_spawnattr_t *attributes)
{
	free(*attributes);
	*attributes = NULL;
	return 0;
}

int posix_spawnattr_getflags(const posix_spawnattr_t *restrict attributes, short *restrict flags)
{
	*flags = (*attributes)->flags;
	return 0;
}

int posix_spawnattr_setflags(posix_spawnattr_t *attributes, short flags)
{
	if (flags != 0)
		return ENOTSUP;
	(*attributes)->flags = flags;
	return 0;
}

static bool action_perform(const struct action *action)
{
	if (action->kind == ACTION_CLOSE)
		return close(action->fd) == 0;
	if (action->kind == ACTION_DUP) {
		if (action->other == action->fd)
			return fcntl(action->fd, F_SETFD, 0) == 0;
		return dup2(action->other, action->fd) >= 0;
	}
	int fd = open(action->path, action->other, action->mode);
	if (fd < 0 || fd == action->fd)
		return fd >= 0;
	bool done = dup2(fd, action->fd) >= 0;
	return close(fd) == 0 && done;
}

typedef err_t (*start_t)(struct posix_start *start, const char *file, char *const argv[], char *const envp[]);

struct child {
	start_t start;
	const char *file;
	const struct action *action; /* the first one */
	char *const *argv, *const *envp;
};

static int spawn_plain(pid_t *pid, const struct child *child)
{
	struct posix_start start = {.request = PROC_SPAWN};
	err_t error = child->start(&start, child->file, child->argv, child->envp);

	if (error != E_OK)
		return posix_start_errno(error);
	if (pid != NULL)
		*pid = start.pid;
	return 0;
}

_Noreturn static void child_run(const struct child *child, int report)
{
	struct posix_start start = {.request = PROC_EXEC};
	const struct action *action = child->action;
	bool done = true;
	int reason;

	for (; done && action != NULL; action = action->next)
		done = action_perform(action);
	if (done)
		reason = posix_start_errno(child->start(&start, child->file, child->argv, child->envp));
	else
		reason = errno;
	(void)write(report, &reason, sizeof(reason));
	_exit(NOT_STARTED);
}

/* Why the child did not start, as it tells; 0: it did. What it says may not be to be had: then it shall not
 * run. */
static int start_failed(pid_t child, int report)
{
	int reason = 0;
	ssize_t bytes;

	do
		bytes = read(report, &reason, sizeof(reason));
	while (bytes < 0 && errno == EINTR);
	if (bytes == 0)
		return 0;
	if (bytes < 0) {
		reason = errno;
		kill(child, SIGKILL);
	}
	waitpid(child, NULL, 0);
	return reason;
}

static int spawn_by_fork(pid_t *pid, const struct child *wanted)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return errno;
	pid_t child = fork();
	if (child == 0)
		child_run(wanted, ends[1]);
	int failed = child < 0 ? errno : 0;
	close(ends[1]);
	if (child > 0)
		failed = start_failed(child, ends[0]);
	close(ends[0]);
	if (failed == 0 && pid != NULL)
		*pid = child;
	return failed;
}

static int spawn(pid_t *pid, start_t start, const char *file, const posix_spawn_file_actions_t *actions,
		 char *const argv[], char *const envp[])
{
	const struct child child = {start, file, actions != NULL ? (*actions)->first : NULL, argv, envp};

	return child.action == NULL ? spawn_plain(pid, &child) : spawn_by_fork(pid, &child);
}

int posix_spawn(pid_t *restrict pid, const char *restrict path, const posix_spawn_file_actions_t *actions,
		const posix_spawnattr_t *restrict attributes, char *const argv[], char *const envp[])
{
	(void)attributes;
	return spawn(pid, posix_start_path, path, actions, argv, envp);
}

int posix_spawnp(pid_t *restrict pid, const char *restrict file, const posix_spawn_file_actions_t *actions,
		 const posix_spawnattr_t *restrict attributes, char *const argv[], char *const envp[])
{
	(void)attributes;
	return spawn(pid, posix_start_along, file, actions, argv, envp);
}
