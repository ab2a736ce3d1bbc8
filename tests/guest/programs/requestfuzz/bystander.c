/* SPDX-License-Identifier: MIT */
/* A process that has nothing to do with the others: its memory and its file stay as they are. */
#include "requestfuzz.h"
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGES	   64
#define PAGE_WORDS (PAGE_BYTES / sizeof(uint64_t))
#define FILE_NAME  "/tmp/requestfuzz.bystander"
#define PAUSE_MS   20

static uint64_t pattern(uint64_t i, uint64_t turn)
{
	return (i + turn) * 0x9e3779b97f4a7c15;
}

/* Each word is what it was, and becomes that of the next turn. */
static bool memory_is_whole(uint64_t *memory, uint64_t turn)
{
	for (uint64_t i = 0; i < PAGES * PAGE_WORDS; i++) {
		if (memory[i] != pattern(i, turn))
			return false;
		memory[i] = pattern(i, turn + 1);
	}
	return true;
}

static bool file_is_whole(int fd, uint64_t turn)
{
	uint64_t words[PAGE_WORDS];

	if (lseek(fd, 0, SEEK_SET) != 0 || read(fd, words, sizeof(words)) != sizeof(words))
		return false;
	for (uint64_t i = 0; i < PAGE_WORDS; i++) {
		if (words[i] != pattern(i, turn))
			return false;
		words[i] = pattern(i, turn + 1);
	}
	return lseek(fd, 0, SEEK_SET) == 0 && write(fd, words, sizeof(words)) == sizeof(words);
}

_Noreturn void bystander_run(int stop)
{
	uint64_t *memory =
		mmap(NULL, PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open(FILE_NAME, O_RDWR | O_CREAT | O_TRUNC, 0600);
	struct pollfd ends = {.fd = stop};

	if (memory == MAP_FAILED || fd < 0)
		_exit(2);
	for (uint64_t i = 0; i < PAGES * PAGE_WORDS; i++)
		memory[i] = pattern(i, 0);
	if (write(fd, memory, PAGE_BYTES) != PAGE_BYTES)
		_exit(2);
	for (uint64_t turn = 0; !(ends.revents & POLLHUP); turn++) {
		if (!memory_is_whole(memory, turn))
			_exit(3);
		if (!file_is_whole(fd, turn))
			_exit(4);
		if (poll(&ends, 1, PAUSE_MS) < 0)
			_exit(5);
	}
	_exit(unlink(FILE_NAME) == 0 ? 0 : 6);
}
