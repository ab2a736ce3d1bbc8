/* SPDX-License-Identifier: MIT */
/*
 * cowtorture [seed=N] NAME...: memory of processes that fork, from inside, by POSIX alone. Every process
 * keeps a number for each page and fills the page with it; whatever it or its relatives do, a page must hold
 * what its own process says. Prints `ok NAME`; the first difference ends it with status 1 and its place.
 */
#include "check.h"
#include "random.h"
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE_BYTES  4096ul
#define PAGE_WORDS  (PAGE_BYTES / sizeof(uint64_t))
#define BSS_PAGES   96
#define MAP_PAGES   700 /* more than one leaf table */
#define PAGES	    (BSS_PAGES + MAP_PAGES)
#define FORKS_DEPTH 5

static uint64_t bss[BSS_PAGES][PAGE_WORDS] __attribute__((aligned(4096)));
static uint64_t (*map)[PAGE_WORDS];
static uint64_t number[PAGES]; /* what the page is filled with */
static uint64_t *page_at(uint64_t i)
{
	return i < BSS_PAGES ? bss[i] : map[i - BSS_PAGES];
}

static void page_write(uint64_t i)
{
	uint64_t *word = page_at(i);

	number[i] = random_below(1ull << 48) + i;
	word[0] = word[i % PAGE_WORDS] = word[PAGE_WORDS - 1] = number[i];
}

static void page_check(uint64_t i)
{
	const uint64_t *word = page_at(i);

	CHECK(word[0] == number[i] && word[i % PAGE_WORDS] == number[i] && word[PAGE_WORDS - 1] == number[i]);
}

static void map_make(void)
{
	map = mmap(NULL, MAP_PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(map != MAP_FAILED);
}

/* A part of the mapping is new, at the same place. */
static void map_renew(uint64_t first, uint64_t count)
{
	void *at = map[first];

	if (random_below(2))
		CHECK(munmap(at, count * PAGE_BYTES) == 0);
	CHECK(mmap(at, count * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		   -1, 0) == at);
	memset(&number[BSS_PAGES + first], 0, count * sizeof(number[0]));
}

static void map_protect(uint64_t first, uint64_t count)
{
	CHECK(mprotect(map[first], count * PAGE_BYTES, PROT_READ) == 0);
	page_check(BSS_PAGES + first);
	CHECK(mprotect(map[first], count * PAGE_BYTES, PROT_READ | PROT_WRITE) == 0);
}

static void ends_well(pid_t pid)
{
	int status;

	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void check_all(void)
{
	for (uint64_t i = 0; i < PAGES; i++)
		page_check(i);
}

/* A process of the tree: @left operations, then all pages are looked at. */
static void live(uint64_t left, int depth)
{
	pid_t child[4];
	int children = 0;

	while (left--) {
		uint64_t first = random_below(MAP_PAGES - 40), count = 1 + random_below(40);
		uint64_t what = random_below(64);

		if (what == 0 && depth < FORKS_DEPTH && children < 4) {
			child[children] = fork();
			CHECK(child[children] >= 0);
			if (child[children] == 0) {
				random_seed(random_below(1ull << 40) + (uint64_t)depth);
				live(1 + left / 3, depth + 1);
				_exit(0);
			}
			children++;
		} else if (what == 1 && children) {
			ends_well(child[--children]);
		} else if (what == 2) {
			map_renew(first, count);
		} else if (what == 3) {
			map_protect(first, count);
		} else if (what < 24) {
			page_check(random_below(PAGES));
		} else {
			page_write(random_below(PAGES));
		}
	}
	check_all();
	while (children)
		ends_well(child[--children]);
}

static void grow_tree(uint64_t operations)
{
	map_make();
	live(operations, 0);
	CHECK(munmap(map, MAP_PAGES * PAGE_BYTES) == 0);
}

static void tree(void)
{
	grow_tree(1500);
}

static void small_tree(void)
{
	grow_tree(150);
}

/* Each generation changes a part, forks, and ends before its child does. The last one tells by the file end.
 */
static void parents_first(void)
{
	int ends[2];
	char byte;

	map_make();
	CHECK(pipe(ends) == 0);
	for (uint64_t i = 0; i < PAGES; i++)
		page_write(i);
	if (fork() == 0) {
		close(ends[0]);
		for (int generation = 0; generation < 12; generation++) {
			pid_t pid;

			for (uint64_t i = (uint64_t)generation; i < PAGES; i += 12)
				page_write(i);
			pid = fork();
			CHECK(pid >= 0);
			if (pid)
				_exit(0);
			check_all();
		}
		_exit(write(ends[1], "y", 1) != 1);
	}
	close(ends[1]);
	check_all();
	CHECK(read(ends[0], &byte, 1) == 1 && byte == 'y');
	CHECK(read(ends[0], &byte, 1) == 0);
	while (wait(NULL) > 0)
		continue;
	close(ends[0]);
	check_all();
	CHECK(munmap(map, MAP_PAGES * PAGE_BYTES) == 0);
}

/* The buffers of system calls lie in pages that are shared, not there, or in a parked table. */
static void buffers(void)
{
	int ends[2];
	pid_t pid;

	map_make();
	CHECK(pipe(ends) == 0);
	for (uint64_t i = 0; i < 64; i++)
		page_write(BSS_PAGES + i);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		CHECK(read(ends[0], map[8], 100) == 100);
		CHECK(map[8][0] == number[BSS_PAGES + 1] && map[8][PAGE_WORDS - 1] == number[BSS_PAGES + 8]);
		CHECK(read(ends[0], map[400], 100) == 100); /* nothing was there */
		CHECK(map[400][0] == number[BSS_PAGES + 2] && map[400][PAGE_WORDS - 1] == 0);
		_exit(0);
	}
	CHECK(write(ends[1], map[1], 100) == 100);
	CHECK(write(ends[1], map[2], 100) == 100);
	ends_well(pid);
	for (uint64_t i = 0; i < 64; i++)
		page_check(BSS_PAGES + i);
	close(ends[0]);
	close(ends[1]);
	CHECK(munmap(map, MAP_PAGES * PAGE_BYTES) == 0);
}

/* Children take all memory there is, and one of them is ended for it; the parent keeps what it has. */
static void memory_runs_out(void)
{
	pid_t pid;
	int status;

	map_make();
	for (uint64_t i = 0; i < PAGES; i++)
		page_write(i);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		for (;;) {
			char *more = mmap(NULL, 1 << 24, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
					  -1, 0);

			CHECK(more != MAP_FAILED);
			for (uint64_t at = 0; at < 1 << 24; at += PAGE_BYTES)
				more[at] = 1;
		}
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == 9);
	check_all();
	for (uint64_t i = 0; i < PAGES; i++)
		page_write(i);
	check_all();
	CHECK(munmap(map, MAP_PAGES * PAGE_BYTES) == 0);
}

#define FILE_BYTES 10000ul

static unsigned char file_byte(uint64_t at)
{
	return (unsigned char)(at * 7 + at / 251);
}

/* A new file, open for reading. */
static int file_make(const char *name)
{
	unsigned char bytes[FILE_BYTES];
	int file = open(name, O_RDWR | O_CREAT | O_TRUNC, 0644);

	for (uint64_t i = 0; i < FILE_BYTES; i++)
		bytes[i] = file_byte(i);
	CHECK(file >= 0 && write(file, bytes, FILE_BYTES) == FILE_BYTES && close(file) == 0);
	file = open(name, O_RDONLY);
	CHECK(file >= 0);
	return file;
}

static void file_check(const unsigned char *at, uint64_t from, uint64_t to)
{
	for (uint64_t i = from; i < to; i++)
		CHECK(at[i] == (i < FILE_BYTES ? file_byte(i) : 0));
}

static void dies_of_signal(void (*what)(unsigned char *), unsigned char *at, int signal)
{
	int status;
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		what(at);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == signal);
}

static void touch(unsigned char *at)
{
	(void)*(volatile unsigned char *)at;
}

static void store(unsigned char *at)
{
	*(volatile unsigned char *)at = 1;
}

/* A private mapping of a file that is closed and has no name: pages come when they are touched; what one
 * writes neither its relatives nor the file see. */
static void files(void)
{
	int file = file_make("cow_file");
	unsigned char *at = mmap(NULL, 4 * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
	unsigned char *second = mmap(NULL, PAGE_BYTES, PROT_READ, MAP_PRIVATE, file, PAGE_BYTES), byte;
	pid_t pid;

	CHECK(at != MAP_FAILED && second != MAP_FAILED);
	CHECK(mmap(NULL, PAGE_BYTES, PROT_READ, MAP_PRIVATE, file, 100) == MAP_FAILED && errno == EINVAL);
	CHECK(mmap(NULL, PAGE_BYTES, PROT_READ, MAP_PRIVATE, 99, 0) == MAP_FAILED && errno == EBADF);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		CHECK(close(file) == 0);
		at[5] = 'c';
		file_check(at, 6, 3 * PAGE_BYTES);
		_exit(0);
	}
	ends_well(pid);
	file_check(at, 0, 100);
	at[PAGE_BYTES] = 'p';
	CHECK(lseek(file, PAGE_BYTES, SEEK_SET) == PAGE_BYTES && read(file, &byte, 1) == 1);
	CHECK(byte == file_byte(PAGE_BYTES) && second[0] == byte);
	CHECK(close(file) == 0 && unlink("cow_file") == 0);
	file_check(at, PAGE_BYTES + 1, 3 * PAGE_BYTES);
	dies_of_signal(touch, at + 3 * PAGE_BYTES, 7);
	dies_of_signal(store, second, 11);
	CHECK(mmap(at, PAGE_BYTES, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == at);
	CHECK(at[5] == 0 && at[PAGE_BYTES] == 'p');
	CHECK(munmap(at, 4 * PAGE_BYTES) == 0 && munmap(second, PAGE_BYTES) == 0);
	dies_of_signal(touch, second, 11);
}

/* A limit on the address space is inherited, and refuses without changing anything. */
static void limits(void)
{
	struct rlimit limit;
	pid_t pid;

	map_make();
	CHECK(getrlimit(RLIMIT_AS, &limit) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		limit.rlim_cur = 64 << 20;
		CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
		pid = fork();
		CHECK(pid >= 0);
		if (pid == 0) {
			CHECK(mmap(NULL, 65 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
				   0) == MAP_FAILED);
			CHECK(errno == ENOMEM);
			CHECK(mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
				   0) != MAP_FAILED);
			_exit(0);
		}
		ends_well(pid);
		_exit(0);
	}
	ends_well(pid);
	CHECK(munmap(map, MAP_PAGES * PAGE_BYTES) == 0);
}

static const struct {
	const char *name;
	void (*run)(void);
} parts[] = {
	{"tree", tree},
	{"small_tree", small_tree},
	{"parents_first", parents_first},
	{"buffers", buffers},
	{"limits", limits},
	{"files", files},
	{"memory_runs_out", memory_runs_out},
};

static void run_part(const char *name)
{
	for (unsigned k = 0; k < sizeof(parts) / sizeof(parts[0]); k++) {
		if (strcmp(name, parts[k].name) != 0)
			continue;
		memset(number, 0, sizeof(number));
		memset(bss, 0, sizeof(bss));
		parts[k].run();
		printf("ok %s\n", name);
	}
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	for (int i = 1; i < argc; i++) {
		if (strncmp(argv[i], "seed=", 5) == 0)
			random_seed(strtoull(argv[i] + 5, NULL, 10));
		else
			run_part(argv[i]);
	}
	return 0;
}
