// SPDX-License-Identifier: MIT
// fileops: open flags, lseek, pread, pwrite, truncate, rename, unlink, dup, append, access, chmod, links and
// their errors.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The result of a call, with the error's name when it failed. */
#define TRY(call)                                                                           \
	do {                                                                                \
		errno = 0;                                                                  \
		long result_ = (long)(call);                                                \
		printf("%s: %ld %s\n", #call, result_, result_ < 0 ? strerror(errno) : ""); \
	} while (0)

static void show(const char *name)
{
	char buffer[64];
	int fd = open(name, O_RDONLY);
	ssize_t got = fd < 0 ? -1 : read(fd, buffer, sizeof(buffer));

	printf("%s: [", name);
	for (ssize_t i = 0; i < got; i++)
		putchar(buffer[i] ? buffer[i] : '.');
	printf("] %zd\n", got);
	if (fd >= 0)
		close(fd);
}

static void positions(void)
{
	char text[8] = "";
	int fd = open("a", O_RDWR | O_CREAT | O_TRUNC, 0600);

	TRY(write(fd, "hello world", 11));
	TRY(lseek(fd, -5, SEEK_END));
	TRY(read(fd, text, 5));
	printf("%s\n", text);
	TRY(lseek(fd, -1, SEEK_SET));
	TRY(lseek(fd, 3, SEEK_END));
	TRY(write(fd, "!", 1));
	TRY(pwrite(fd, "J", 1, 0));
	TRY(pread(fd, text, 4, 0));
	printf("%.4s\n", text);
	TRY(pread(fd, text, 4, 1000));
	show("a");
	TRY(ftruncate(fd, 5));
	TRY(ftruncate(fd, 8));
	TRY(ftruncate(fd, -1));
	show("a");
	int copy = dup(fd);
	TRY(lseek(copy, 2, SEEK_SET));
	TRY(lseek(fd, 0, SEEK_CUR));
	TRY(fcntl(copy, F_GETFL) & O_ACCMODE);
	TRY(fcntl(copy, F_DUPFD, 20) >= 20);
	close(fd);
	close(fd);
	TRY(write(copy, "xx", 2));
	close(copy);
	show("a");
}

static void names(void)
{
	struct stat status;
	int fd;

	TRY(open("missing", O_RDONLY));
	TRY(open("a", O_CREAT | O_EXCL | O_WRONLY, 0600));
	fd = open("b", O_WRONLY | O_CREAT | O_APPEND, 0644);
	TRY(write(fd, "one ", 4));
	TRY(lseek(fd, 0, SEEK_SET));
	TRY(write(fd, "two", 3));
	TRY(read(fd, &status, 1));
	close(fd);
	show("b");
	TRY(rename("a", "b"));
	show("b");
	TRY(access("a", F_OK));
	TRY(access("b", R_OK | W_OK));
	TRY(mkdir("d", 0755));
	TRY(mkdir("d", 0755));
	TRY(rename("b", "d/c"));
	TRY(rmdir("d"));
	TRY(unlink("d/c/x"));
	TRY(open("d", O_WRONLY));
	TRY(stat("d/c", &status));
	TRY(S_ISREG(status.st_mode));
	TRY(status.st_size);
	TRY(status.st_nlink);
	TRY(chdir("d"));
	TRY(truncate("c", 2));
	show("c");
	TRY(unlink("c"));
	TRY(unlink("c"));
	TRY(chdir(".."));
	TRY(rmdir("d"));
	TRY(open("", O_RDONLY));
	TRY(close(1234));
}

static void modes(void)
{
	struct stat status;

	close(open("m", O_WRONLY | O_CREAT, 0640));
	TRY(chmod("m", 0400));
	TRY(stat("m", &status));
	printf("mode %o\n", (unsigned)status.st_mode & 07777);
	TRY(unlink("m"));
}

int main(void)
{
	char place[] = "/tmp/fileops.XXXXXX", here[200], again[200];

	if (!mkdtemp(place) || chdir(place) < 0) {
		perror(place);
		return 1;
	}
	printf("here: %d\n", getcwd(here, sizeof(here)) && strcmp(here, place) == 0);
	positions();
	names();
	modes();
	printf("realpath: %d\n", realpath("./.././tmp", again) == NULL);
	TRY(chdir("/"));
	TRY(rmdir(place));
	return 0;
}
