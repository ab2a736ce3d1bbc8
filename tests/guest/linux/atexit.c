// SPDX-License-Identifier: MIT
// atexit STATUS: the ends of a program: atexit in order, buffers written at exit and not at _exit, statuses
// cut to a byte.
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void first(void)
{
	puts("registered first, run last");
}

static void second(void)
{
	puts("registered second, run first");
}

__attribute__((constructor)) static void before_main(void)
{
	puts("constructor");
}

__attribute__((destructor)) static void after_main(void)
{
	puts("destructor");
}

static void try(const char *name, void (*end)(int), int code)
{
	int status;

	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		printf("(%s: buffered)\n", name);
		end(code);
	}
	if (waitpid(child, &status, 0) < 0)
		perror("waitpid");
	printf("%s(%d): exited %d, status %d\n", name, code, WIFEXITED(status), WEXITSTATUS(status));
}

static void leave_at_once(int code)
{
	fflush(stdout);
	(void)code;
	_Exit(3);
}

int main(int argc, char **argv)
{
	int code = argc > 1 ? atoi(argv[1]) : 0;

	setvbuf(stdout, NULL, _IOFBF, BUFSIZ);
	if (atexit(first) || atexit(second))
		return 99;
	try("exit", exit, 0);
	try("exit", exit, 300);
	try("exit", exit, -1);
	try("_exit", _exit, 42);
	try("_Exit", leave_at_once, 0);
	printf("main returns %d", code);
	puts("");
	return code;
}
