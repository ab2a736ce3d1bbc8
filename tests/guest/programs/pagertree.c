/* SPDX-License-Identifier: MIT */
/*
 * pagertree [seed=N] [rounds=N]: ten processes and one object of a custom pager, shared and private at once,
 * against a model. The first process holds the model and tells the ten what to do, all of them in each round,
 * so that they miss the same pages at the same time; what they read comes back byte for byte.
 *
 *   shared    one model for all
 *   private   the shared page until this process, or an ancestor before its fork, stored to it
 *
 * A round either stores to shared pages, each process to words of its own, or reads them. Prints `ok`; the
 * first difference ends it with status 1 and its place.
 */
#include "check.h"
#include "random.h"
#include <errno.h>
#include <fcntl.h>
#include <pagoda/inspect.h>
#include <pagoda/pager.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NAME	     "tree"
#define PAGES	     48ul
#define PAGE_WORDS   (PAGE_BYTES / sizeof(uint64_t))
#define BYTES	     (PAGES * PAGE_BYTES)
#define WORKERS	     10
#define AHEAD	     4
#define CODE_AGAIN   99 /* of a page that was asked for twice */
#define ROUNDS_USUAL 300
#define PATIENT_MS   10000 /* however many programs share the hart with the pager */

enum operation { READ, STORE, RENEW, PROTECT, FORK, EXIT };
enum mapping { SHARED, PRIVATE };

struct command {
	uint64_t operation, mapping, page, count, word, value;
};

static int command_pipe[WORKERS][2], answer_pipe[WORKERS][2];
static uint64_t shared[PAGES][PAGE_WORDS];
static struct {
	uint64_t copy[PAGES][PAGE_WORDS];
	bool copied[PAGES];
} own[WORKERS];
static struct command told[WORKERS];

static uint64_t first_value(uint64_t page, uint64_t word)
{
	return (page << 32 | word) * 0x9e3779b97f4a7c15;
}

/* The pager: each page is made once, alone or with those that follow it. */

static enum pager_verdict fill(struct pager_request *request)
{
	static bool made[PAGES];
	uint64_t page = request->offset_bytes / PAGE_BYTES, count = 1 + page % AHEAD;
	uint64_t *frame = pager_frame(request);

	if (page >= PAGES || made[page])
		return pager_fail(request, SIGBUS, CODE_AGAIN);
	for (uint64_t i = 0; frame != NULL; i++) {
		for (uint64_t word = 0; word < PAGE_WORDS; word++)
			frame[word] = first_value(page + i, word);
		made[page + i] = true;
		frame = i + 1 < count ? pager_frame_at(request, (page + i + 1) * PAGE_BYTES) : NULL;
	}
	return PAGER_SUPPLY;
}

static int object_open(void)
{
	int file = -1;

	for (int tries = 0; file < 0; tries++) {
		CHECK(tries < 5000 && usleep(1000) == 0);
		file = open("/pagers/" NAME, O_RDWR);
	}
	return file;
}

/* A worker. */

static uint64_t *map_at(int file, void *at, uint64_t first, uint64_t count, enum mapping mapping)
{
	int flags = (mapping == SHARED ? MAP_SHARED : MAP_PRIVATE) | (at ? MAP_FIXED : 0);
	void *done = mmap(at, count * PAGE_BYTES, PROT_READ | PROT_WRITE, flags, file,
			  (off_t)(first * PAGE_BYTES));

	CHECK(done != MAP_FAILED && (!at || done == at));
	return done;
}

static void protect(uint64_t *at, uint64_t count)
{
	int status;
	pid_t pid;

	CHECK(mprotect(at, count * PAGE_BYTES, PROT_READ) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		*(volatile uint64_t *)at = 1;
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	CHECK(mprotect(at, count * PAGE_BYTES, PROT_READ | PROT_WRITE) == 0);
}

/* The parent's, or as a child that of @number. */
static uint64_t fork_to(uint64_t me, uint64_t number)
{
	pid_t pid = fork();

	CHECK(pid >= 0);
	return pid == 0 ? number : me;
}

static _Noreturn void work(uint64_t me, int file)
{
	uint64_t *map[] = {map_at(file, NULL, 0, PAGES, SHARED), map_at(file, NULL, 0, PAGES, PRIVATE)};
	struct command command;

	for (;;) {
		CHECK(read(command_pipe[me][0], &command, sizeof(command)) == sizeof(command));
		uint64_t *at = map[command.mapping] + command.page * PAGE_WORDS, done = command.operation;

		if (command.operation == READ) {
			CHECK(write(answer_pipe[me][1], at, PAGE_BYTES) == PAGE_BYTES);
			continue;
		}
		if (command.operation == STORE)
			((volatile uint64_t *)at)[command.word] = command.value;
		if (command.operation == RENEW) {
			CHECK(munmap(at, command.count * PAGE_BYTES) == 0);
			(void)map_at(file, at, command.page, command.count, (enum mapping)command.mapping);
		}
		if (command.operation == PROTECT)
			protect(at, command.count);
		if (command.operation == FORK)
			me = fork_to(me, command.value);
		CHECK(write(answer_pipe[me][1], &done, sizeof(done)) == sizeof(done));
		if (command.operation == EXIT)
			_exit(0);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			continue;
	}
}

/* The model. */

static void tell(uint64_t worker, struct command command)
{
	told[worker] = command;
	CHECK(write(command_pipe[worker][1], &command, sizeof(command)) == sizeof(command));
}

static void compare(uint64_t worker, const uint64_t *seen)
{
	const struct command *command = &told[worker];
	bool is_own = command->mapping == PRIVATE && own[worker].copied[command->page];
	const uint64_t *wanted = is_own ? own[worker].copy[command->page] : shared[command->page];

	for (uint64_t word = 0; word < PAGE_WORDS; word++)
		if (seen[word] != wanted[word])
			printf("process %lu, mapping %lu, page %lu, word %lu: 0x%lx, not 0x%lx\n", worker,
			       command->mapping, command->page, word, seen[word], wanted[word]);
	CHECK(memcmp(seen, wanted, PAGE_BYTES) == 0);
}

static void model_store(uint64_t worker, const struct command *command)
{
	uint64_t page = command->page;

	if (command->mapping == SHARED) {
		shared[page][command->word] = command->value;
		return;
	}
	if (!own[worker].copied[page])
		memcpy(own[worker].copy[page], shared[page], PAGE_BYTES);
	own[worker].copied[page] = true;
	own[worker].copy[page][command->word] = command->value;
}

/* Read until it has come: a page is more than one piece of the pipe. */
static void await(uint64_t worker)
{
	static uint64_t page[PAGE_WORDS];
	struct command *command = &told[worker];
	size_t wanted = command->operation == READ ? PAGE_BYTES : sizeof(page[0]), done = 0;

	while (done < wanted) {
		ssize_t count = read(answer_pipe[worker][0], (char *)page + done, wanted - done);

		CHECK(count > 0);
		done += (size_t)count;
	}
	if (command->operation == READ)
		compare(worker, page);
	else
		CHECK(page[0] == command->operation);
	if (command->operation == STORE)
		model_store(worker, command);
	if (command->operation == RENEW && command->mapping == PRIVATE)
		memset(&own[worker].copied[command->page], false, command->count * sizeof(bool));
}

/* @hot: a page that many touch. */
static struct command any_command(uint64_t worker, bool stores, uint64_t hot)
{
	struct command command = {
		.operation = random_below(16) ? (random_below(3) ? READ : STORE) : RENEW + random_below(2),
		.mapping = random_below(2),
		.page = random_below(3) ? hot : random_below(PAGES),
		.word = worker + WORKERS * random_below(PAGE_WORDS / WORKERS),
		.value = random_below(~0ul),
	};

	command.count = 1 + random_below(PAGES - command.page < 8 ? PAGES - command.page : 8);
	if (command.operation > STORE)
		return command;
	if (stores) {
		command.operation = STORE;
		command.mapping = SHARED;
	} else if (command.operation == STORE) {
		command.mapping = PRIVATE;
	}
	return command;
}

static void round_run(void)
{
	bool stores = random_below(2);
	uint64_t hot = random_below(PAGES);

	for (uint64_t i = 0; i < WORKERS; i++)
		tell(i, any_command(i, stores, hot));
	for (uint64_t i = 0; i < WORKERS; i++)
		await(i);
}

/* One process ends, and another one's child takes its place. */
static void round_fork(void)
{
	uint64_t from = random_below(WORKERS), to = (from + 1 + random_below(WORKERS - 1)) % WORKERS;

	tell(to, (struct command){.operation = EXIT});
	await(to);
	tell(from, (struct command){.operation = FORK, .value = to});
	await(from);
	told[to] = told[from];
	await(to);
	memcpy(&own[to], &own[from], sizeof(own[to]));
}

static void begin(void)
{
	int file;

	for (uint64_t i = 0; i < PAGES * PAGE_WORDS; i++)
		shared[i / PAGE_WORDS][i % PAGE_WORDS] = first_value(i / PAGE_WORDS, i % PAGE_WORDS);
	for (int i = 0; i < WORKERS; i++)
		CHECK(pipe(command_pipe[i]) == 0 && pipe(answer_pipe[i]) == 0);
	file = object_open();
	for (uint64_t i = 0; i < WORKERS; i++) {
		pid_t pid = fork();

		CHECK(pid >= 0);
		if (pid == 0)
			work(i, file);
	}
	CHECK(close(file) == 0);
}

/* Every page of everybody is looked at, then they go. */
static void end(void)
{
	struct pager_custom custom;
	uint64_t broken;

	for (uint64_t page = 0; page < 2 * PAGES; page++) {
		for (uint64_t i = 0; i < WORKERS; i++)
			tell(i, (struct command){.operation = READ, .mapping = page % 2, .page = page / 2});
		for (uint64_t i = 0; i < WORKERS; i++)
			await(i);
	}
	for (uint64_t i = 0; i < WORKERS; i++) {
		tell(i, (struct command){.operation = EXIT});
		await(i);
	}
	while (wait(NULL) > 0) /* the pager ends with its last client */
		continue;
	CHECK(inspect_check_server(INSPECT_PAGER, &broken) == E_OK && broken == 0);
	for (int tries = 0; inspect_custom_pager(0, &custom) != E_NO_ENTRY; tries++) /* orphans end */
		CHECK(tries < 1000 && usleep(1000) == 0);
}

int main(int argc, char **argv)
{
	uint64_t seed = 1, rounds = ROUNDS_USUAL;
	pid_t pager;

	for (int i = 1; i < argc; i++)
		CHECK(sscanf(argv[i], "seed=%lu", &seed) == 1 || sscanf(argv[i], "rounds=%lu", &rounds) == 1);
	random_seed(seed);
	pager = fork();
	CHECK(pager >= 0);
	if (pager == 0)
		_exit(pager_serve(NAME, BYTES,
				  &(struct pager_ops){.missing = fill,
						      .writable = true,
						      .until_unused = true,
						      .deadline_ms = PATIENT_MS}));
	begin();
	for (uint64_t i = 0; i < rounds; i++) {
		round_run();
		if (random_below(6) == 0)
			round_fork();
	}
	end();
	printf("ok seed=%lu rounds=%lu\n", seed, rounds);
	return 0;
}
