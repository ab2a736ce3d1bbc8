/* SPDX-License-Identifier: MIT */
/* Open files, pipes, names, and the memory that the vfs keeps for them. */
#include "stress.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE_BYTES 65536u
#define KIB	    1024u
#define PATH_ROOM   64
#define KINDS	    3
#define GROUP_BYTES 65536ul /* of a file, whose pages the vfs lends together */
#define PAGE_BYTES  4096ul

static char piece[PIECE_BYTES]; /* of the process that writes, which has touched it before */

void exhaust_files(unsigned long most)
{
	for (unsigned long i = 0; i < most; i++) {
		if (open("/", O_RDONLY) < 0) {
			runner_met(errno);
			return;
		}
		runner_count(1);
	}
}

void exhaust_pipes(unsigned long most)
{
	int ends[2];

	memset(piece, 'p', sizeof(piece));
	for (unsigned long i = 0; i < most; i++) {
		if (pipe(ends) != 0 || fcntl(ends[1], F_SETFL, O_NONBLOCK) != 0) {
			runner_met(errno);
			return;
		}
		runner_count(1);
		while (write(ends[1], piece, sizeof(piece)) > 0)
			;
		if (errno != EAGAIN) { /* it is not full */
			runner_met(errno);
			return;
		}
	}
}

static void path_of(char path[PATH_ROOM], unsigned long runner)
{
	snprintf(path, PATH_ROOM, "/tmp/stress.%lu", runner);
}

/* The file has no name: it goes with the process. */
void exhaust_tmpfs(unsigned long most)
{
	char path[PATH_ROOM];

	path_of(path, (unsigned long)getpid());
	int file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);

	memset(piece, 't', sizeof(piece));
	if (file < 0 || unlink(path) != 0) {
		runner_met(errno);
		return;
	}
	for (unsigned long left = most; left > 0;) {
		size_t wanted = left < PIECE_BYTES / KIB ? left * KIB : PIECE_BYTES;
		ssize_t done = write(file, piece, wanted);

		if (done < 0) {
			runner_met(errno);
			return;
		}
		runner_count((unsigned long)done / KIB);
		left -= (unsigned long)done / KIB;
	}
}

/* Reads one page of each group of a file that is all hole: the vfs has to lend each. */
void exhaust_leases(unsigned long most)
{
	char path[PATH_ROOM];

	path_of(path, (unsigned long)getpid());
	int file = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);

	if (file < 0 || unlink(path) != 0) {
		runner_met(errno);
		return;
	}
	for (unsigned long i = 0; i < most; i++) {
		off_t at = (off_t)(i * GROUP_BYTES);
		const volatile char *page = MAP_FAILED;

		if (ftruncate(file, at + (off_t)PAGE_BYTES) == 0)
			page = mmap(NULL, PAGE_BYTES, PROT_READ, MAP_PRIVATE, file, at);
		if (page == MAP_FAILED) {
			runner_met(errno);
			return;
		}
		(void)*page;
		runner_count(1);
	}
}

static void node_of(char path[PATH_ROOM], unsigned long number)
{
	snprintf(path, PATH_ROOM, "%c%lu", "dfl"[number % KINDS], number);
}

static bool node_make(const char *path, unsigned long number)
{
	int file;

	switch (number % KINDS) {
	case 0:
		return mkdir(path, 0700) == 0;
	case 1:
		file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
		return file >= 0 && close(file) == 0;
	default:
		return symlink("a target that is long enough to be kept in a place of its own", path) == 0;
	}
}

void exhaust_nodes(unsigned long most)
{
	char path[PATH_ROOM];

	path_of(path, (unsigned long)getpid());
	if (mkdir(path, 0700) != 0 || chdir(path) != 0) {
		runner_met(errno);
		return;
	}
	for (unsigned long i = 0; i < most; i++) {
		node_of(path, i);
		if (!node_make(path, i)) {
			runner_met(errno);
			return;
		}
		runner_count(1);
	}
}

void clean_nodes(unsigned long runner)
{
	char path[PATH_ROOM];
	int removed = 0;

	path_of(path, runner);
	if (chdir(path) != 0)
		return;
	for (unsigned long i = 0; removed == 0; i++) {
		node_of(path, i);
		removed = i % KINDS == 0 ? rmdir(path) : unlink(path);
	}
	path_of(path, runner);
	(void)chdir("/");
	(void)rmdir(path);
}

void exhaust_depth(unsigned long most)
{
	char path[PATH_ROOM];

	path_of(path, (unsigned long)getpid());
	for (unsigned long i = 0; i < most; i++) {
		if (mkdir(path, 0700) != 0 || chdir(path) != 0) {
			runner_met(errno);
			return;
		}
		strcpy(path, "d");
		runner_count(1);
	}
}

void clean_depth(unsigned long runner)
{
	char path[PATH_ROOM];

	path_of(path, runner);
	if (chdir(path) != 0)
		return;
	while (chdir("d") == 0)
		;
	while (chdir("..") == 0 && rmdir("d") == 0)
		;
	(void)chdir("/");
	(void)rmdir(path);
}
