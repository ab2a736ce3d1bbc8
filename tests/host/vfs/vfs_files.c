/* SPDX-License-Identifier: MIT */
/* Descriptors, open files and pipes' ends, against a slow reference. */
#include "world.h"

#define files (world.files)

static struct open_request readable;

static void build(void)
{
	uint32_t number;

	world_make(100, 1);
	CHECK_EQ(tree_create(&world.tree, TREE_ROOT, "f", 1, VFS_REGULAR | 0644, &number), E_OK);
	readable = (struct open_request){.inode = number, .flags = OPEN_READ};
}

static struct process *create(uint32_t pid)
{
	struct process *process;

	CHECK_EQ(process_create(&files, pid, &process), E_OK);
	return process;
}

TEST(descriptors_are_the_lowest_free_ones)
{
	struct process *process;
	uint32_t fd;

	build();
	process = create(5);
	for (uint32_t i = 0; i < 4; i++) {
		CHECK_EQ(file_open(&files, process, &readable, &fd), E_OK);
		CHECK_EQ(fd, i);
	}
	CHECK_EQ(file_close(&files, process, 1), E_OK);
	CHECK_EQ(file_open(&files, process, &readable, &fd), E_OK);
	CHECK_EQ(fd, 1);
	CHECK_EQ(file_duplicate(&files, process, 0, 2, &fd), E_OK);
	CHECK_EQ(fd, 4);
	world_check();
}

TEST(closed_and_foreign_descriptors_are_bad)
{
	struct process *process;
	uint32_t fd;

	build();
	process = create(5);
	CHECK_EQ(file_close(&files, process, 0), E_BAD_FD);
	CHECK_EQ(file_close(&files, process, FILES_DESCRIPTORS), E_BAD_FD);
	CHECK_EQ(file_close(&files, process, UINT64_MAX), E_BAD_FD);
	CHECK_TRUE(file_of(&files, process, 1ull << 32) == NULL);
	CHECK_EQ(file_duplicate(&files, process, 3, 0, &fd), E_BAD_FD);
	CHECK_EQ(file_duplicate_to(&files, process, 3, 0), E_BAD_FD);
	CHECK_EQ(file_open(&files, process, &readable, &fd), E_OK);
	CHECK_EQ(file_duplicate_to(&files, process, 0, FILES_DESCRIPTORS), E_BAD_FD);
	CHECK_EQ(file_duplicate(&files, process, 0, FILES_DESCRIPTORS, &fd), E_ARGUMENT);
}

TEST(a_process_exists_once_and_pid_0_never)
{
	struct process *process;

	build();
	create(5);
	CHECK_EQ(process_create(&files, 5, &process), E_EXISTS);
	CHECK_EQ(process_create(&files, 0, &process), E_ARGUMENT);
	CHECK_EQ(process_fork(&files, process_find(&files, 5), 5, 0), E_EXISTS);
	CHECK_EQ(files.process_count, 1);
}

TEST(a_full_table_refuses_and_changes_nothing)
{
	struct process *process;
	uint32_t fd, fds[2];

	build();
	process = create(5);
	for (uint32_t i = 0; i < FILES_DESCRIPTORS - 1; i++)
		CHECK_EQ(file_open(&files, process, &readable, &fd), E_OK);
	CHECK_EQ(file_open_pipe(&files, process, 0, fds), E_TOO_MANY);
	CHECK_EQ(world.pipes.count, 0);
	CHECK_EQ(file_open(&files, process, &readable, &fd), E_OK);
	CHECK_EQ(file_open(&files, process, &readable, &fd), E_TOO_MANY);
	CHECK_EQ(file_duplicate(&files, process, 0, 0, &fd), E_TOO_MANY);
	CHECK_EQ(files.open_count, FILES_DESCRIPTORS);
	process_destroy(&files, process);
	CHECK_EQ(files.open_count, 0);
	for (uint32_t pid = 1; pid <= FILES_PROCESSES; pid++)
		create(pid * 256);
	CHECK_EQ(process_create(&files, 3, &process), E_TOO_MANY);
	world_check();
}

TEST(the_limit_of_a_process_counts_for_new_descriptors)
{
	struct process *process;
	uint32_t fd;

	build();
	process = create(5);
	for (uint32_t i = 0; i < 4; i++)
		CHECK_EQ(file_open(&files, process, &readable, &fd), E_OK);
	process->limit = 3;
	CHECK_TRUE(file_of(&files, process, 3) != NULL);
	CHECK_EQ(file_open(&files, process, &readable, &fd), E_TOO_MANY);
	CHECK_EQ(file_duplicate_to(&files, process, 0, 3), E_BAD_FD);
	CHECK_EQ(file_close(&files, process, 3), E_OK);
	CHECK_EQ(file_open(&files, process, &readable, &fd), E_TOO_MANY);
	world_check();
}

TEST(a_fork_shares_offsets_and_exec_closes_what_it_should)
{
	struct process *parent, *child;
	uint32_t fd;

	build();
	parent = create(1);
	CHECK_EQ(file_open(&files, parent, &readable, &fd), E_OK);
	CHECK_EQ(file_open(&files, parent, &readable, &fd), E_OK);
	file_set_cloexec(parent, 1, true);
	CHECK_EQ(process_fork(&files, parent, 2, 0), E_OK);
	child = process_find(&files, 2);
	file_of(&files, parent, 0)->offset = 77;
	CHECK_EQ(file_of(&files, child, 0)->offset, 77);
	process_exec(&files, child);
	CHECK_TRUE(file_of(&files, child, 1) == NULL);
	CHECK_TRUE(file_of(&files, parent, 1) != NULL);
	world_check();
	process_destroy(&files, parent);
	CHECK_EQ(files.open_count, 1);
	process_destroy(&files, child);
	CHECK_EQ(files.open_count, 0);
	world_check();
}

TEST(the_last_descriptor_closes_a_pipes_end)
{
	struct process *parent, *child;
	uint32_t fds[2], pipe;
	const uint8_t *from;
	uint64_t bytes;

	build();
	parent = create(1);
	CHECK_EQ(file_open_pipe(&files, parent, 0, fds), E_OK);
	CHECK_EQ(process_fork(&files, parent, 2, 0), E_OK);
	child = process_find(&files, 2);
	pipe = file_of(&files, parent, fds[0])->target;
	CHECK_EQ(file_close(&files, parent, fds[1]), E_OK);
	CHECK_EQ(pipe_read(&world.pipes, pipe, &from, &bytes), E_LATER);
	CHECK_EQ(file_close(&files, child, fds[1]), E_OK);
	CHECK_EQ(pipe_read(&world.pipes, pipe, &from, &bytes), E_OK);
	CHECK_EQ(bytes, 0);
	process_destroy(&files, parent);
	process_destroy(&files, child);
	while (pipe_take_changed(&world.pipes, &pipe))
		;
	CHECK_EQ(world.pipes.count, 0);
	world_check();
}

TEST(seeks_stay_within_the_offsets)
{
	uint64_t target;

	CHECK_EQ(file_seek_target(10, -10, &target), E_OK);
	CHECK_EQ(target, 0);
	CHECK_EQ(file_seek_target(10, -11, &target), E_ARGUMENT);
	CHECK_EQ(file_seek_target(INT64_MAX, 0, &target), E_OK);
	CHECK_EQ(file_seek_target(INT64_MAX, 1, &target), E_ARGUMENT);
	CHECK_EQ(file_seek_target(1, INT64_MAX, &target), E_ARGUMENT);
	CHECK_EQ(file_seek_target(1ull << 63, -1, &target), E_ARGUMENT);
	CHECK_EQ(file_seek_target(0, INT64_MIN, &target), E_ARGUMENT);
}

#define PIDS 24
#define FDS  12 /* limit of each process here */

/* What each descriptor is: a number of its own for each open file. 0: closed. */
static bool exists[PIDS];
static uint64_t what[PIDS][FDS];
static bool cloexec[PIDS][FDS];
static uint64_t opened;

static unsigned lowest(unsigned i, unsigned from)
{
	while (from < FDS && what[i][from] != 0)
		from++;
	return from;
}

/* The open file carries its number as its offset. */
static void mark(struct process *process, unsigned i, uint32_t fd, uint64_t number, bool exec)
{
	file_of(&files, process, fd)->offset = number;
	what[i][fd] = number;
	cloexec[i][fd] = exec;
}

static void random_open(struct process *process, unsigned i)
{
	struct open_request wanted = readable;
	unsigned expected = lowest(i, 0);
	uint32_t fd;

	wanted.flags |= test_random_below(2) ? OPEN_CLOEXEC : 0;
	CHECK_EQ(file_open(&files, process, &wanted, &fd), expected < FDS ? E_OK : E_TOO_MANY);
	if (expected == FDS)
		return;
	CHECK_EQ(fd, expected);
	mark(process, i, fd, ++opened, wanted.flags & OPEN_CLOEXEC);
}

static void random_pipe(struct process *process, unsigned i)
{
	unsigned first = lowest(i, 0), second = first < FDS ? lowest(i, first + 1) : FDS;
	uint32_t fds[2];
	err_t error = file_open_pipe(&files, process, 0, fds);

	if (second >= FDS) {
		CHECK_EQ(error, E_TOO_MANY);
		return;
	}
	CHECK_EQ(error, E_OK);
	CHECK_TRUE(fds[0] == first && fds[1] == second);
	mark(process, i, first, ++opened, false);
	mark(process, i, second, ++opened, false);
}

static void random_dup(struct process *process, unsigned i)
{
	unsigned fd = test_random_below(FDS), to = test_random_below(FDS), expected = lowest(i, to);
	uint32_t new_fd;
	err_t error;

	if (test_random_below(2)) {
		error = file_duplicate_to(&files, process, fd, to);
		CHECK_EQ(error, what[i][fd] ? E_OK : E_BAD_FD);
		if (error == E_OK && fd != to) {
			what[i][to] = what[i][fd];
			cloexec[i][to] = false;
		}
		return;
	}
	error = file_duplicate(&files, process, fd, to, &new_fd);
	CHECK_EQ(error, !what[i][fd] ? E_BAD_FD : expected == FDS ? E_TOO_MANY : E_OK);
	if (error == E_OK) {
		CHECK_EQ(new_fd, expected);
		what[i][expected] = what[i][fd];
		cloexec[i][expected] = false;
	}
}

static void random_fork(struct process *process, unsigned i)
{
	unsigned j = test_random_below(PIDS);

	CHECK_EQ(process_fork(&files, process, (j + 1) * 256, 0), exists[j] ? E_EXISTS : E_OK);
	if (exists[j])
		return;
	exists[j] = true;
	memcpy(what[j], what[i], sizeof(what[j]));
	memcpy(cloexec[j], cloexec[i], sizeof(cloexec[j]));
}

static void random_exec(struct process *process, unsigned i)
{
	process_exec(&files, process);
	for (unsigned fd = 0; fd < FDS; fd++) {
		if (cloexec[i][fd])
			what[i][fd] = 0;
		cloexec[i][fd] = false;
	}
}

static void random_close(struct process *process, unsigned i)
{
	unsigned fd = test_random_below(FDS);

	CHECK_EQ(file_close(&files, process, fd), what[i][fd] ? E_OK : E_BAD_FD);
	what[i][fd] = 0;
	cloexec[i][fd] = false;
}

static void random_step(void)
{
	unsigned i = test_random_below(PIDS), choice = test_random_below(40);
	struct process *process = process_find(&files, (i + 1) * 256);
	uint32_t pipe;

	CHECK_EQ(process != NULL, exists[i]);
	if (!process) {
		create((i + 1) * 256)->limit = FDS;
		exists[i] = true;
		memset(what[i], 0, sizeof(what[i]));
		memset(cloexec[i], 0, sizeof(cloexec[i]));
	} else if (choice < 2) {
		process_destroy(&files, process);
		exists[i] = false;
	} else if (choice < 4) {
		random_fork(process, i);
	} else if (choice < 5) {
		random_exec(process, i);
	} else if (choice < 10) {
		random_pipe(process, i);
	} else if (choice < 20) {
		random_dup(process, i);
	} else if (choice < 30) {
		random_open(process, i);
	} else {
		random_close(process, i);
	}
	while (pipe_take_changed(&world.pipes, &pipe))
		;
}

static void compare(void)
{
	for (unsigned i = 0; i < PIDS; i++) {
		const struct process *process = process_find(&files, (i + 1) * 256);

		for (unsigned fd = 0; exists[i] && fd < FDS; fd++) {
			const struct open_file *file = file_of(&files, process, fd);

			CHECK_EQ(file ? file->offset : 0, what[i][fd]);
			CHECK_EQ(file_is_cloexec(process, fd), cloexec[i][fd]);
		}
	}
}

TEST(random_use_agrees_with_the_reference)
{
	build();
	memset(exists, 0, sizeof(exists));
	for (uint64_t op = 0; op < test_ops; op++) {
		random_step();
		if (op % 256 == 0) {
			world_check();
			compare();
		}
	}
	world_check();
	compare();
}

TEST_MAIN(200000)
