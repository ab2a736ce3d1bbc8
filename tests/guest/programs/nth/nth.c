/* SPDX-License-Identifier: MIT */
/*
 * nth SERVER:PART:FIRST:STEP[:LAST][+]...: run a part of the workload again and again; in each run one
 * allocation of the server is refused, number FIRST, FIRST + STEP and so on until one whole run needs no more
 * of them, or LAST; with `+` that one and all that follow. After each run all processes must be gone, the
 * invariants hold and the accounts be as before. Standard output, one line a run (scenarios_nth.py reads it):
 *
 *   run SERVER PART N made M refused R WHAT FILE:LINE callers A,B,... ended HOW verdict GOOD-OR-WHAT-IS-WRONG
 *
 * Standard error gets `nth: SERVER PART N` before each run, so that a reader knows what complained of what.
 */
#include "../check.h"
#include "counts.h"
#include <errno.h>
#include <pagoda/error.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *const servers[] = {
	[INSPECT_PAGER] = "pager", [INSPECT_VFS] = "vfs", [INSPECT_PROC] = "proc"};

/* What an argument asks for. */
struct wish {
	enum inspect_server server;
	char part[32];
	uint64_t first, step, last;
	bool following;
};

static bool wish_read(const char *text, struct wish *wish)
{
	char server[8] = "", plus = 0;
	int found;

	*wish = (struct wish){.last = UINT64_MAX};
	found = sscanf(text, "%7[a-z]:%31[a-z]:%lu:%lu:%lu%c", server, wish->part, &wish->first, &wish->step,
		       &wish->last, &plus);
	if (found == 4) {
		wish->last = UINT64_MAX;
		plus = text[strlen(text) - 1] == '+' ? '+' : 0;
	}
	wish->following = plus == '+';
	while (wish->server <= INSPECT_PROC && strcmp(servers[wish->server], server) != 0)
		wish->server++;
	return found >= 4 && wish->server <= INSPECT_PROC && wish->step > 0;
}

_Noreturn static void run_part(const struct wish *wish, uint64_t number)
{
	char *const argv[] = {"/bin/work", (char *)wish->part, NULL};
	struct inject_report report;
	uint64_t last = number && wish->following ? UINT64_MAX : number;

	if (inspect_inject(wish->server, number, last, (uint64_t)getppid(), &report) != E_OK)
		_exit(100);
	execv(argv[0], argv);
	fprintf(stderr, "%s: exec: %s\n", wish->part, strerror(errno));
	_exit(errno == ENOMEM || errno == EMFILE || errno == E2BIG ? 1 : 101);
}

/* Somebody whose parent was ended may still be at work, or wait for somebody who will not come. */
static int others_end(void)
{
	struct proc_entry entry;
	uint64_t cursor;
	int left = 0;

	for (int ms = 0; ms < 3000; ms++) {
		left = 0;
		for (cursor = 0; inspect_process(cursor, &entry) == E_OK; cursor = entry.pid) {
			if (entry.pid == (uint64_t)getpid())
				continue;
			left++;
			if (ms == 40)
				kill((pid_t)entry.pid, SIGKILL);
		}
		if (left == 0)
			break;
		sleep_ms(1);
	}
	return left;
}

static const char *ended_text(int status, char text[32])
{
	if (WIFSIGNALED(status))
		snprintf(text, 32, "signal:%d", WTERMSIG(status));
	else
		snprintf(text, 32, "status:%d", WEXITSTATUS(status));
	return text;
}

static void report_print(const struct wish *wish, uint64_t number, const struct inject_report *report)
{
	printf("run %s %s %lu%s made %lu refused %lu %s %s:%lu callers ", servers[wish->server], wish->part,
	       number, wish->following ? "+" : "", report->made, report->refused,
	       report->line ? report->what : "-", report->line ? report->file : "-", report->line);
	for (int i = 0; i < INJECT_CALLERS; i++)
		printf("%s0x%lx", i ? "," : "", report->callers[i]);
}

/* One run. false: something is wrong, or cannot be gone on with. */
static bool run(const struct wish *wish, uint64_t number, uint64_t *refused)
{
	struct inject_report report;
	struct counts before, after;
	char ended[32], wrong[160] = "good";
	int status = 0, left;
	pid_t pid;

	fprintf(stderr, "nth: %s %s %lu%s\n", servers[wish->server], wish->part, number,
		wish->following ? "+" : "");
	counts_take(&before);
	pid = fork();
	if (pid == 0)
		run_part(wish, number);
	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		printf("nth: fork or wait: %s\n", strerror(errno));
		return false;
	}
	left = others_end();
	if (inspect_inject(wish->server, 0, 0, 0, &report) != E_OK)
		return false;
	folder_empty("/tmp/nth");
	counts_take(&after);
	if (left)
		snprintf(wrong, sizeof(wrong), "%d processes are left", left);
	else
		counts_compare(&before, &after, wrong, sizeof(wrong));
	report_print(wish, number, &report);
	printf(" ended %s verdict %s\n", ended_text(status, ended), wrong);
	fflush(stdout);
	*refused = report.refused;
	return true;
}

static bool run_all(const struct wish *wish)
{
	uint64_t refused = 1;

	for (uint64_t number = wish->first; refused && number <= wish->last; number += wish->step)
		if (!run(wish, number, &refused))
			return false;
	return true;
}

/* The own memory that runs need is there before the first one: it is in the accounts. */
static void warm_up(void)
{
	volatile char stack[8192 * 4];
	struct counts counts;
	char wrong[160];

	for (size_t i = 0; i < sizeof(stack); i += 1024)
		stack[i] = 0;
	folder_empty("/tmp/nth");
	folder_empty("/tmp/nth/d");
	folder_empty("/tmp/nth/d/d");
	folder_empty("/tmp/nth");
	counts_take(&counts);
	counts_compare(&counts, &counts, wrong, sizeof(wrong));
}

int main(int argc, char **argv)
{
	struct wish wish;
	uint64_t refused;

	warm_up();
	for (int i = 1; i < argc; i++) {
		struct wish plain;

		if (!wish_read(argv[i], &wish)) {
			fprintf(stderr, "usage: nth SERVER:PART:FIRST:STEP[:LAST][+]...\n");
			return 2;
		}
		plain = wish;
		plain.following = false;
		if (!run(&plain, 0, &refused) || !run_all(&wish))
			return 1;
	}
	return 0;
}
