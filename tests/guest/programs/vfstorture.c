/* SPDX-License-Identifier: MIT */
/*
 * vfstorture NAME...: pipes, files and directories under load and in odd orders, by POSIX alone; the same
 * program passes on other systems. Works in /tmp. Prints `ok NAME` for each; the first difference ends it
 * with status 1 and its place.
 */
#include "check.h"
#include "parts.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __riscv
#include <pagoda/inspect.h>
#endif

#define PAGE	4096
#define MIB	(1ul << 20)
#define WRITERS 5

static char big[64 * 1024];

static void check_child(pid_t pid)
{
	int status;

	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void read_whole(int fd, void *to, size_t bytes)
{
	for (size_t done = 0; done < bytes;) {
		ssize_t got = read(fd, (char *)to + done, bytes - done);

		CHECK(got > 0);
		done += got;
	}
}

static void write_whole(int fd, const void *from, size_t bytes)
{
	for (size_t done = 0; done < bytes;) {
		ssize_t put = write(fd, (const char *)from + done, bytes - done);

		CHECK(put > 0);
		done += put;
	}
}

struct record {
	unsigned short bytes; /* of the whole */
	unsigned char writer, fill;
	unsigned number;
};

static void write_records(int fd, unsigned writer, unsigned count)
{
	char buffer[PAGE];

	for (unsigned i = 0; i < count; i++) {
		struct record record = {.bytes = sizeof(record) + (i * 977 + writer * 131) % (PAGE - 7),
					.writer = writer,
					.fill = i,
					.number = i};

		memset(buffer, record.fill, sizeof(buffer));
		memcpy(buffer, &record, sizeof(record));
		CHECK(write(fd, buffer, record.bytes) == record.bytes);
	}
}

/* Writes of at most PIPE_BUF bytes by many are never split and stay in each writer's order. */
static void pipe_records(void)
{
	enum { COUNT = 150 };
	unsigned next[WRITERS] = {0};
	pid_t pids[WRITERS];
	int ends[2];

	CHECK(pipe(ends) == 0);
	for (unsigned writer = 0; writer < WRITERS; writer++) {
		pids[writer] = fork();
		if (pids[writer] == 0) {
			close(ends[0]);
			write_records(ends[1], writer, COUNT);
			_exit(0);
		}
	}
	close(ends[1]);
	for (unsigned total = 0; total < WRITERS * COUNT; total++) {
		struct record record;

		read_whole(ends[0], &record, sizeof(record));
		CHECK(record.writer < WRITERS && record.number == next[record.writer]++);
		read_whole(ends[0], big, record.bytes - sizeof(record));
		for (unsigned i = 0; i < record.bytes - sizeof(record); i++)
			CHECK((unsigned char)big[i] == record.fill);
	}
	CHECK(read(ends[0], big, 1) == 0);
	close(ends[0]);
	for (unsigned i = 0; i < WRITERS; i++)
		check_child(pids[i]);
}

/* A long write goes through in pieces, whatever the sizes of the reads. */
static void pipe_stream(void)
{
	int ends[2];
	unsigned long at = 0;
	ssize_t got;
	pid_t pid;

	CHECK(pipe(ends) == 0);
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		for (unsigned round = 0; round < 16; round++) {
			for (unsigned i = 0; i < sizeof(big); i++)
				big[i] = (round * sizeof(big) + i) % 251;
			write_whole(ends[1], big, sizeof(big));
		}
		_exit(0);
	}
	close(ends[1]);
	while ((got = read(ends[0], big, 1 + at * 7 % 9000)) > 0) {
		for (ssize_t i = 0; i < got; i++, at++)
			CHECK((unsigned char)big[i] == at % 251);
	}
	CHECK(got == 0 && at == 16 * sizeof(big));
	close(ends[0]);
	check_child(pid);
}

/* The end of the file comes with the last writer, EPIPE with the last reader. */
/* Fresh memory: its pages are absent until they are touched. */
static char *fresh(void)
{
	char *at = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(at != MAP_FAILED);
	return at;
}

/* The child waits for @wanted bytes in fresh memory at @into, and finds @sum. */
static pid_t start_reader(int fd, size_t into, size_t wanted, unsigned sum)
{
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		char *at = fresh() + into;

		read_whole(fd, at, wanted);
		for (size_t i = 0; i < wanted; i++)
			sum -= (unsigned char)at[i];
		_exit(sum != 0);
	}
	sleep_ms(20); /* so that it waits */
	return pid;
}

/* Written to whoever waits: from memory that is there or not, over the ends of pages, all that is wanted or
 * more. */
static void pipe_waited(void)
{
	static const struct {
		size_t from, into, bytes, wanted;
	} cases[] = {{0, 0, 1, 1},
		     {PAGE - 7, 0, 100, 100},
		     {3, PAGE - 50, 5000, 5000},
		     {8, 8, 2 * PAGE, 2 * PAGE},
		     {1, 2, 300, 100},
		     {5, 6, 9 * PAGE, 9 * PAGE},
		     {0, 0, 3000, 3000}};

	for (unsigned i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		size_t bytes = cases[i / 2].bytes, wanted = cases[i / 2].wanted;
		int zero = i % 2; /* never touched before the write, so all zeros */
		char *from = fresh() + cases[i / 2].from;
		unsigned sum = 0;
		int fds[2], other = open("/tmp/waited", O_CREAT | O_TRUNC | O_RDWR, 0600);
		pid_t reader;

		for (size_t j = 0; j < bytes && !zero; j++) {
			from[j] = (char)(j * 7 + i);
			sum += j < wanted ? (unsigned char)from[j] : 0;
		}
		CHECK(other >= 0 && pipe(fds) == 0);
		reader = start_reader(fds[0], cases[i / 2].into, wanted, sum);
		CHECK(write(fds[1], from, bytes) == (ssize_t)bytes);
		/* What is asked next is another request. */
		CHECK(write(other, "next", 4) == 4 && lseek(other, 0, SEEK_END) == 4);
		check_child(reader);
		close(fds[0]), close(fds[1]), close(other);
		CHECK(unlink("/tmp/waited") == 0);
	}
}

static void pipe_ends(void)
{
	int ends[2], copy;
	char byte;

	signal(SIGPIPE, SIG_IGN);
	CHECK(pipe(ends) == 0);
	copy = dup(ends[1]);
	CHECK(copy >= 0 && write(copy, "x", 1) == 1);
	close(ends[1]);
	close(copy);
	CHECK(read(ends[0], &byte, 1) == 1 && byte == 'x');
	CHECK(read(ends[0], &byte, 1) == 0 && read(ends[0], &byte, 1) == 0);
	CHECK(write(ends[0], "x", 1) == -1 && errno == EBADF);
	CHECK(lseek(ends[0], 0, SEEK_SET) == -1 && errno == ESPIPE);
	close(ends[0]);
	CHECK(pipe(ends) == 0);
	close(ends[0]);
	CHECK(write(ends[1], "x", 1) == -1 && errno == EPIPE);
	close(ends[1]);
}

/* Those who wait wake when the other end closes, and a killed one disturbs nobody. */
static void pipe_killed(void)
{
	int ends[2];
	pid_t waiting, other;
	char byte;

	CHECK(pipe(ends) == 0);
	waiting = fork();
	if (waiting == 0)
		_exit(read(ends[0], &byte, 1) == 1);
	sleep_ms(5);
	other = fork();
	if (other == 0)
		_exit(!(read(ends[0], &byte, 1) == 1 && byte == 'y'));
	sleep_ms(5);
	kill(waiting, SIGKILL); /* the first in the queue */
	CHECK(waitpid(waiting, NULL, 0) == waiting);
	CHECK(write(ends[1], "y", 1) == 1);
	check_child(other);
	waiting = fork();
	if (waiting == 0) { /* a writer that fills the pipe and waits */
		close(ends[0]);
		write_whole(ends[1], big, sizeof(big));
		write_whole(ends[1], big, sizeof(big));
		_exit(0);
	}
	close(ends[1]);
	CHECK(read(ends[0], &byte, 1) == 1); /* it has begun */
	sleep_ms(5);
	kill(waiting, SIGKILL);
	CHECK(waitpid(waiting, NULL, 0) == waiting);
	while (read(ends[0], big, sizeof(big)) > 0)
		;
	close(ends[0]);
	CHECK(pipe(ends) == 0);
	waiting = fork();
	if (waiting == 0) { /* a writer whose reader goes */
		close(ends[0]);
		signal(SIGPIPE, SIG_IGN);
		while (write(ends[1], big, sizeof(big)) > 0)
			;
		_exit(errno == EPIPE ? 0 : 1);
	}
	close(ends[1]);
	sleep_ms(5);
	close(ends[0]);
	check_child(waiting);
}

static void fill(char *page, unsigned long number)
{
	for (unsigned i = 0; i < PAGE; i += 8)
		memcpy(page + i, &(unsigned long){number * 31 + i}, 8);
}

/* More than the memory the vfs starts with; holes; cutting and growing again. */
static void large_file(void)
{
	char page[PAGE], wanted[PAGE];
	struct stat facts;
	int fd = open("/tmp/vt_large", O_RDWR | O_CREAT | O_TRUNC, 0600);

	CHECK(fd >= 0);
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned long i = 0; i < 6 * MIB / PAGE; i++) {
			fill(page, i + round);
			CHECK(write(fd, page, PAGE) == PAGE);
		}
		CHECK(lseek(fd, 0, SEEK_SET) == 0);
		for (unsigned long i = 0; i < 6 * MIB / PAGE; i++) {
			CHECK(read(fd, page, PAGE) == PAGE);
			fill(wanted, i + round);
			CHECK(memcmp(page, wanted, PAGE) == 0);
		}
		CHECK(ftruncate(fd, 5000) == 0 && ftruncate(fd, 3 * MIB) == 0);
		CHECK(lseek(fd, PAGE, SEEK_SET) == PAGE && read(fd, page, PAGE) == PAGE);
		fill(wanted, 1 + round);
		CHECK(memcmp(page, wanted, 5000 - PAGE) == 0);
		for (unsigned i = 5000 - PAGE; i < PAGE; i++)
			CHECK(page[i] == 0);
		CHECK(lseek(fd, 0, SEEK_SET) == 0);
	}
	CHECK(lseek(fd, 100 * MIB, SEEK_SET) == 100 * MIB && write(fd, "end", 3) == 3);
	CHECK(fstat(fd, &facts) == 0 && facts.st_size == 100 * MIB + 3);
	CHECK(lseek(fd, 50 * MIB, SEEK_SET) == 50 * MIB && read(fd, page, PAGE) == PAGE);
	CHECK(page[0] == 0 && page[PAGE - 1] == 0);
	close(fd);
	CHECK(unlink("/tmp/vt_large") == 0);
}

/* Writing ends with an error when memory does, and goes on when a file is gone. */
static void full(void)
{
	int fd = open("/tmp/vt_full", O_RDWR | O_CREAT | O_TRUNC, 0600), other;
	unsigned long bytes = 0;
	ssize_t put;

	CHECK(fd >= 0);
	while ((put = write(fd, big, sizeof(big))) > 0)
		bytes += put;
	CHECK(put == -1 && (errno == ENOSPC));
	CHECK(bytes > MIB);
	CHECK(lseek(fd, 0, SEEK_END) == (off_t)bytes);
	close(fd);
	CHECK(unlink("/tmp/vt_full") == 0);
	other = open("/tmp/vt_other", O_RDWR | O_CREAT | O_TRUNC, 0600);
	CHECK(other >= 0 && write(other, big, sizeof(big)) == sizeof(big));
	close(other);
	CHECK(unlink("/tmp/vt_other") == 0);
}

static char *map_file(const char *name)
{
	int fd = open(name, O_RDONLY);
	char *at = mmap(NULL, 4 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);

	CHECK(fd >= 0 && at != MAP_FAILED);
	close(fd);
	return at;
}

/* A new mapping sees what was written; a mapped file may lose its name. */
static void mapped_versions(void)
{
	int fd = open("/tmp/vt_mapped", O_RDWR | O_CREAT | O_TRUNC, 0600);
	char *first, *second;

	CHECK(fd >= 0);
	memset(big, 'a', 4 * PAGE);
	write_whole(fd, big, 4 * PAGE);
	first = map_file("/tmp/vt_mapped");
	CHECK(first[0] == 'a');
	memset(big, 'b', 4 * PAGE);
	CHECK(lseek(fd, 0, SEEK_SET) == 0);
	write_whole(fd, big, 4 * PAGE);
	second = map_file("/tmp/vt_mapped");
	CHECK(second[0] == 'b' && second[3 * PAGE] == 'b');
	CHECK(first[0] == 'a' || first[0] == 'b');
	CHECK(unlink("/tmp/vt_mapped") == 0 && close(fd) == 0);
	fd = open("/tmp/vt_mapped2", O_RDWR | O_CREAT | O_TRUNC, 0600); /* memory that would be used again */
	memset(big, 'c', sizeof(big));
	write_whole(fd, big, sizeof(big));
	CHECK(second[PAGE] == 'b' && second[2 * PAGE] == 'b');
	CHECK(munmap(first, 4 * PAGE) == 0 && munmap(second, 4 * PAGE) == 0);
	CHECK(unlink("/tmp/vt_mapped2") == 0 && close(fd) == 0);
}

/* A listing shows every entry once, though those shown are removed meanwhile. */
static void listing(void)
{
	enum { COUNT = 300 };
	static char seen[COUNT];
	struct dirent *entry;
	DIR *directory;
	char name[64];

	CHECK(mkdir("/tmp/vt_many", 0700) == 0);
	for (unsigned i = 0; i < COUNT; i++) {
		snprintf(name, sizeof(name), "/tmp/vt_many/entry_with_a_longer_name_than_some_%u", i);
		close(open(name, O_WRONLY | O_CREAT, 0600));
	}
	directory = opendir("/tmp/vt_many");
	CHECK(directory != NULL);
	while ((entry = readdir(directory)) != NULL) {
		unsigned number;

		if (sscanf(entry->d_name, "entry_with_a_longer_name_than_some_%u", &number) != 1)
			continue;
		CHECK(number < COUNT && !seen[number]++);
		snprintf(name, sizeof(name), "/tmp/vt_many/%.50s", entry->d_name);
		CHECK(unlink(name) == 0);
	}
	closedir(directory);
	for (unsigned i = 0; i < COUNT; i++)
		CHECK(seen[i]);
	CHECK(rmdir("/tmp/vt_many") == 0);
}

/* What is open or somebody's place stays without a name, and nothing can be made in it. */
static void nameless(void)
{
	char text[100];
	int fd;

	CHECK(mkdir("/tmp/vt_gone", 0700) == 0 && chdir("/tmp/vt_gone") == 0);
	CHECK(getcwd(text, sizeof(text)) && strcmp(text, "/tmp/vt_gone") == 0);
	fd = open("file", O_RDWR | O_CREAT | O_EXCL, 0600);
	CHECK(fd >= 0 && write(fd, "text", 4) == 4);
	CHECK(rename("file", "other") == 0 && unlink("other") == 0);
	CHECK(rmdir("/tmp/vt_gone") == 0);
	CHECK(getcwd(text, sizeof(text)) == NULL && errno == ENOENT);
	CHECK(open("new", O_WRONLY | O_CREAT, 0600) == -1 && errno == ENOENT);
	CHECK(lseek(fd, 0, SEEK_SET) == 0 && read(fd, text, sizeof(text)) == 4 &&
	      memcmp(text, "text", 4) == 0);
	close(fd);
	CHECK(chdir("/tmp") == 0);
}

/* Appending by many loses nothing. */
static void appending(void)
{
	char line[16];
	struct stat facts;
	pid_t pids[4];

	close(open("/tmp/vt_log", O_WRONLY | O_CREAT | O_TRUNC, 0600));
	for (unsigned i = 0; i < 4; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			int fd = open("/tmp/vt_log", O_WRONLY | O_APPEND);

			memset(line, 'a' + i, sizeof(line));
			for (unsigned n = 0; n < 100; n++)
				CHECK(write(fd, line, sizeof(line)) == sizeof(line));
			_exit(0);
		}
	}
	for (unsigned i = 0; i < 4; i++)
		check_child(pids[i]);
	CHECK(stat("/tmp/vt_log", &facts) == 0 && facts.st_size == 4 * 100 * sizeof(line));
	CHECK(unlink("/tmp/vt_log") == 0);
}

/* A table of descriptors that is full says so, and is whole afterwards. */
static void descriptors(void)
{
	int last = -1, fd, ends[2];

	while ((fd = open("/dev/null", O_RDONLY)) >= 0)
		last = fd;
	CHECK(errno == EMFILE && last > 10);
	CHECK(pipe(ends) == -1 && errno == EMFILE);
	CHECK(dup(0) == -1 && errno == EMFILE);
	close(last);
	CHECK(pipe(ends) == -1 && errno == EMFILE);
	CHECK(dup(0) == last);
	for (fd = 3; fd <= last; fd++)
		close(fd);
	CHECK(pipe(ends) == 0);
	close(ends[0]);
	close(ends[1]);
}

static const struct part tests[] = {
	{"pipe_records", pipe_records},
	{"pipe_stream", pipe_stream},
	{"pipe_waited", pipe_waited},
	{"pipe_ends", pipe_ends},
	{"pipe_killed", pipe_killed},
	{"large_file", large_file},
	{"full", full},
	{"mapped_versions", mapped_versions},
	{"listing", listing},
	{"nameless", nameless},
	{"appending", appending},
	{"descriptors", descriptors},
};

static void check_vfs(void)
{
#ifdef __riscv
	uint64_t broken = 1;

	CHECK(inspect_check_server(INSPECT_VFS, &broken) == 0);
	if (broken != 0)
		printf("vfs: line %lu\n", broken);
	CHECK(broken == 0);
#endif
}

int main(int argc, char **argv)
{
	return run_parts(argc, argv, tests, sizeof(tests) / sizeof(tests[0]), check_vfs);
}
