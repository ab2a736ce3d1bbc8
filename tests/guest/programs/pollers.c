/* SPDX-License-Identifier: MIT */
/*
 * pollers cost: what others pay whose pipes nobody polls, beside 60 processes that poll a silent pipe by 112
 * entries each: as much as without them. pollers crowd: as many processes as there may be wait in the vfs, by
 * poll and by read; each one of them may, and all are answered.
 */
#include "check.h"
#include "proto/proto.h"
#include "proto/records.h"
#include <pagoda/counter.h>
#include <pagoda/ipc.h>
#include <pagoda/program.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#define SLEEPERS     60
#define ENTRIES	     112
#define ROUNDS	     100
#define CROWD	     1024
#define CROWD_LEAST  940 /* whatever a machine runs beside them */
#define PATIENT_MS   30000
#define PER_CENT_MAX 3

static pid_t children[CROWD];

static uint64_t waiting(void)
{
	struct message m = message_make(VFS_COUNTS, 0, 0);
	struct vfs_counts counts;

	CHECK(ipc_call(SLOT_VFS, &m) == E_OK && message_error(&m) == E_OK);
	memcpy(&counts, &message_page()->words[MESSAGE_REGISTERS], sizeof(counts));
	return counts.parked;
}

static void await_waiting(uint64_t count)
{
	uint64_t end = now_ms() + PATIENT_MS;

	while (waiting() < count && now_ms() < end)
		sleep_ms(10);
	CHECK(waiting() == count);
}

/* Ends with 0 when the pipe has something. */
static void poll_and_exit(int fd, int entries)
{
	struct pollfd files[ENTRIES];

	for (int i = 0; i < entries; i++)
		files[i] = (struct pollfd){.fd = fd, .events = POLLIN};
	_exit(poll(files, (nfds_t)entries, -1) == entries ? 0 : 1);
}

static void read_and_exit(int fd)
{
	char byte;

	_exit(read(fd, &byte, 1) == 1 ? 0 : 1);
}

static uint64_t cost_of_a_byte(const int ends[2])
{
	uint64_t least = UINT64_MAX;
	char byte = 0;

	for (int i = 0; i < ROUNDS; i++) {
		uint64_t before = counter_instructions(), cost;

		CHECK(write(ends[1], &byte, 1) == 1 && read(ends[0], &byte, 1) == 1);
		cost = counter_instructions() - before;
		least = cost < least ? cost : least;
	}
	return least;
}

static void await_all(int count)
{
	for (int i = 0; i < count; i++) {
		int status;

		CHECK(waitpid(children[i], &status, 0) == children[i] && status == 0);
	}
}

static void cost(void)
{
	int own[2], silent[2];
	uint64_t before, beside;

	CHECK(pipe(own) == 0 && pipe(silent) == 0);
	before = cost_of_a_byte(own);
	for (int i = 0; i < SLEEPERS; i++) {
		children[i] = fork();
		CHECK(children[i] >= 0);
		if (children[i] == 0)
			poll_and_exit(silent[0], ENTRIES);
	}
	await_waiting(SLEEPERS);
	beside = cost_of_a_byte(own);
	if (beside > before + before * PER_CENT_MAX / 100)
		printf("a byte: %lu instructions, beside pollers %lu\n", (unsigned long)before,
		       (unsigned long)beside);
	CHECK(beside <= before + before * PER_CENT_MAX / 100);
	CHECK(write(silent[1], "x", 1) == 1);
	await_all(SLEEPERS);
}

/* Every second one polls, the others read. */
static int crowd_make(int polled, int read_from)
{
	for (int i = 0; i < CROWD; i++) {
		children[i] = fork();
		if (children[i] < 0)
			return i;
		if (children[i] == 0 && i % 2 == 0)
			poll_and_exit(polled, 2);
		if (children[i] == 0)
			read_and_exit(read_from);
	}
	return CROWD;
}

static void crowd(void)
{
	int polled[2], read_from[2], count;
	struct pollfd own[2];

	CHECK(pipe(polled) == 0 && pipe(read_from) == 0);
	count = crowd_make(polled[0], read_from[0]);
	CHECK(count >= CROWD_LEAST);
	await_waiting((uint64_t)count);
	own[0] = (struct pollfd){.fd = polled[0], .events = POLLIN};
	own[1] = (struct pollfd){.fd = -5, .events = POLLOUT};
	CHECK(poll(own, 2, 10) == 0 && own[0].fd == polled[0] && own[1].fd == -5);
	CHECK(write(polled[1], "x", 1) == 1);
	for (int i = 0; i < count / 2; i++)
		CHECK(write(read_from[1], "x", 1) == 1);
	await_all(count);
}

int main(int argc, char **argv)
{
	CHECK(argc == 2);
	if (strcmp(argv[1], "cost") == 0)
		cost();
	else
		crowd();
	printf("ok %s\n", argv[1]);
	return 0;
}
