// SPDX-License-Identifier: MIT
// filemap: mmap of a file (private, shared) and of anonymous memory, mprotect, msync, munmap, memory shared
// with a child.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static long page;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static unsigned long checksum(const unsigned char *data, size_t size)
{
	unsigned long sum = 5381;

	for (size_t i = 0; i < size; i++)
		sum = sum * 33 + data[i];
	return sum;
}

static void fill_file(int fd, size_t size)
{
	for (size_t i = 0; i < size; i += 4) {
		unsigned char four[4] = {i, i >> 8, i >> 16, 7};
		if (write(fd, four, 4) != 4)
			die("write");
	}
}

static void map_file(int fd, size_t size)
{
	char text[16];
	unsigned char *first = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	unsigned char *second = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, page);

	if (first == MAP_FAILED || second == MAP_FAILED)
		die("mmap");
	printf("file %lx, second page %lx\n", checksum(first, size), checksum(second, 4096));
	memcpy(first + 100, "PRIVATE", 7);
	if (pread(fd, text, 7, 100) != 7)
		die("pread");
	printf("private change in the file: %d\n", memcmp(text, "PRIVATE", 7) == 0);
	close(fd);
	printf("after close: %lx\n", checksum(first + page, size - page));
	printf("behind the end: %d\n", first[size] == 0 && first[5 * page - 1] == 0);
	if (munmap(first, size) < 0 || munmap(second, page) < 0)
		die("munmap");
}

static void protect(void)
{
	char *memory = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int status;

	if (memory == MAP_FAILED)
		die("mmap");
	printf("zero at first: %d\n", memory[0] == 0 && memory[3 * page - 1] == 0);
	memset(memory, 'm', 3 * page);
	if (mprotect(memory + page, page, PROT_READ) < 0)
		die("mprotect");
	memory[0] = memory[2 * page] = 'n';
	printf("still readable: %c\n", memory[page]);
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		memory[page] = 'x';
		_exit(0);
	}
	waitpid(child, &status, 0);
	printf("write to a read-only page: %s\n",
	       WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV ? "SIGSEGV" : "allowed");
	mprotect(memory + page, page, PROT_READ | PROT_WRITE);
	memory[page] = 'y';
	printf("writable again: %c%c\n", memory[page], memory[page + 1]);
	munmap(memory, 3 * page);
}

/* The child writes into its own copy. */
static void divide(void)
{
	int *numbers = mmap(NULL, 4 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int status, count = 4 * page / sizeof(int);

	if (numbers == MAP_FAILED)
		die("mmap");
	for (int i = 0; i < count; i++)
		numbers[i] = i;
	pid_t child = fork();
	if (child == 0) {
		for (int i = 0; i < count; i++)
			numbers[i] *= 2;
		_exit(numbers[count - 1] == 2 * (count - 1) ? 0 : 1);
	}
	waitpid(child, &status, 0);
	printf("child: %d, ours unchanged: %d\n", WEXITSTATUS(status), numbers[count - 1] == count - 1);
	munmap(numbers, 4 * page);
}

int main(void)
{
	char name[] = "/tmp/filemap.XXXXXX";
	int fd = mkstemp(name);

	if (fd < 0)
		die(name);
	page = sysconf(_SC_PAGESIZE);
	unlink(name);
	fill_file(fd, 20000);
	map_file(fd, 20000);
	protect();
	divide();
	errno = 0;
	void *bad = mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	printf("no length: %d %s\n", bad == MAP_FAILED, strerror(errno));
	bad = mmap(NULL, page, PROT_READ, MAP_PRIVATE, 99, 0);
	printf("no file: %d %s\n", bad == MAP_FAILED, strerror(errno));
	return 0;
}
