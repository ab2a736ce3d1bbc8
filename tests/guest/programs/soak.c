/* SPDX-License-Identifier: MIT */
/*
 * soak [seed=N] [seconds=N] [rounds=N]: programs of every kind, several at a time, some killed in the middle,
 * custom pagers among them. Before the first round and after each one nothing else runs, and every count of
 * memory, of kernel objects and of the vfs must be what it was; every server's check must say 0. What was
 * not killed must end as its line says. Ends after so many seconds or rounds, whichever comes first.
 */
#include "proto/proto.h"
#include "random.h"
#include <errno.h>
#include <fcntl.h>
#include <pagoda/inspect.h>
#include <pagoda/ipc.h>
#include <pagoda/program.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define JOBS	     6
#define STARTS	     24 /* of one round */
#define REPORT_S     60
#define KILL_ONE_IN  4
#define DELAY_MAX_MS 60
#define OUTPUT	     "/tmp/soak.%u"

/* %lu is a random number. `alone`: two of it at a time would meet at a name. */
static const struct program {
	const char *line;
	int status;
	bool alone;
} programs[] = {
	{"hello_world", 0, false},
	{"sh -c 'ls / | grep bin | wc -l; echo a b c | cat | cat'", 0, false},
	{"sh -c 'i=0; while [ $i -lt 20 ]; do i=$((i+1)); true; done; exit 3'", 3, false},
	{"sh -c 'crash; exit 4'", 4, false},
	{"sh -c 'seq 1 3000 > /tmp/s$$; wc -l /tmp/s$$; mv /tmp/s$$ /tmp/t$$; rm /tmp/t$$'", 0, false},
	{"sh -c 'sleep 0.05 & sleep 0.02; kill $!; wait'", -1, false},
	{"sh -c 'mkdir -p /tmp/d$$/e; cp /bin/cat /tmp/d$$/e/; rm /tmp/d$$/e/cat; rmdir /tmp/d$$/e /tmp/d$$'",
	 0, false},
	{"stress fork 30", 0, false},
	{"stress exec 6", 0, false},
	{"stress fork 10 --alive 8", 0, false},
	{"fork", 0, false},
	{"pipe", 0, false},
	{"rr_test", 0, false},
	{"mmap_anon_test", 0, true},
	{"memwalk", 0, false},
	{"float", 0, false},
	{"cowtorture seed=%lu tree", 0, false},
	{"pager run logpager sh -c 'fork; ls / | wc'", 0, true},
	{"rawpager deadline=10000 shared private", 0, true},
	{"hostile seed=%lu faults=8 slack=10000 double", 0, true},
	{"hostile seed=%lu faults=8 slack=10000 exit", 0, true},
	{"hostile seed=%lu faults=8 slack=10000 foreign", 0, true},
	{"pagertree seed=%lu rounds=60", 0, true},
};
#define PROGRAMS (sizeof(programs) / sizeof(*programs))

struct job {
	const struct program *program; /* NULL: none */
	pid_t pid;
	char line[160];
	bool is_killed;
};
static struct job jobs[JOBS];
static uint64_t started, killed;
static bool leftovers; /* a killed one may have left a custom pager behind */

static void sweep(void);

/* The session lasts until the last one has ended. */
static _Noreturn void give_up(void)
{
	fflush(stdout);
	sweep();
	exit(1);
}

static void fail(const struct job *job, int status)
{
	char name[32], text[2000];
	int fd;
	ssize_t bytes;

	printf("FAILED `%s` ended with status 0x%x; it said:\n", job->line, (unsigned)status);
	snprintf(name, sizeof(name), OUTPUT, (unsigned)(job - jobs));
	fd = open(name, O_RDONLY);
	bytes = fd < 0 ? 0 : read(fd, text, sizeof(text));
	fwrite(text, 1, bytes > 0 ? (size_t)bytes : 0, stdout);
	give_up();
}

static bool may_start(const struct program *program)
{
	if (!program->alone)
		return true;
	for (unsigned i = 0; i < JOBS; i++)
		if (jobs[i].program && jobs[i].program->alone)
			return false;
	return !leftovers;
}

static void job_start(struct job *job)
{
	const struct program *program = &programs[random_below(PROGRAMS)];
	char name[32], command[200];
	int fd;

	if (!may_start(program))
		return;
	snprintf(job->line, sizeof(job->line), program->line, (unsigned long)random_below(100000));
	snprintf(command, sizeof(command), "exec %s", job->line);
	snprintf(name, sizeof(name), OUTPUT, (unsigned)(job - jobs));
	job->program = program;
	job->is_killed = false;
	job->pid = fork();
	if (job->pid < 0) {
		perror("soak: fork");
		exit(1);
	}
	started++;
	if (job->pid > 0)
		return;
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
		_exit(99);
	close(fd);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(98);
}

static void job_end(pid_t pid, int status)
{
	for (unsigned i = 0; i < JOBS; i++) {
		struct job *job = &jobs[i];

		if (!job->program || job->pid != pid)
			continue;
		if (!job->is_killed && job->program->status >= 0 &&
		    (!WIFEXITED(status) || WEXITSTATUS(status) != job->program->status))
			fail(job, status);
		job->program = NULL;
	}
}

static void jobs_reap(bool all)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, all ? 0 : WNOHANG)) > 0)
		job_end(pid, status);
}

static void pause_ms(uint64_t ms)
{
	struct timespec time = {.tv_nsec = (long)(ms * 1000000)};

	nanosleep(&time, NULL);
}

static void round_run(void)
{
	leftovers = false;
	for (unsigned i = 0; i < STARTS;) {
		struct job *job = &jobs[random_below(JOBS)];

		if (!job->program) {
			job_start(job);
			i++;
		} else if (random_below(KILL_ONE_IN) == 0 && !job->is_killed) {
			job->is_killed = true;
			killed++;
			leftovers |= job->program->alone;
			kill(job->pid, SIGKILL);
		}
		pause_ms(random_below(DELAY_MAX_MS));
		jobs_reap(false);
	}
	jobs_reap(true);
}

/* What a killed program leaves running is killed, too; until nobody is left but this process. */
static void sweep(void)
{
	struct proc_entry process;
	unsigned tries = 0, others;

	do {
		uint64_t cursor = 0;

		others = 0;
		while (inspect_process(cursor, &process) == E_OK) {
			cursor = process.pid;
			if (cursor == 1 || cursor == (uint64_t)getpid())
				continue;
			others++;
			kill((pid_t)cursor, SIGKILL);
		}
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		pause_ms(others ? 10 : 0);
		if (++tries > 1000) {
			printf("FAILED process %lu does not end\n", (unsigned long)cursor);
			exit(1);
		}
	} while (others);
}

#define BOOKS_FRAMES 8 /* of the pager, about this process itself */

/* What must be the same whenever nothing else runs. Cache and Pools may have grown: they are in `memory`. */
static const char *const names[] = {"anon",    "pinned",     "spaces",	      "memory",	       "slots",
				    "threads", "cspaces",    "endpoints",     "notifications", "replies",
				    "inodes",  "open files", "vfs processes", "parked",	       "leases"};
#define NAMES (sizeof(names) / sizeof(*names))

static void counts_read(uint64_t counts[NAMES])
{
	const struct info_page *info = inspect_info();
	struct message m = message_make(VFS_COUNTS, 0, 0);
	struct pager_counts frames;
	struct vfs_counts vfs;

	if (inspect_frames(&frames) != E_OK || ipc_call(SLOT_VFS, &m) != E_OK || message_error(&m) != E_OK) {
		printf("FAILED counts are not told\n");
		exit(1);
	}
	memcpy(&vfs, &message_page()->words[MESSAGE_REGISTERS], sizeof(vfs));
	memcpy(counts,
	       (uint64_t[NAMES]){frames.anon, frames.pinned, frames.spaces,
				 frames.frames_free + frames.cache + frames.tables + frames.objects,
				 info->slots_used - info->objects[KIND_MEMORY] - info->objects[KIND_POOL],
				 info->objects[KIND_THREAD], info->objects[KIND_CSPACE],
				 info->objects[KIND_ENDPOINT], info->objects[KIND_NOTIFICATION],
				 info->objects[KIND_REPLY], vfs.inodes, vfs.open_files, vfs.processes,
				 vfs.parked, vfs.leases},
	       NAMES * sizeof(uint64_t));
}

static void check_whole(void)
{
	uint64_t broken;

	for (int server = INSPECT_PAGER; server <= INSPECT_PROC; server++) {
		if (inspect_check_server((enum inspect_server)server, &broken) == E_OK && broken == 0)
			continue;
		printf("FAILED server %d: line %lu\n", server, (unsigned long)broken);
		exit(1);
	}
	if (inspect_check_kernel() != E_OK) { /* what is broken there panics */
		printf("FAILED the kernel is not checked\n");
		exit(1);
	}
}

static void remove_files(void)
{
	if (system("rm -rf /tmp") != 0 || system("mkdir /tmp") != 0)
		printf("FAILED /tmp cannot be emptied\n");
}

/* `pinned` has the pager's books in it, `memory` what is left: they may move a little, but not away. */
static bool is_same(unsigned name, uint64_t now, uint64_t before)
{
	uint64_t room = name == 1 || name == 3 ? BOOKS_FRAMES : 0;

	return now <= before + room && before <= now + room;
}

static void settle_and_compare(uint64_t round, uint64_t before[NAMES])
{
	uint64_t now[NAMES];
	unsigned failures = 0;

	sweep();
	remove_files();
	check_whole();
	counts_read(now);
	for (unsigned i = 0; i < NAMES; i++) {
		if (round > 1 && !is_same(i, now[i], before[i])) {
			printf("FAILED after round %lu: %s %lu, not %lu\n", (unsigned long)round, names[i],
			       (unsigned long)now[i], (unsigned long)before[i]);
			failures++;
		}
		if (round == 1)
			before[i] = now[i];
	}
	if (failures)
		exit(1);
}

static uint64_t seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec;
}

int main(int argc, char **argv)
{
	uint64_t seed = 1, seconds = 60, rounds = ~0ul, before[NAMES], begun = seconds_now(), told = 0,
		 done = 0;

	for (int i = 1; i < argc; i++) {
		if (sscanf(argv[i], "seed=%lu", &seed) != 1 &&
		    sscanf(argv[i], "seconds=%lu", &seconds) != 1 &&
		    sscanf(argv[i], "rounds=%lu", &rounds) != 1) {
			fprintf(stderr, "usage: soak [seed=N] [seconds=N] [rounds=N]\n");
			return 2;
		}
	}
	random_seed(seed);
	while (done < rounds && seconds_now() - begun < seconds) {
		round_run();
		settle_and_compare(++done, before); /* the first one is what caches settle in */
		if (seconds_now() - begun < told + REPORT_S && done != rounds)
			continue;
		told = seconds_now() - begun;
		printf("seconds=%lu rounds=%lu started=%lu killed=%lu anon=%lu\n", (unsigned long)told,
		       (unsigned long)done, (unsigned long)started, (unsigned long)killed,
		       (unsigned long)before[0]);
		fflush(stdout);
	}
	printf("ok seed=%lu rounds=%lu started=%lu killed=%lu\n", (unsigned long)seed, (unsigned long)done,
	       (unsigned long)started, (unsigned long)killed);
	return 0;
}
