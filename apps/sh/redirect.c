/* SPDX-License-Identifier: MIT */
/* Redirections: done one after the other; what was there before can be put back. */
#include "shell.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COPY_FIRST 10 /* copies lie out of the way of numbers that scripts use */

static bool save(int fd, struct redirect_saved **saved)
{
	struct redirect_saved *entry = malloc(sizeof(*entry));

	if (entry == NULL)
		return false;
	*entry = (struct redirect_saved){.next = *saved, .fd = fd};
	entry->copy = fcntl(fd, F_DUPFD_CLOEXEC, COPY_FIRST);
	if (entry->copy < 0 && errno != EBADF) {
		free(entry);
		return false;
	}
	*saved = entry;
	return true;
}

void redirect_restore(struct redirect_saved *saved)
{
	while (saved != NULL) {
		struct redirect_saved *next = saved->next;
		if (saved->copy >= 0) {
			dup2(saved->copy, saved->fd);
			close(saved->copy);
		} else {
			close(saved->fd);
		}
		free(saved);
		saved = next;
	}
}

/* The number to copy from; -1: close; -2: no number. */
static int copy_number(const char *target)
{
	char *end;

	if (strcmp(target, "-") == 0)
		return -1;
	long number = strtol(target, &end, 10);
	return *target >= '0' && *target <= '9' && *end == 0 && number < 1000 ? (int)number : -2;
}

static bool copy_fd(int fd, const char *target)
{
	int from = copy_number(target);

	if (from == -1) {
		close(fd);
		return true;
	}
	if (from == -2)
		errno = EINVAL;
	return from >= 0 && dup2(from, fd) >= 0;
}

static bool open_fd(int fd, enum redirect_kind kind, const char *target)
{
	int flags = kind == REDIRECT_READ
			    ? O_RDONLY
			    : O_WRONLY | O_CREAT | (kind == REDIRECT_APPEND ? O_APPEND : O_TRUNC);
	int opened = open(target, flags, 0666);

	if (opened < 0 || opened == fd)
		return opened >= 0;
	bool done = dup2(opened, fd) >= 0;
	close(opened);
	return done;
}

/* A file without a name that has this text, to be read; -1: errno says why not. */
static int text_open(const char *text)
{
	static unsigned number;
	char path[64];
	size_t bytes = strlen(text), done = 0;
	ssize_t written = 0;

	snprintf(path, sizeof(path), "/tmp/.sh-%d-%u", (int)getpid(), number++);
	int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (to < 0)
		return -1;
	int from = open(path, O_RDONLY | O_CLOEXEC), reason = errno;
	unlink(path);
	while (from >= 0 && done < bytes && (written = write(to, text + done, bytes - done)) > 0)
		done += (size_t)written;
	if (written < 0)
		reason = errno;
	close(to);
	if (from >= 0 && done < bytes) {
		close(from);
		from = -1;
	}
	errno = reason;
	return from;
}

static bool open_text(int fd, const char *text)
{
	int from = text_open(text);

	if (from < 0)
		return false;
	if (from == fd)
		return fcntl(fd, F_SETFD, 0) == 0;
	bool done = dup2(from, fd) >= 0;
	close(from);
	return done;
}

static bool open_target(const struct redirect *redirect, const char *target)
{
	switch (redirect->kind) {
	case REDIRECT_COPY:
		return copy_fd(redirect->fd, target);
	case REDIRECT_HERE:
	case REDIRECT_TEXT:
		return open_text(redirect->fd, target);
	default:
		return open_fd(redirect->fd, redirect->kind, target);
	}
}

static expand_error target_expand(const struct redirect *redirect, char **target)
{
	struct expand_source source = run_source();

	if (redirect->kind == REDIRECT_HERE)
		return expand_here(&source, redirect->target->text, target);
	if (redirect->kind != REDIRECT_TEXT)
		return expand_text(&source, redirect->target->text, target);
	*target = strdup(redirect->target->text);
	return *target != NULL ? NULL : "out of memory";
}

static bool redirect_one(const struct redirect *redirect, struct redirect_saved **saved)
{
	bool is_text = redirect->kind == REDIRECT_HERE || redirect->kind == REDIRECT_TEXT;
	char *target;
	expand_error error = target_expand(redirect, &target);

	if (error != NULL) {
		run_fail(error);
		return false;
	}
	bool done = (saved == NULL || save(redirect->fd, saved)) && open_target(redirect, target);
	if (!done)
		shell_complain("%s: %s", is_text ? "here-document" : target, strerror(errno));
	free(target);
	return done;
}

bool redirect_all(const struct redirect *redirect, struct redirect_saved **saved)
{
	for (; redirect != NULL; redirect = redirect->next)
		if (!redirect_one(redirect, saved))
			return false;
	return true;
}
