/* SPDX-License-Identifier: MIT */
/*
 * hostile [seed=N] [faults=N] [slack=MS] [cost] KIND...: a custom pager that breaks every rule of
 * docs/pager-protocol.md, by a seed, word by word, and clients that check each byte they got. After each kind
 * the system must be whole and nothing of the pager left. Prints `ok KIND`; the first difference ends it with
 * status 1 and its place.
 *
 *   late never double overlapping foreign stale flood exit   what the pager does; honest: nothing of it
 *   pending pending_late    257 faults at once when the pager is killed, or does not answer
 *   cost KIND               what faults of a bystander cost meanwhile; idle: with nobody beside it
 */
#include "hostile.h"

#define FAULTS_USUAL 60

static const char *const names[KINDS] = {"late",  "never", "double", "overlapping", "foreign",
					 "stale", "flood", "exit",   "honest"};

static void servers_are_whole(void)
{
	uint64_t broken;

	CHECK(inspect_check_kernel() != E_RANGE); /* a broken one panics */
	for (enum inspect_server server = INSPECT_PAGER; server <= INSPECT_PROC; server++) {
		CHECK(inspect_check_server(server, &broken) == E_OK);
		if (broken)
			printf("check of server %d: line %lu\n", (int)server, broken);
		CHECK(broken == 0);
	}
}

/* Waits for the nannies; a pager that may end is started again. */
static void watch(enum kind kind, uint64_t seed, pid_t pager, uint32_t nannies)
{
	bool may_end = kind == KIND_EXIT || kind == KIND_FLOOD;
	int status;

	while (nannies) {
		pid_t pid = wait(&status);

		CHECK(pid > 0);
		if (pid != pager) {
			CHECK(status == 0);
			nannies--;
			continue;
		}
		CHECK(may_end && (WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
		pager = hostile_start(kind, ++seed);
	}
	CHECK(kill(pager, SIGKILL) == 0);
	CHECK(waitpid(pager, &status, 0) == pager);
}

static void run_kind(enum kind kind, uint64_t seed, uint64_t faults)
{
	pid_t pager = hostile_start(kind, seed);

	for (uint64_t i = 0; i < CLIENTS_AT_ONCE; i++)
		(void)nanny_start(kind, i, seed, faults / CLIENTS_AT_ONCE + 1);
	watch(kind, seed, pager, CLIENTS_AT_ONCE);
	servers_are_whole();
	CHECK(custom_count() == 0);
}

static void run_cost(enum kind kind, uint64_t seed)
{
	pid_t bystander, pager = hostile_start(kind, seed);

	(void)unlink(STOP_FILE);
	for (uint64_t i = 0; i < CLIENTS_AT_ONCE; i++)
		(void)nanny_start(kind, i, seed, 0);
	bystander = fork();
	CHECK(bystander >= 0);
	if (bystander == 0) {
		bystander_measure();
		CHECK(close(open(STOP_FILE, O_WRONLY | O_CREAT, 0600)) == 0);
		_exit(0);
	}
	watch(kind, seed, pager, CLIENTS_AT_ONCE + 1);
	CHECK(unlink(STOP_FILE) == 0);
	CHECK(custom_count() == 0);
}

uint64_t slack_ms = SLACK_MS;

int main(int argc, char **argv)
{
	uint64_t seed = 1, faults = FAULTS_USUAL;
	bool cost = false;

	for (int i = 1; i < argc; i++) {
		unsigned kind = 0;
		bool idle = cost && strcmp(argv[i], "idle") == 0;

		if (sscanf(argv[i], "seed=%lu", &seed) == 1 || sscanf(argv[i], "faults=%lu", &faults) == 1 ||
		    sscanf(argv[i], "slack=%lu", &slack_ms) == 1)
			continue;
		if (strcmp(argv[i], "cost") == 0) {
			cost = true;
			continue;
		}
		while (kind < KINDS && strcmp(argv[i], names[kind]) != 0)
			kind++;
		if (idle)
			bystander_measure();
		else if (kind < KINDS && cost)
			run_cost((enum kind)kind, seed);
		else if (kind < KINDS)
			run_kind((enum kind)kind, seed, faults);
		else if (strcmp(argv[i], "pending") == 0)
			part_pending();
		else if (strcmp(argv[i], "pending_late") == 0)
			part_pending_late();
		else
			CHECK(false);
		printf("ok %s\n", argv[i]);
		fflush(stdout);
	}
	return 0;
}
