/* SPDX-License-Identifier: MIT */
/* Parts about files: pipes, poll, contents, names. */
#include "work.h"
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECES	  10
#define LONG_NAME "a name of more than thirty-two bytes is kept in a place of its own"

struct ends {
	int in[2], out[2];
};

/* Copies a stream, each byte one more. */
static int add_one(void *context)
{
	const struct ends *ends = context;
	static char piece[PAGE + 500];

	MUST(close(ends->in[1]) == 0 && close(ends->out[0]) == 0);
	for (int i = 0; i < PIECES; i++) {
		work_read(ends->in[0], piece, sizeof(piece));
		for (size_t at = 0; at < sizeof(piece); at++)
			piece[at]++;
		work_write(ends->out[1], piece, sizeof(piece));
	}
	return WORK_DONE;
}

static void pipe_fills(void)
{
	static char piece[PAGE];
	int ends[2], copy;
	long moved, all = 0;

	TRY(pipe(ends), EMFILE, ENOMEM);
	copy = (int)TRY(dup(ends[1]), EMFILE);
	TRY(fcntl(copy, F_SETFL, O_NONBLOCK), EMFILE);
	while ((moved = write(copy, piece, sizeof(piece))) > 0)
		all += moved;
	if (errno != EAGAIN || all < 16 * (long)PAGE) /* without a page it would have to wait */
		work_refused("filling a pipe", errno, (const int[]){ENOMEM, ENOBUFS, EAGAIN, 0});
	MUST(all == 16 * (long)PAGE && close(ends[1]) == 0 && close(copy) == 0);
	while ((moved = TRY(read(ends[0], piece, sizeof(piece)), ENOMEM, ENOBUFS)) > 0)
		all -= moved;
	MUST(all == 0 && close(ends[0]) == 0);
}

void part_pipe(void)
{
	static char piece[PAGE + 500], back[sizeof(piece)];
	struct ends ends;
	pid_t pid;

	TRY(pipe(ends.in), EMFILE, ENOMEM);
	TRY(pipe(ends.out), EMFILE, ENOMEM);
	pid = work_fork(add_one, &ends);
	MUST(close(ends.in[0]) == 0 && close(ends.out[1]) == 0);
	for (int i = 0; i < PIECES; i++) {
		memset(piece, 'a' + i, sizeof(piece));
		work_write(ends.in[1], piece, sizeof(piece));
		work_read(ends.out[0], back, sizeof(back));
		MUST(back[0] == 'b' + i && back[sizeof(back) - 1] == 'b' + i);
	}
	work_wait(pid, 0);
	MUST(close(ends.in[1]) == 0 && close(ends.out[0]) == 0);
	pipe_fills();
}

static int write_late(void *context)
{
	work_sleep_ms(3);
	work_write(*(int *)context, "now", 3);
	return WORK_DONE;
}

void part_poll(void)
{
	int ends[2][2];
	struct pollfd entries[2];
	char word[3];
	pid_t pid;

	for (int i = 0; i < 2; i++) {
		TRY(pipe(ends[i]), EMFILE, ENOMEM);
		entries[i] = (struct pollfd){.fd = ends[i][0], .events = POLLIN};
	}
	MUST(TRY(poll(entries, 2, 1), ENOMEM, EAGAIN) == 0);
	pid = work_fork(write_late, &ends[1][1]);
	MUST(close(ends[1][1]) == 0);
	MUST(TRY(poll(entries, 2, -1), ENOMEM, EAGAIN) == 1);
	MUST(entries[0].revents == 0 && entries[1].revents != 0);
	work_read(ends[1][0], word, sizeof(word));
	MUST(memcmp(word, "now", 3) == 0);
	work_wait(pid, 0);
	MUST(close(ends[0][1]) == 0);
	MUST(TRY(poll(entries, 1, -1), ENOMEM, EAGAIN) == 1 && entries[0].revents & POLLHUP);
	MUST(close(ends[0][0]) == 0 && close(ends[1][0]) == 0);
}

static void file_check(int fd, size_t from, size_t end, char byte)
{
	static char back[PAGE];

	MUST(lseek(fd, (off_t)from, SEEK_SET) == (off_t)from);
	for (; from < end; from += PAGE) {
		size_t piece = end - from < PAGE ? end - from : PAGE;

		work_read(fd, back, piece);
		MUST(back[0] == byte && memcmp(back, back + 1, piece - 1) == 0);
	}
}

void part_files(void)
{
	static char bytes[9 * PAGE];
	int fd = (int)TRY(open(WORK_FOLDER "/file", O_RDWR | O_CREAT | O_EXCL, 0600), EMFILE, ENOMEM, ENOSPC),
	    copy;
	struct stat stat;

	memset(bytes, 'f', sizeof(bytes));
	work_write(fd, bytes, sizeof(bytes));
	file_check(fd, 0, sizeof(bytes), 'f');
	TRY(pwrite(fd, bytes, 3 * PAGE, 20 * PAGE), ENOMEM, ENOBUFS, ENOSPC);
	file_check(fd, 9 * PAGE, 20 * PAGE, 0);
	TRY(ftruncate(fd, PAGE + 10), ENOMEM);
	TRY(ftruncate(fd, 4 * PAGE), ENOMEM);
	file_check(fd, 0, PAGE + 10, 'f');
	file_check(fd, PAGE + 10, 4 * PAGE, 0);
	copy = (int)TRY(fcntl(fd, F_DUPFD, 10), EMFILE);
	TRY(dup2(fd, 20), EMFILE);
	MUST(copy >= 10 && close(fd) == 0 && close(20) == 0);
	MUST(fstat(copy, &stat) == 0 && stat.st_size == 4 * PAGE);
	TRY(unlink(WORK_FOLDER "/file"), ENOMEM);
	file_check(copy, 0, PAGE, 'f');
	MUST(close(copy) == 0);
}

static int names_count(const char *path)
{
	DIR *directory = opendir(path);
	int count = 0;

	if (!directory)
		work_refused("opendir", errno, (const int[]){ENOMEM, EMFILE, 0});
	while ((errno = 0, readdir(directory)) != NULL)
		count++;
	if (errno)
		work_refused("readdir", errno, (const int[]){ENOMEM, 0});
	MUST(closedir(directory) == 0);
	return count - 2;
}

void part_names(void)
{
	char target[200];
	ssize_t bytes;

	TRY(mkdir(WORK_FOLDER "/d", 0700), ENOSPC, ENOMEM);
	TRY(mkdir(WORK_FOLDER "/d/" LONG_NAME, 0700), ENOSPC, ENOMEM);
	TRY(symlink(LONG_NAME, WORK_FOLDER "/d/link"), ENOSPC, ENOMEM);
	TRY(close((int)TRY(open(WORK_FOLDER "/d/link/file", O_WRONLY | O_CREAT, 0600), EMFILE, ENOMEM,
			   ENOSPC)),
	    EMFILE);
	bytes = TRY(readlink(WORK_FOLDER "/d/link", target, sizeof(target)), ENOMEM);
	MUST((size_t)bytes == strlen(LONG_NAME) && memcmp(target, LONG_NAME, (size_t)bytes) == 0);
	TRY(rename(WORK_FOLDER "/d/link/file", WORK_FOLDER "/d/" LONG_NAME " two"), ENOSPC, ENOMEM);
	MUST(names_count(WORK_FOLDER "/d") == 3 && names_count(WORK_FOLDER "/d/link") == 0);
	TRY(rename(WORK_FOLDER "/d/" LONG_NAME " two", WORK_FOLDER "/d/short"), ENOSPC, ENOMEM);
	TRY(rename(WORK_FOLDER "/d/link", WORK_FOLDER "/d/short"), ENOSPC, ENOMEM);
	MUST(names_count(WORK_FOLDER "/d") == 2 && access(WORK_FOLDER "/d/short/file", F_OK) == -1 &&
	     errno == ENOENT);
	TRY(chdir(WORK_FOLDER "/d/short"), ENOMEM);
	TRY(rmdir(WORK_FOLDER "/d/" LONG_NAME), ENOMEM);
	MUST(names_count(WORK_FOLDER "/d") == 1);
	TRY(unlink(WORK_FOLDER "/d/short"), ENOMEM);
	MUST(getcwd(target, sizeof(target)) == NULL && errno == ENOENT);
	TRY(chdir("/"), ENOMEM);
	TRY(rmdir(WORK_FOLDER "/d"), ENOMEM);
}
