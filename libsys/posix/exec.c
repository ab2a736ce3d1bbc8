/* SPDX-License-Identifier: MIT */
/*
 * execve and its family. Path, arguments and environment go to the process server as one block of strings,
 * each ended by a zero; the process server knows programs and scripts ("#! interpreter argument"). Looking
 * along PATH is done here.
 */
#define _GNU_SOURCE /* execvpe */
#include "posix/posix.h"
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_BYTES_MAX (128ul << 10) /* what the process server accepts */
#define PATH_DEFAULT	"/bin"
#define SHELL		"/bin/sh"

static size_t strings_count(char *const strings[], size_t *bytes)
{
	size_t count = 0;

	for (; strings != NULL && strings[count] != NULL; count++)
		*bytes += strlen(strings[count]) + 1;
	return count;
}

static char *strings_put(char *at, char *const strings[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		at = stpcpy(at, strings[i]) + 1;
	return at;
}

err_t posix_start_path(struct posix_start *start, const char *path, char *const argv[], char *const envp[])
{
	size_t path_bytes = strlen(path), bytes = path_bytes + 1;
	size_t argc = strings_count(argv, &bytes);
	size_t envc = strings_count(envp, &bytes);
	struct message m = message_make(start->request, path_bytes, argc | envc << 32);

	if (path_bytes == 0)
		return E_NO_ENTRY;
	if (path_bytes >= POSIX_PATH_BYTES_MAX)
		return E_NAME_TOO_LONG;
	if (bytes > BLOCK_BYTES_MAX)
		return E_TOO_MANY;
	char *block = malloc(bytes);
	if (block == NULL)
		return E_NO_MEMORY;
	char *at = stpcpy(block, path) + 1;
	at = strings_put(at, argv, argc);
	strings_put(at, envp, envc);
	err_t error = posix_call_buffer(SLOT_PROC, &m, block, bytes);
	free(block);
	start->pid = (pid_t)m.w[0];
	return error == E_UNSUPPORTED ? E_BAD_FORMAT : error; /* an ELF file, but not of ours */
}

/* sh path argv[1].. */
static err_t start_shell(struct posix_start *start, const char *path, char *const argv[], char *const envp[])
{
	size_t argc = 0, at = 0;

	while (argv != NULL && argv[argc] != NULL)
		argc++;
	char **words = malloc((argc + 3) * sizeof(*words));
	if (words == NULL)
		return E_NO_MEMORY;
	words[at++] = SHELL;
	words[at++] = (char *)path;
	for (size_t i = 1; i < argc; i++)
		words[at++] = argv[i];
	words[at] = NULL;
	err_t error = posix_start_path(start, SHELL, words, envp);
	free(words);
	return error;
}

/* As posix_start_path(), and a file that is neither ELF nor has a "#!" line goes to the shell. */
static err_t start_or_shell(struct posix_start *start, const char *path, char *const argv[],
			    char *const envp[])
{
	err_t error = posix_start_path(start, path, argv, envp);

	return error == E_BAD_FORMAT ? start_shell(start, path, argv, envp) : error;
}

err_t posix_start_along(struct posix_start *start, const char *file, char *const argv[], char *const envp[])
{
	const char *folders = getenv("PATH");
	err_t kept = E_NO_ENTRY;
	char path[POSIX_PATH_BYTES_MAX];

	if (strchr(file, '/') != NULL || *file == 0)
		return start_or_shell(start, file, argv, envp);
	for (const char *at = folders != NULL ? folders : PATH_DEFAULT; at != NULL;) {
		size_t bytes = strcspn(at, ":");
		const char *next = at[bytes] == ':' ? at + bytes + 1 : NULL;
		if (bytes + strlen(file) + 2 > sizeof(path))
			return E_NAME_TOO_LONG;
		memcpy(path, at, bytes);
		strcpy(path + bytes, bytes > 0 ? "/" : "");
		strcat(path, file);
		err_t error = start_or_shell(start, path, argv, envp);
		if (error == E_ACCESS)
			kept = error; /* something may still be found further on */
		else if (error != E_NO_ENTRY && error != E_NOT_DIRECTORY)
			return error;
		at = next;
	}
	return kept;
}

int posix_start_errno(err_t error)
{
	int kept = errno, number;

	(void)posix_fail(error);
	number = error == E_TOO_MANY ? E2BIG : error == E_BUSY ? EAGAIN : errno;
	errno = kept;
	return number;
}

int execve(const char *path, char *const argv[], char *const envp[])
{
	struct posix_start start = {.request = PROC_EXEC};

	errno = posix_start_errno(posix_start_path(&start, path, argv, envp));
	return -1;
}

int execv(const char *path, char *const argv[])
{
	return execve(path, argv, environ);
}

int execvpe(const char *file, char *const argv[], char *const envp[])
{
	struct posix_start start = {.request = PROC_EXEC};

	errno = posix_start_errno(posix_start_along(&start, file, argv, envp));
	return -1;
}

int execvp(const char *file, char *const argv[])
{
	return execvpe(file, argv, environ);
}

/* The arguments of execl and its like as an array from malloc; ends behind the NULL. */
static char **words_gather(const char *first, va_list *arguments)
{
	size_t count = 0, room = 16;
	char **words = malloc(room * sizeof(*words));
	char *word = (char *)first;

	while (words != NULL) {
		words[count++] = word;
		if (word == NULL)
			break;
		if (count == room) {
			char **more = realloc(words, 2 * room * sizeof(*words));
			if (more == NULL)
				free(words);
			words = more;
			room *= 2;
		}
		word = va_arg(*arguments, char *);
	}
	return words;
}

typedef int exec_function(const char *path, char *const *words, char *const *environment);

/* The environment is ours, or stands behind the NULL. */
static int exec_gathered(exec_function *exec, const char *path, const char *first, va_list *arguments,
			 bool ours)
{
	char **words = words_gather(first, arguments);

	if (words != NULL)
		exec(path, words, ours ? environ : va_arg(*arguments, char **));
	free(words);
	return -1;
}

int execl(const char *path, const char *first, ...)
{
	va_list arguments;

	va_start(arguments, first);
	exec_gathered(execve, path, first, &arguments, true);
	va_end(arguments);
	return -1;
}

int execlp(const char *file, const char *first, ...)
{
	va_list arguments;

	va_start(arguments, first);
	exec_gathered(execvpe, file, first, &arguments, true);
	va_end(arguments);
	return -1;
}

int execle(const char *path, const char *first, ...)
{
	va_list arguments;

	va_start(arguments, first);
	exec_gathered(execve, path, first, &arguments, false);
	va_end(arguments);
	return -1;
}

int execlpe(const char *file, const char *first, ...)
{
	va_list arguments;

	va_start(arguments, first);
	exec_gathered(execvpe, file, first, &arguments, false);
	va_end(arguments);
	return -1;
}
