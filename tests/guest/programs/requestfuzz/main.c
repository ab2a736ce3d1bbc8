/* SPDX-License-Identifier: MIT */
/*
 * requestfuzz [seed=N] [requests=N] [quiet]: so many random requests to pager, vfs and proc, from several
 * processes at once, some of which are killed in the middle. Prints how each request ended how often, and
 * what of the lists never came. Status 1 and a line `FAILED` at the first answer that is in no list, at a
 * broken invariant, or when a bystander finds something of its own changed.
 */
#include "requestfuzz.h"
#include <dirent.h>
#include <fcntl.h>
#include <pagoda/inspect.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORKERS	       5
#define CHECK_EVERY    10000
#define PROGRESS_EVERY 100000
#define STALLED_MS     100
#define KILLED_ONE_IN  40 /* reports */

static uint32_t tally[SERVERS][LABELS][ERRORS];
static uint64_t requests_done, reports, seed = 1, births;
static pid_t workers[WORKERS], bystander;
static int report[2], stop[2];

static _Noreturn void failed(const char *what)
{
	printf("FAILED %s after %lu requests, seed=%lu\n", what, requests_done, seed);
	fflush(stdout);
	for (unsigned i = 0; i < WORKERS; i++) {
		if (workers[i] > 0)
			(void)kill(workers[i], SIGKILL);
	}
	(void)kill(bystander, SIGKILL);
	_exit(1);
}

static void make_worker(unsigned i)
{
	uint64_t own = seed * 1000003 + births++;
	pid_t pid = fork();

	if (pid == 0) {
		if (dup2(report[1], REPORT_FD) < 0)
			_exit(1);
		for (int fd = 3; fd < REPORT_FD; fd++)
			(void)close(fd);
		(void)dup2(open("/dev/null", O_RDWR), 0);
		(void)dup2(0, 1);
		(void)dup2(0, 2);
		worker_run(own);
	}
	workers[i] = pid;
}

/* Those that have ended make room for others; a fork that finds no memory is tried again. */
static void renew_workers(void)
{
	for (unsigned i = 0; i < WORKERS; i++) {
		if (workers[i] > 0 && waitpid(workers[i], NULL, WNOHANG) == workers[i])
			workers[i] = 0;
		if (workers[i] <= 0)
			make_worker(i);
	}
}

static void kill_one(void)
{
	unsigned i = (unsigned)random_below(WORKERS);

	if (workers[i] <= 0)
		return;
	(void)kill(workers[i], SIGKILL);
	(void)waitpid(workers[i], NULL, 0);
	workers[i] = 0;
}

static void note(const struct record *record)
{
	char line[200];

	if (record->is_violation) {
		snprintf(line, sizeof(line),
			 "%s %s (%u): %s (%u) for 0x%lx 0x%lx 0x%lx 0x%lx, tag or line 0x%lx:",
			 server_names[record->server],
			 requests[record->server][record->label].name
				 ? requests[record->server][record->label].name
				 : "unknown",
			 record->label, error_name(record->error), record->error, record->w[0], record->w[1],
			 record->w[2], record->w[3], record->answer);
		failed(line);
	}
	tally[record->server][record->label][record->error] += record->count;
	requests_done += record->count;
}

/* What workers tell. False: none told anything for a while. */
static bool take_reports(void)
{
	struct record records[RECORDS_AT_ONCE];
	struct pollfd readable = {.fd = report[0], .events = POLLIN};
	ssize_t bytes;

	if (poll(&readable, 1, STALLED_MS) <= 0)
		return false;
	bytes = read(report[0], records, sizeof(records));
	for (ssize_t i = 0; i < bytes / (ssize_t)sizeof(records[0]); i++)
		note(&records[i]);
	reports++;
	return true;
}

static void check_system(void)
{
	err_t kernel = inspect_check_kernel();

	if (kernel != E_OK && kernel != E_UNSUPPORTED)
		failed("check of the kernel is refused");
	for (unsigned server = INSPECT_PAGER; server <= INSPECT_PROC; server++) {
		uint64_t broken;

		if (inspect_check_server((enum inspect_server)server, &broken) != E_OK || broken != 0)
			failed("check of a server");
	}
	if (waitpid(bystander, NULL, WNOHANG) != 0)
		failed("the bystander has ended");
}

/* Not there any more. Workers go on beside: what lies below may have lost its rights again. */
static bool is_removed(const char *path)
{
	(void)chmod(path, 0700);
	return rmdir(path) == 0 || unlink(path) == 0;
}

/* Whatever lies in @path goes, and it too; directories that were moved into each other are a tree still. */
static void remove_tree(const char *path)
{
	DIR *directory;
	struct dirent *entry;
	char below[300];

	while (!is_removed(path) && (directory = opendir(path))) {
		do
			entry = readdir(directory);
		while (entry && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
		if (entry)
			snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
		closedir(directory);
		if (!entry || strlen(below) > 250)
			return;
		remove_tree(below);
		if (access(below, F_OK) == 0)
			return;
	}
}

/* Kill what the workers have started and left behind: it may wait for ever. */
static void kill_orphans(void)
{
	struct proc_entry process;

	for (uint64_t cursor = 0; inspect_process(cursor, &process) == E_OK; cursor = process.pid) {
		if (process.ppid == 1 && process.pid != (uint64_t)getpid() &&
		    strcmp(process.name, "requestfuzz") == 0)
			(void)kill((pid_t)process.pid, SIGKILL);
	}
}

static void play(uint64_t wanted)
{
	uint64_t next_check = CHECK_EVERY, next_progress = PROGRESS_EVERY;

	while (requests_done < wanted) {
		renew_workers();
		if (!take_reports() || random_below(KILLED_ONE_IN) == 0)
			kill_one();
		if (requests_done >= next_check) {
			check_system();
			kill_orphans();
			remove_tree(HOME);
			(void)mkdir(HOME, 0700);
			next_check = requests_done + CHECK_EVERY;
		}
		if (requests_done >= next_progress) {
			printf("%lu requests, %lu workers\n", requests_done, births);
			fflush(stdout);
			next_progress += PROGRESS_EVERY;
		}
	}
}

static void end(void)
{
	int status;

	for (unsigned i = 0; i < WORKERS; i++) {
		if (workers[i] > 0 && kill(workers[i], SIGKILL) == 0)
			(void)waitpid(workers[i], NULL, 0);
	}
	kill_orphans();
	check_system();
	(void)close(stop[1]);
	if (waitpid(bystander, &status, 0) != bystander || status != 0)
		failed("the bystander found something changed");
	remove_tree(HOME);
}

static void print_request(unsigned server, unsigned label)
{
	printf("request %s %s", server_names[server], requests[server][label].name);
	for (unsigned error = 0; error < ERRORS; error++) {
		if (tally[server][label][error])
			printf(" %s=%u", error_name(error), tally[server][label][error]);
	}
	printf("\n");
	for (unsigned error = 0; error < ERRORS; error++) {
		if (list_has(server, label, error) && !tally[server][label][error])
			printf("never %s %s %s\n", server_names[server], requests[server][label].name,
			       error_name(error));
	}
}

static void print_tally(void)
{
	for (unsigned server = 0; server < SERVERS; server++) {
		for (unsigned label = 0; label < LABELS; label++) {
			if (requests[server][label].name)
				print_request(server, label);
		}
	}
}

int main(int argc, char **argv)
{
	uint64_t wanted = 20000;
	bool quiet = false;

	for (int i = 1; i < argc; i++) {
		if (sscanf(argv[i], "seed=%lu", &seed) != 1 && sscanf(argv[i], "requests=%lu", &wanted) != 1)
			quiet = strcmp(argv[i], "quiet") == 0;
	}
	random_seed(seed);
	list_read();
	(void)mkdir(HOME, 0700);
	if (pipe(stop) != 0 || pipe(report) != 0)
		failed("no pipe");
	bystander = fork();
	if (bystander == 0) {
		(void)close(stop[1]);
		bystander_run(stop[0]);
	}
	play(wanted);
	end();
	if (!quiet)
		print_tally();
	printf("ok %lu requests seed=%lu\n", requests_done, seed);
	return 0;
}
