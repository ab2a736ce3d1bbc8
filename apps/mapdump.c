/* SPDX-License-Identifier: MIT */
/*
 * mapdump [-s] [-o OFFSET] [-w BYTE] FILE [BYTES]: maps a part of a file, or of an object of a custom pager,
 * and dumps it in hexadecimal; lines that repeat are a star. The whole rest without BYTES.
 *
 *   -s  a shared mapping, else a private one        -o  where the part begins
 *   -w  store BYTE at the part's first byte, then dump
 *
 * An object under /pagers that is not there yet is waited for, as its pager may have been started just now.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PAGERS	     "/pagers/"
#define WAIT_STEP_NS 10000000l
#define WAIT_STEPS   500
#define LINE_BYTES   16
#define NO_BYTE	     256

struct part {
	const char *path;
	uint64_t offset, bytes;
	bool whole_rest, shared;
	unsigned byte; /* to store, or NO_BYTE */
};

static int usage(void)
{
	fprintf(stderr, "usage: mapdump [-s] [-o OFFSET] [-w BYTE] FILE [BYTES]\n");
	return 2;
}

static bool read_number(const char *word, uint64_t bound, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoul(word, &end, 0);
	return isdigit((unsigned char)*word) && *end == 0 && errno == 0 && *value < bound;
}

static bool read_words(int argc, char **argv, struct part *part)
{
	uint64_t byte;
	int letter;

	while ((letter = getopt(argc, argv, "so:w:")) != -1) {
		if (letter == 's')
			part->shared = true;
		else if (letter == 'o' && !read_number(optarg, INT64_MAX, &part->offset))
			return false;
		else if (letter == 'w' && read_number(optarg, NO_BYTE, &byte))
			part->byte = (unsigned)byte;
		else if (letter != 'o')
			return false;
	}
	if (argc - optind < 1 || argc - optind > 2)
		return false;
	part->path = argv[optind];
	part->whole_rest = argc - optind == 1;
	return part->whole_rest || read_number(argv[optind + 1], INT64_MAX, &part->bytes);
}

static int open_part(const struct part *part)
{
	int flags = part->shared && part->byte != NO_BYTE ? O_RDWR : O_RDONLY;
	bool waits = strncmp(part->path, PAGERS, strlen(PAGERS)) == 0;
	int fd = open(part->path, flags);

	for (int step = 0; fd < 0 && errno == ENOENT && waits && step < WAIT_STEPS; step++) {
		nanosleep(&(struct timespec){.tv_nsec = WAIT_STEP_NS}, NULL);
		fd = open(part->path, flags);
	}
	return fd;
}

static void dump_line(uint64_t offset, const unsigned char *bytes, size_t count)
{
	printf("%08lx ", (unsigned long)offset);
	for (size_t i = 0; i < LINE_BYTES; i++) {
		if (i % (LINE_BYTES / 2) == 0)
			putchar(' ');
		if (i < count)
			printf("%02x ", bytes[i]);
		else
			printf("   ");
	}
	printf(" |");
	for (size_t i = 0; i < count; i++)
		putchar(isprint(bytes[i]) ? bytes[i] : '.');
	printf("|\n");
}

static void dump(const struct part *part, const unsigned char *bytes)
{
	bool star = false;

	for (uint64_t at = 0; at < part->bytes; at += LINE_BYTES) {
		size_t count = part->bytes - at < LINE_BYTES ? (size_t)(part->bytes - at) : LINE_BYTES;
		bool same = at != 0 && count == LINE_BYTES &&
			    memcmp(bytes + at, bytes + at - LINE_BYTES, LINE_BYTES) == 0;

		if (!same)
			dump_line(part->offset + at, bytes + at, count);
		else if (!star)
			printf("*\n");
		star = same;
	}
	printf("%08lx\n", (unsigned long)(part->offset + part->bytes));
}

/* The part as it is in the file: without what lies behind its end. False: it begins there. */
static bool cut_part(int fd, struct part *part)
{
	struct stat file;

	if (fstat(fd, &file) != 0)
		return false;
	errno = EINVAL;
	if (file.st_size <= 0 || part->offset >= (uint64_t)file.st_size)
		return false;
	uint64_t rest = (uint64_t)file.st_size - part->offset;
	if (part->whole_rest || part->bytes > rest)
		part->bytes = rest;
	return true;
}

static int map_and_dump(int fd, const struct part *part)
{
	uint64_t before = part->offset % (uint64_t)getpagesize();
	int prot = part->byte != NO_BYTE ? PROT_READ | PROT_WRITE : PROT_READ;
	unsigned char *pages = mmap(NULL, before + part->bytes, prot, part->shared ? MAP_SHARED : MAP_PRIVATE,
				    fd, (off_t)(part->offset - before));

	if (pages == MAP_FAILED)
		return -1;
	if (part->byte != NO_BYTE)
		pages[before] = (unsigned char)part->byte;
	dump(part, pages + before);
	return 0;
}

int main(int argc, char **argv)
{
	struct part part = {.byte = NO_BYTE};

	if (!read_words(argc, argv, &part))
		return usage();
	int fd = open_part(&part);
	if (fd < 0 || !cut_part(fd, &part) || (part.bytes != 0 && map_and_dump(fd, &part) != 0)) {
		fprintf(stderr, "mapdump: %s: %s\n", part.path, strerror(errno));
		return 1;
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
