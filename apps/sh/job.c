/* SPDX-License-Identifier: MIT */
/* Children: forking, waiting in the foreground, remembering those in the background until somebody asks. */
#include "shell.h"
#include <errno.h>
#include <pagoda/error.h>
#include <pagoda/session.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct job {
	struct job *next;
	pid_t pid;
	bool ended;
	int status;
};

static struct job *jobs;
static uint64_t interrupts; /* that were noticed */

static int status_of(int waited)
{
	return WIFEXITED(waited) ? WEXITSTATUS(waited) : STATUS_BY_SIGNAL + WTERMSIG(waited);
}

static void jobs_forget(void)
{
	while (jobs != NULL) {
		struct job *next = jobs->next;
		free(jobs);
		jobs = next;
	}
}

pid_t job_fork(pid_t member)
{
	fflush(NULL);
	pid_t pid = session_fork_job(member);
	if (pid == 0) {
		shell.interactive = false;
		shell.last_command = false;
		jobs_forget();
	} else if (pid < 0) {
		shell_complain("fork: %s", strerror(errno));
	}
	return pid;
}

void job_listen(void)
{
	if (shell.interactive && session_listen(&interrupts) != E_OK)
		shell_complain("Ctrl-C will end the shell, too");
}

bool job_interrupted(void)
{
	uint64_t before = interrupts;

	return shell.interactive && session_listen(&interrupts) == E_OK && interrupts != before;
}

int job_wait(pid_t pid)
{
	int waited = 0;
	pid_t ended;

	do
		ended = waitpid(pid, &waited, 0);
	while (ended < 0 && errno == EINTR && !job_interrupted());
	if (ended < 0) {
		shell.interrupted |= errno == EINTR;
		return errno == EINTR ? STATUS_INTERRUPTED : STATUS_NOT_FOUND;
	}
	if (shell.interactive && WIFSIGNALED(waited) && WTERMSIG(waited) == SIGINT)
		shell.interrupted = true;
	return status_of(waited);
}

void job_foreground(pid_t pid)
{
	if (shell.interactive)
		tcsetpgrp(STDIN_FILENO, pid);
}

int job_wait_foreground(pid_t pid)
{
	job_foreground(pid);
	int status = job_wait(pid);
	shell.interrupted |= job_interrupted(); /* it listens again */
	return status;
}

void job_remember(pid_t pid)
{
	struct job *job = malloc(sizeof(*job));

	if (job == NULL)
		return;
	*job = (struct job){.next = jobs, .pid = pid};
	jobs = job;
}

void job_collect(void)
{
	for (struct job *job = jobs; job != NULL; job = job->next) {
		int waited;
		if (!job->ended && waitpid(job->pid, &waited, WNOHANG) == job->pid) {
			job->ended = true;
			job->status = status_of(waited);
		}
	}
}

size_t job_count(void)
{
	size_t count = 0;

	job_collect();
	for (const struct job *job = jobs; job != NULL; job = job->next)
		count += !job->ended;
	return count;
}

int job_wait_background(pid_t pid)
{
	int status = pid == 0 ? 0 : STATUS_NOT_FOUND;

	for (struct job **link = &jobs; *link != NULL;) {
		struct job *job = *link;
		if (pid != 0 && job->pid != pid) {
			link = &job->next;
			continue;
		}
		int ended = job->ended ? job->status : job_wait(job->pid);
		if (shell.interrupted)
			return ended;
		if (pid != 0)
			status = ended;
		*link = job->next;
		free(job);
	}
	return status;
}
