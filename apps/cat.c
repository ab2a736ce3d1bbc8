/* SPDX-License-Identifier: MIT */
/* cat [FILE...]: copies files to standard output; "-" and no FILE at all mean standard input. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_BYTES 65536

static char buffer[BUFFER_BYTES];

static int complain(const char *name)
{
	fprintf(stderr, "cat: %s: %s\n", name, strerror(errno));
	return 1;
}

static int write_all(const char *data, size_t bytes)
{
	while (bytes > 0) {
		ssize_t done = write(STDOUT_FILENO, data, bytes);
		if (done <= 0)
			return -1;
		data += done;
		bytes -= (size_t)done;
	}
	return 0;
}

static int copy(int fd, const char *name)
{
	ssize_t bytes;

	while ((bytes = read(fd, buffer, BUFFER_BYTES)) > 0) {
		if (write_all(buffer, (size_t)bytes) != 0)
			return complain("standard output");
	}
	return bytes < 0 ? complain(name) : 0;
}

static int copy_named(const char *name)
{
	if (strcmp(name, "-") == 0)
		return copy(STDIN_FILENO, "standard input");
	int fd = open(name, O_RDONLY);
	if (fd < 0)
		return complain(name);
	int status = copy(fd, name);
	close(fd);
	return status;
}

int main(int argc, char **argv)
{
	int status = 0;

	if (argc < 2)
		return copy_named("-");
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] == '-' && argv[i][1] != 0) {
			fprintf(stderr, "usage: cat [FILE...]\n");
			return 2;
		}
	}
	for (int i = 1; i < argc; i++)
		status |= copy_named(argv[i]);
	return status;
}
