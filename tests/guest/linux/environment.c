// SPDX-License-Identifier: MIT
// environment: getenv, setenv, unsetenv, putenv and what a program executed with execve, execle, execlp
// inherits.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char *value_of(const char *name)
{
	const char *value = getenv(name);
	return value ? value : "(unset)";
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int show_all(void)
{
	size_t n = 0;

	while (environ[n])
		n++;
	qsort(environ, n, sizeof(*environ), compare);
	for (size_t i = 0; i < n; i++)
		if (strncmp(environ[i], "DEMO_", 5) == 0)
			printf("  %s\n", environ[i]);
	return (int)n;
}

static void change(void)
{
	static char owned[] = "DEMO_PUT=by putenv";

	setenv("DEMO_A", "first", 1);
	setenv("DEMO_A", "second", 0);
	setenv("DEMO_B", "x=y=z", 1);
	setenv("DEMO_LONG", "a value that is long enough to need a new place when it replaces another", 1);
	setenv("DEMO_LONG", "short", 1);
	setenv("DEMO_GONE", "1", 1);
	unsetenv("DEMO_GONE");
	putenv(owned);
	owned[9] = '+';
	printf("A=%s B=%s GONE=%s PUT=%s\n", value_of("DEMO_A"), value_of("DEMO_B"), value_of("DEMO_GONE"),
	       value_of("DEMO_PUT"));
	errno = 0;
	printf("bad name: %d", setenv("A=B", "c", 1));
	printf(" %s\n", strerror(errno));
	errno = 0;
	printf("empty name: %d", unsetenv(""));
	printf(" %s\n", strerror(errno));
	printf("PATH is set: %d\n", getenv("PATH") != NULL);
}

static void execute(const char *self, int how)
{
	char *few[] = {"DEMO_ONLY=1", "DEMO_TWO=", NULL};
	int status;

	printf("-- %d\n", how);
	fflush(stdout);
	if (fork() == 0) {
		if (how == 0)
			execl(self, self, "show", (char *)NULL);
		else if (how == 1)
			execle(self, self, "show", (char *)NULL, few);
		else if (how == 2)
			execlp(self, self, "show", (char *)NULL);
		else
			execve(self, (char *[]){(char *)self, "show", "", "with space", NULL}, few);
		perror("exec");
		_exit(99);
	}
	wait(&status);
	printf("-- exit %d\n", WEXITSTATUS(status));
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		for (int i = 1; i < argc; i++)
			printf("  argv[%d]='%s'\n", i, argv[i]);
		int n = show_all();
		return n == 2 ? 2 : 1;
	}
	change();
	show_all();
	for (int how = 0; how < 4; how++)
		execute(argv[0], how);
	clearenv();
	printf("cleared: %s, %d\n", value_of("DEMO_A"), environ == NULL || *environ == NULL);
	return 0;
}
