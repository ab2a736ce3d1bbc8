// SPDX-License-Identifier: MIT
// signals: children that end by signals, their own or their parent's; ignored signals; kill of nobody.
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void child_abort(void)
{
	abort();
}

static void child_segfault(void)
{
	volatile int *volatile nowhere = (int *)16;
	*nowhere = 1;
}

static void child_raise(void)
{
	raise(SIGUSR1);
}

static void child_pause(void)
{
	pause();
}

static void child_ignores(void)
{
	signal(SIGTERM, SIG_IGN);
	raise(SIGTERM);
	_exit(9);
}

static void child_default(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = SIG_IGN;
	sigaction(SIGINT, &action, NULL);
	raise(SIGINT);
	action.sa_handler = SIG_DFL;
	sigaction(SIGINT, &action, NULL);
	raise(SIGINT);
	_exit(10);
}

static void child_kills_itself(void)
{
	kill(getpid(), SIGKILL);
}

static const struct {
	const char *name;
	void (*run)(void);
	int signal;
} children[] = {
	{"abort", child_abort, 0},
	{"segfault", child_segfault, 0},
	{"raise", child_raise, 0},
	{"paused, then terminated", child_pause, SIGTERM},
	{"paused, then killed", child_pause, SIGKILL},
	{"ignores SIGTERM", child_ignores, 0},
	{"ignores SIGINT, then not", child_default, 0},
	{"kills itself", child_kills_itself, 0},
};

static void describe(const char *name, int status)
{
	if (WIFEXITED(status))
		printf("%s: exit %d\n", name, WEXITSTATUS(status));
	else if (WIFSIGNALED(status))
		printf("%s: signal %d (%s)\n", name, WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		printf("%s: status %x\n", name, status);
}

static void run_child(int i)
{
	int status;
	pid_t child = fork();

	if (child < 0) {
		perror("fork");
		exit(1);
	}
	if (child == 0) {
		children[i].run();
		_exit(0);
	}
	if (children[i].signal && kill(child, children[i].signal) < 0)
		perror("kill");
	if (waitpid(child, &status, 0) != child)
		perror("waitpid");
	describe(children[i].name, status);
}

static void broken_pipe(void)
{
	int ends[2];

	signal(SIGPIPE, SIG_IGN);
	if (pipe(ends) < 0)
		perror("pipe");
	close(ends[0]);
	errno = 0;
	printf("write to nobody: %d", (int)write(ends[1], "x", 1));
	printf(" %s\n", strerror(errno));
	close(ends[1]);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < sizeof(children) / sizeof(children[0]); i++)
		run_child((int)i);
	broken_pipe();
	printf("kill 0 of ourselves: %d\n", kill(getpid(), 0));
	errno = 0;
	printf("kill of nobody: %d", kill(999999, SIGTERM));
	printf(" %s\n", strerror(errno));
	errno = 0;
	printf("bad signal: %d", kill(getpid(), 1000));
	printf(" %s\n", strerror(errno));
	return 0;
}
