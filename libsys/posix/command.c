/* SPDX-License-Identifier: MIT */
/* Commands for the shell: system, popen, pclose. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHELL	    "/bin/sh"
#define NOT_STARTED 127

/* What popen() opened and pclose() waits for. */
struct command {
	struct command *next;
	FILE *file;
	pid_t pid;
};

static struct command *commands;

_Noreturn static void shell_exec(const char *text)
{
	execl(SHELL, "sh", "-c", text, (char *)NULL);
	_exit(NOT_STARTED);
}

static int status_wait(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) < 0 ? -1 : status;
}

int system(const char *text)
{
	if (text == NULL)
		return access(SHELL, X_OK) == 0;
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0)
		shell_exec(text);
	return pid < 0 ? -1 : status_wait(pid);
}

/* The child's side: its standard input or output is our pipe, and no older command's pipe stays open. */
_Noreturn static void command_run(const char *text, const int ends[2], int own)
{
	for (struct command *other = commands; other != NULL; other = other->next)
		close(fileno(other->file));
	if (ends[own] != own) {
		dup2(ends[own], own);
		close(ends[own]);
	}
	if (ends[1 - own] != own)
		close(ends[1 - own]);
	shell_exec(text);
}

/* @mode "r": reads what the command writes; "w": the other way; with 'e' close on exec. */
FILE *popen(const char *text, const char *mode)
{
	int own = mode[0] == 'r' ? STDOUT_FILENO : STDIN_FILENO; /* of the child; also its index in ends */
	int ends[2];

	if (mode[0] != 'r' && mode[0] != 'w') {
		errno = EINVAL;
		return NULL;
	}
	struct command *command = malloc(sizeof(*command));
	if (command == NULL || pipe(ends) != 0) {
		free(command);
		return NULL;
	}
	int ours = ends[1 - own];
	command->file = fdopen(ours, mode);
	command->pid = command->file != NULL ? fork() : -1;
	if (command->pid == 0)
		command_run(text, ends, own);
	close(ends[own]);
	if (command->pid < 0) {
		int reason = errno;
		if (command->file == NULL || fclose(command->file) != 0)
			close(ours);
		free(command);
		errno = reason;
		return NULL;
	}
	if (strchr(mode, 'e') != NULL)
		fcntl(ours, F_SETFD, FD_CLOEXEC);
	FILE *file = command->file;
	command->next = commands;
	commands = command;
	return file;
}

int pclose(FILE *file)
{
	for (struct command **link = &commands; *link != NULL; link = &(*link)->next) {
		struct command *command = *link;
		if (command->file != file)
			continue;
		*link = command->next;
		fclose(file);
		int status = status_wait(command->pid);
		free(command);
		return status;
	}
	errno = ECHILD;
	return -1;
}
