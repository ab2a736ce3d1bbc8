/* SPDX-License-Identifier: MIT */
/*
 * faults -c PROGRAM ARG...: runs a program and then prints, on standard error, how its pages came to be
 * there; other must be 0. Its status is the program's. A line for every fault is what `./run --faults` gives.
 */
#include <errno.h>
#include <pagoda/error.h>
#include <pagoda/inspect.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int print_sums(void)
{
	struct proc_usage usage;
	err_t error = inspect_children_usage(&usage);
	const struct pager_faults *sums = &usage.detail;

	if (error == E_OK && sums->present == 0)
		error = E_UNSUPPORTED;
	if (error != E_OK) {
		fprintf(stderr, "faults: counts: %s\n", error_text(error));
		return 1;
	}
	fprintf(stderr, "faults=%lu prefetched=%lu fork_mapped=%lu populate=%lu present=%lu other=%lu\n",
		sums->faults, sums->prefetched, sums->fork_mapped, sums->populate, sums->present,
		sums->other);
	return 0;
}

int main(int argc, char **argv)
{
	int status;

	if (argc > 1 && strcmp(argv[1], "-c") != 0) {
		fprintf(stderr,
			"usage: faults -c PROGRAM ARG...\n"
			"a line for each fault is for the host to ask: ./run --faults -- %s\n",
			argv[1]);
		return 2;
	}
	if (argc < 3) {
		fprintf(stderr, "usage: faults -c PROGRAM ARG...\n");
		return 2;
	}
	pid_t pid = fork();
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		fprintf(stderr, "faults: %s: %s\n", argv[2], strerror(errno));
		_exit(errno == ENOENT ? 127 : 126);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		fprintf(stderr, "faults: %s\n", strerror(errno));
		return 1;
	}
	if (print_sums() != 0)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
