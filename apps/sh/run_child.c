/* SPDX-License-Identifier: MIT */
/* Executing in several processes: what a forked shell does, pipelines, and output that becomes text. */
#include "shell.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OUTPUT_FIRST 512

_Noreturn void run_child_end(int status)
{
	fflush(NULL);
	_exit(status);
}

_Noreturn void run_child(const struct node *node)
{
	shell.last_command = node->kind == NODE_SIMPLE;
	run_child_end(run_node(node));
}

/* One command of a pipeline, in its child: between the pipe it reads and what it writes to (-1: as before).
 */
_Noreturn static void pipe_child(const struct node *node, const int in[2], int out)
{
	if (out >= 0) {
		dup2(out, STDOUT_FILENO);
		close(out);
	}
	if (in[0] >= 0) {
		dup2(in[0], STDIN_FILENO);
		close(in[0]);
		close(in[1]);
	}
	run_child(node);
}

/* The commands of a pipeline from the last one back; false: something failed. @members has room for all. */
static bool pipe_start(const struct node *node, int out, pid_t *members, size_t *count)
{
	int in[2] = {-1, -1};
	bool more = node->kind == NODE_PIPE;

	if (more && pipe(in) != 0) {
		shell_complain("pipe: %s", strerror(errno));
		return false;
	}
	pid_t pid = job_fork(*count ? members[0] : 0);
	if (pid == 0)
		pipe_child(more ? node->right : node, in, out);
	if (pid > 0)
		members[(*count)++] = pid;
	if (!more)
		return pid > 0;
	close(in[0]);
	bool done = pid > 0 && pipe_start(node->left, in[1], members, count);
	close(in[1]);
	return done;
}

static int run_members(const struct node *node)
{
	size_t count = 1;

	for (const struct node *left = node; left->kind == NODE_PIPE; left = left->left)
		count++;
	pid_t *members = malloc(count * sizeof(*members));
	if (members == NULL)
		return STATUS_NOT_RUN;
	count = 0;
	bool done = pipe_start(node, -1, members, &count);
	int status = STATUS_NOT_RUN;
	for (size_t i = 0; i < count; i++) {
		int ended = job_wait(members[i]);
		status = i == 0 && done ? ended : status;
	}
	free(members);
	return status;
}

int run_pipe(const struct node *node)
{
	if (!shell.interactive)
		return run_members(node);
	pid_t pid = job_fork(0); /* one child above all of them, for Ctrl-C */
	if (pid == 0)
		run_child(node);
	return pid > 0 ? job_wait_foreground(pid) : STATUS_NOT_RUN;
}

/* Everything that can be read; from malloc, ends with a zero. Zeros inside are left out. NULL: no memory, or
 * not all of it can be read. */
static char *read_all(int fd)
{
	size_t room = OUTPUT_FIRST, used = 0;
	char *text = malloc(room);
	ssize_t bytes = 0;

	while (text != NULL && (bytes = read(fd, text + used, room - used - 1)) > 0) {
		for (ssize_t i = 0; i < bytes; i++)
			if (text[used + (size_t)i] == 0)
				memmove(text + used + i, text + used + i + 1, (size_t)(--bytes - i));
		used += (size_t)bytes;
		if (room - used < 2) {
			char *more = realloc(text, 2 * room);
			if (more == NULL)
				free(text);
			text = more;
			room *= 2;
		}
	}
	if (bytes < 0) {
		shell_complain("$( ): %s", strerror(errno));
		free(text);
		text = NULL;
	}
	if (text != NULL)
		text[used] = 0;
	return text;
}

char *run_output(void *context, const char *text)
{
	int ends[2];

	(void)context;
	if (pipe(ends) != 0) {
		shell_complain("pipe: %s", strerror(errno));
		return strdup("");
	}
	pid_t pid = job_fork(0);
	if (pid == 0) {
		close(ends[0]);
		if (ends[1] != STDOUT_FILENO) {
			dup2(ends[1], STDOUT_FILENO);
			close(ends[1]);
		}
		run_child_end(run_text(text, NULL));
	}
	close(ends[1]);
	job_foreground(pid);
	char *output = read_all(ends[0]);
	close(ends[0]);
	shell.status = pid > 0 ? job_wait_foreground(pid) : STATUS_NOT_RUN;
	return output;
}
