/* SPDX-License-Identifier: MIT */
/* Writes files and reads them back: two small ones, and one of two pages. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LONG_BYTES 8192

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int make(const char *name)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0644);

	if (fd < 0)
		die(name);
	return fd;
}

static void put(int fd, const char *data, size_t bytes)
{
	if (write(fd, data, bytes) != (ssize_t)bytes)
		die("ramfs: write");
}

/* From the beginning, until @bytes or the end. */
static size_t get(int fd, char *data, size_t bytes)
{
	size_t done = 0;
	ssize_t moved;

	if (lseek(fd, 0, SEEK_SET) != 0)
		die("ramfs: lseek");
	while (done < bytes && (moved = read(fd, data + done, bytes - done)) > 0)
		done += (size_t)moved;
	return done;
}

static void show(int fd, const char *name)
{
	char text[16];

	text[get(fd, text, sizeof(text) - 1)] = 0;
	printf("Content of %s: %s\n", name, text);
}

static int long_check(int fd)
{
	static char written[LONG_BYTES], found[LONG_BYTES + 1];

	for (int i = 0; i < LONG_BYTES; i++)
		written[i] = (char)(i * 7 + i / 256);
	put(fd, written, LONG_BYTES);
	return get(fd, found, sizeof(found)) == LONG_BYTES && memcmp(found, written, LONG_BYTES) == 0;
}

int main(void)
{
	int hello = make("hello"), world = make("world");

	put(hello, "Hello", 5);
	put(world, "World", 5);
	show(hello, "hello");
	show(world, "world");
	close(world);
	if (ftruncate(hello, 0) != 0 || lseek(hello, 0, SEEK_SET) != 0)
		die("ramfs: ftruncate");
	if (!long_check(hello)) {
		fprintf(stderr, "ramfs: %d bytes did not come back as they were\n", LONG_BYTES);
		return 1;
	}
	return close(hello) != 0;
}
