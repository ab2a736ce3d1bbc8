/* SPDX-License-Identifier: MIT */
/*
 * secrets NAME...: what one program leaves behind, another one must not find; and what only servers may ask,
 * a program is denied. A child fills every kind of memory with a word of its own and ends; its successor
 * looks for that word, and for what checked builds write into freed frames, in all that it is given as new.
 */
#include "check.h"
#include "proto/proto.h"
#include <errno.h>
#include <fcntl.h>
#include <pagoda/ipc.h>
#include <pagoda/program.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE	   4096ul
#define WORDS	   (PAGE / sizeof(uint64_t))
#define PAGES	   1500ul
#define STACK_DEEP 40ul
#define SECRET	   0x5ec4e75ec4e75ec4ul
#define FILE_PAGES 300ul

static uint64_t bss[64 * WORDS];

static void fill(volatile uint64_t *at, uint64_t words)
{
	for (uint64_t i = 0; i < words; i++)
		at[i] = SECRET;
}

static bool is_zero(const volatile uint64_t *at, uint64_t words)
{
	for (uint64_t i = 0; i < words; i++)
		if (at[i] != 0)
			return false;
	return true;
}

static uint64_t *anonymous(uint64_t pages)
{
	uint64_t *at = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(at != MAP_FAILED);
	return at;
}

/* Below what the program has used of its stack. */
__attribute__((noinline)) static bool stack_deep(bool write)
{
	volatile uint64_t deep[STACK_DEEP * WORDS];

	if (write)
		fill(deep, STACK_DEEP * WORDS);
	return write || is_zero(deep, (STACK_DEEP - 4) * WORDS);
}

static int file_of(uint64_t pages)
{
	uint64_t page[WORDS];
	int fd = open("/tmp/secret", O_RDWR | O_CREAT | O_TRUNC, 0600);

	CHECK(fd >= 0);
	fill(page, WORDS);
	for (uint64_t i = 0; i < pages; i++)
		CHECK(write(fd, page, PAGE) == (ssize_t)PAGE);
	return fd;
}

/* Memory of every kind, full of the word; all of it goes. */
static void leave_behind(void)
{
	uint64_t page[WORDS];
	int fds[2];

	fill(anonymous(PAGES), PAGES * WORDS);
	fill(bss, sizeof(bss) / sizeof(*bss));
	stack_deep(true);
	CHECK(close(file_of(FILE_PAGES)) == 0 && unlink("/tmp/secret") == 0);
	CHECK(pipe(fds) == 0);
	fill(page, WORDS);
	CHECK(write(fds[1], page, PAGE) == (ssize_t)PAGE);
}

static void in_child(void (*act)(void))
{
	int status;
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		act();
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}

static void memory_is_new(void)
{
	uint64_t *up = anonymous(PAGES), *down = anonymous(PAGES), *heap;

	for (uint64_t i = 0; i < PAGES; i++)
		CHECK(is_zero(up + i * WORDS, WORDS));
	for (uint64_t i = PAGES; i-- > 0;) { /* a store first: nothing comes ahead */
		down[i * WORDS + i % WORDS] = 1;
		down[i * WORDS + i % WORDS] = 0;
		CHECK(is_zero(down + i * WORDS, WORDS));
	}
	CHECK(is_zero(bss, sizeof(bss) / sizeof(*bss)));
	CHECK(stack_deep(false));
	heap = sbrk(200 * PAGE);
	CHECK(heap != (void *)-1 && is_zero(heap, 200 * WORDS));
}

/* An image has pages whose first bytes come from the file; what follows is new, too. */
static void start_again(void)
{
	(void)close(STDOUT_FILENO);
	execlp("secrets", "secrets", "image", NULL);
	_exit(1);
}

static void part_image(void)
{
	CHECK((uintptr_t)bss % PAGE != 0 && is_zero(bss, sizeof(bss) / sizeof(*bss)) && stack_deep(false));
}

static void part_memory(void)
{
	for (int round = 0; round < 3; round++) {
		in_child(leave_behind);
		in_child(memory_is_new);
		in_child(leave_behind);
		in_child(start_again);
	}
}

/* What a file never held, reads as zeros: past a cut, in a hole, and in the rest of a mapped page. */
static void files_are_new(void)
{
	uint64_t page[WORDS], *map;
	int fd = file_of(3);

	CHECK(ftruncate(fd, 8) == 0 && ftruncate(fd, FILE_PAGES * PAGE) == 0);
	CHECK(pread(fd, page, 8, 0) == 8 && page[0] == SECRET);
	for (uint64_t i = 1; i < FILE_PAGES; i++)
		CHECK(pread(fd, page, PAGE, (off_t)(i * PAGE)) == (ssize_t)PAGE && is_zero(page, WORDS));
	CHECK(pread(fd, page, PAGE - 8, 8) == (ssize_t)PAGE - 8 && is_zero(page, WORDS - 1));
	CHECK(pwrite(fd, "x", 1, (off_t)(FILE_PAGES * PAGE - 1)) == 1);
	CHECK(pread(fd, page, PAGE, (off_t)((FILE_PAGES - 1) * PAGE)) == (ssize_t)PAGE &&
	      is_zero(page, WORDS - 1));
	CHECK(ftruncate(fd, 8) == 0);
	map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	CHECK(map != MAP_FAILED && map[0] == SECRET && is_zero(map + 1, WORDS - 1));
	map[1] = 0; /* a copy */
	CHECK(map[0] == SECRET && is_zero(map + 1, WORDS - 1));
	CHECK(close(fd) == 0 && unlink("/tmp/secret") == 0);
}

static void part_files(void)
{
	in_child(leave_behind);
	in_child(files_are_new);
}

/* What was unmapped, cut off or protected is gone at once, even if it was used right before. */
static void part_gone(void)
{
	uint64_t *at = anonymous(4);
	int status;

	for (int way = 0; way < 4; way++) {
		pid_t pid = fork();

		CHECK(pid >= 0);
		if (pid == 0) {
			fill(at, 4 * WORDS);
			if (way == 0)
				CHECK(munmap(at, PAGE) == 0);
			if (way == 1)
				CHECK(munmap(at, 4 * PAGE) == 0);
			if (way == 2)
				CHECK(mprotect(at, PAGE, PROT_NONE) == 0);
			if (way == 3)
				CHECK(mprotect(at, PAGE, PROT_READ) == 0);
			*(volatile uint64_t *)at = 1;
			_exit(7);
		}
		CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == 11);
	}
}

#define GRANT_BYTES (8ul << 20)

/* A custom pager's grant is whole arenas: programs had them before. */
static void grant_is_new(void)
{
	struct message m = {.tag = TAG(PAGER_REGISTER, MESSAGE_REGISTERS + 4), .w = {GRANT_BYTES}};
	const uint64_t *grant;

	strncpy((char *)&message_page()->words[MESSAGE_REGISTERS], "curious", 32);
	message_page()->cap_receive = SLOT_FIRST_FREE;
	CHECK(ipc_call(SLOT_PAGER, &m) == E_OK && message_error(&m) == E_OK && m.w[1] == GRANT_BYTES);
	message_page()->cap_receive = 0;
	grant = (const uint64_t *)m.w[0];
	do {
		m = (struct message){.tag = TAG(PAGER_GRANT, 0)};
		CHECK(ipc_call(SLOT_PAGER, &m) == E_OK && message_error(&m) == E_OK);
	} while (m.w[0] < GRANT_BYTES);
	CHECK(is_zero(grant, GRANT_BYTES / sizeof(uint64_t)));
}

static void fill_all(void)
{
	const uint64_t pages =
		40ul << 20 >> 12; /* nearly all there is: whatever the grant is made of, somebody had it */

	fill(anonymous(pages), pages * WORDS);
}

static void part_grant(void)
{
	in_child(fill_all);
	in_child(grant_is_new);
}

struct server {
	cap_t endpoint;
	uint32_t first, end; /* labels that processes may not use, and some that nobody knows */
};

/* Whatever a message says: who one is, the badge says. */
static void part_denied(void)
{
	static const struct server servers[] = {
		{SLOT_PROC, 32, 48}, {SLOT_PAGER, 32, 64}, {SLOT_VFS, 32, 64}};
	static const uint64_t firsts[] = {0, 1, 2, 3, (uint64_t)-1};

	for (unsigned i = 0; i < sizeof(servers) / sizeof(*servers); i++) {
		for (uint32_t label = servers[i].first; label < servers[i].end; label++) {
			for (unsigned j = 0; j < sizeof(firsts) / sizeof(*firsts); j++) {
				struct message m = {.tag = TAG(label, 4), .w = {firsts[j], getpid(), 1, 0}};
				err_t error = ipc_call(servers[i].endpoint, &m);

				CHECK(error == E_OK);
				CHECK(message_error(&m) == E_DENIED || message_error(&m) == E_REQUEST);
			}
		}
	}
}

static const struct {
	const char *name;
	void (*act)(void);
} parts[] = {{"memory", part_memory}, {"image", part_image}, {"files", part_files},
	     {"gone", part_gone},     {"grant", part_grant}, {"denied", part_denied}};

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		for (unsigned j = 0; j < sizeof(parts) / sizeof(*parts); j++) {
			if (strcmp(argv[i], parts[j].name) != 0)
				continue;
			parts[j].act();
			printf("ok %s\n", argv[i]);
			fflush(stdout);
		}
	}
	return 0;
}
