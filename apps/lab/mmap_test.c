/* SPDX-License-Identifier: MIT */
/* Writes a file of 11 bytes, maps it at a fixed address, compares, unmaps. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define TEXT   "Hello World"
#define LENGTH (sizeof(TEXT) - 1)
#define PLACE  ((void *)0x30000000)

static int fail(const char *what)
{
	perror(what);
	return 1;
}

int main(void)
{
	printf("1. Creating file and writing data...\n");
	int fd = open("hello", O_RDWR | O_CREAT | O_TRUNC, 0644);
	if (fd < 0 || write(fd, TEXT, LENGTH) != (ssize_t)LENGTH)
		return fail("mmap_test: hello");
	printf("Written: %s\n", TEXT);

	printf("2. Mapping file to memory using mmap...\n");
	char *mapped = mmap(PLACE, LENGTH, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0);
	if (mapped == MAP_FAILED)
		return fail("mmap_test: mmap");
	printf("Successfully mapped file to fixed address: %p\n", (void *)mapped);

	printf("3. Reading data from memory-mapped region...\n");
	printf("Content read from memory mapping: %.*s\n", (int)LENGTH, mapped);
	if (memcmp(mapped, TEXT, LENGTH) != 0 || mapped[LENGTH] != 0) {
		printf("✗ Verification failed: Memory content differs from original file\n");
		return 1;
	}
	printf("✓ Verification successful: Memory content matches original file\n");

	printf("4. Cleaning up resources...\n");
	if (munmap(mapped, LENGTH) != 0 || close(fd) != 0)
		return fail("mmap_test: munmap");
	printf("Successfully unmapped memory\n");
	return 0;
}
