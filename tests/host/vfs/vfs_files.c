/* SPDX-License-Identifier: MIT */
/* Descriptors and open files, against a slow reference. */
#include "files.h"
#include "proto/records.h"
#include "test.h"

static struct files files;
static const struct open_request readable = {.inode = 7, .flags = OPEN_READ};

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

	files_init(&files);
	process = create(5);
	for (uint32_t i = 0; i < 4; i++) {
		CHECK_EQ(file_open(&files, process, &readable, &fd), E_OK);
		CHECK_EQ(fd, i);
	}
	CHECK_EQ(file_close(&files, process, 1), E_OK);
	CHECK_EQ(file_open(&files, process, &readable, &fd), E_OK);
	CHECK_EQ(fd, 1);
	CHECK_EQ(files_check(&files), 0);
}

TEST(closed_and_foreign_descriptors_are_bad)
{
	struct process *process;

	files_init(&files);
	process = create(5);
	CHECK_EQ(file_close(&files, process, 0), E_BAD_FD);
	CHECK_EQ(file_close(&files, process, FILES_DESCRIPTORS), E_BAD_FD);
	CHECK_EQ(file_close(&files, process, UINT64_MAX), E_BAD_FD);
	CHECK_TRUE(file_of(&files, process, 1ull << 32) == NULL);
}

TEST(a_process_exists_once_and_pid_0_never)
{
	struct process *process;

	files_init(&files);
	create(5);
	CHECK_EQ(process_create(&files, 5, &process), E_EXISTS);
	CHECK_EQ(process_create(&files, 0, &process), E_ARGUMENT);
	CHECK_EQ(files.process_count, 1);
}

TEST(a_full_table_refuses_and_changes_nothing)
{
	struct process *process;
	uint32_t fd;

	files_init(&files);
	process = create(5);
	for (uint32_t i = 0; i < FILES_DESCRIPTORS; i++)
		CHECK_EQ(file_open(&files, process, &readable, &fd), E_OK);
	CHECK_EQ(file_open(&files, process, &readable, &fd), E_TOO_MANY);
	CHECK_EQ(files.open_count, FILES_DESCRIPTORS);
	process_destroy(&files, process);
	CHECK_EQ(files.open_count, 0);
	for (uint32_t pid = 1; pid <= FILES_PROCESSES; pid++)
		create(pid * 256);
	CHECK_EQ(process_create(&files, 3, &process), E_TOO_MANY);
	CHECK_EQ(files_check(&files), 0);
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

/* Which descriptors are open, for pids 1 to PIDS times 100 (which share buckets). */
static bool exists[PIDS], is_open[PIDS][FILES_DESCRIPTORS];

static void random_open(struct process *process, unsigned i)
{
	uint32_t fd, expected = 0;

	while (expected < FILES_DESCRIPTORS && is_open[i][expected])
		expected++;
	if (expected == FILES_DESCRIPTORS) {
		CHECK_EQ(file_open(&files, process, &readable, &fd), E_TOO_MANY);
		return;
	}
	CHECK_EQ(file_open(&files, process, &readable, &fd), E_OK);
	CHECK_EQ(fd, expected);
	is_open[i][fd] = true;
}

static void random_step(void)
{
	unsigned i = test_random_below(PIDS), fd = test_random_below(FILES_DESCRIPTORS);
	struct process *process = process_find(&files, (i + 1) * 256);

	CHECK_EQ(process != NULL, exists[i]);
	if (!process) {
		create((i + 1) * 256);
		exists[i] = true;
	} else if (test_random_below(40) == 0) {
		process_destroy(&files, process);
		exists[i] = false;
		memset(is_open[i], 0, sizeof(is_open[i]));
	} else if (test_random_below(2)) {
		random_open(process, i);
	} else {
		CHECK_EQ(file_close(&files, process, fd), is_open[i][fd] ? E_OK : E_BAD_FD);
		is_open[i][fd] = false;
	}
}

TEST(random_use_agrees_with_the_reference)
{
	files_init(&files);
	memset(exists, 0, sizeof(exists));
	memset(is_open, 0, sizeof(is_open));
	for (uint64_t op = 0; op < test_ops; op++) {
		random_step();
		if (op % 1024 == 0)
			CHECK_EQ(files_check(&files), 0);
	}
	CHECK_EQ(files_check(&files), 0);
}

TEST_MAIN(200000)
