/* SPDX-License-Identifier: MIT */
/* Parts about memory: areas cut and joined, the heap, mapped files, forks that share pages. */
#include "work.h"
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static void fill(char *from, size_t pages, unsigned salt)
{
	for (size_t i = 0; i < pages; i++)
		*(uint64_t *)(from + i * PAGE + i % 64 * 8) = salt * 1000003ul + i;
}

static bool is_filled(const char *from, size_t pages, unsigned salt)
{
	for (size_t i = 0; i < pages; i++)
		if (*(const uint64_t *)(from + i * PAGE + i % 64 * 8) != salt * 1000003ul + i)
			return false;
	return true;
}

static void heap_moves(void)
{
	char *start = TRY_MAP(sbrk(0), ENOMEM);
	char *more = TRY_MAP(sbrk(24 * PAGE), ENOMEM);

	MUST(more == start);
	fill(start, 24, 3);
	TRY(sbrk(-15 * (long)PAGE), ENOMEM);
	MUST(is_filled(start, 9, 3));
	TRY(sbrk(11 * PAGE), ENOMEM);
	MUST(is_filled(start, 9, 3) && start[10 * PAGE] == 0 && start[19 * PAGE + 8] == 0);
	TRY(sbrk(-20 * (long)PAGE), ENOMEM);
}

void part_memory(void)
{
	char *at = TRY_MAP(mmap(NULL, 90 * PAGE, PROT_READ | PROT_WRITE, ANON, -1, 0), ENOMEM);

	fill(at, 90, 1);
	TRY(mprotect(at + 10 * PAGE, 5 * PAGE, PROT_READ), ENOMEM);
	TRY(munmap(at + 30 * PAGE, 3 * PAGE), ENOMEM);
	TRY(munmap(at + 60 * PAGE, 20 * PAGE), ENOMEM);
	MUST(is_filled(at, 30, 1));
	MUST(TRY_MAP(mmap(at + 29 * PAGE, 3 * PAGE, PROT_READ | PROT_WRITE, ANON | MAP_FIXED, -1, 0),
		     ENOMEM) == at + 29 * PAGE);
	MUST(at[29 * PAGE] == 0 && is_filled(at, 29, 1));
	fill(at + 29 * PAGE, 3, 2);
	TRY(mprotect(at + 10 * PAGE, 5 * PAGE, PROT_READ | PROT_WRITE), ENOMEM);
	fill(at + 10 * PAGE, 5, 5);
	MUST(is_filled(at, 10, 1) && is_filled(at + 10 * PAGE, 5, 5) && is_filled(at + 29 * PAGE, 3, 2));
	heap_moves();
	TRY(munmap(at, 90 * PAGE), ENOMEM);
}

void part_mapped(void)
{
	static char bytes[5 * PAGE + 100], back[sizeof(bytes)];
	int fd = (int)TRY(open(WORK_FOLDER "/mapped", O_RDWR | O_CREAT, 0600), EMFILE, ENOMEM, ENOSPC);
	char *at, *again;

	memset(bytes, 'm', sizeof(bytes));
	work_write(fd, bytes, sizeof(bytes));
	at = TRY_MAP(mmap(NULL, sizeof(bytes), PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0), ENOMEM);
	MUST(memcmp(at, bytes, sizeof(bytes)) == 0 && at[sizeof(bytes)] == 0);
	at[PAGE] = 'x';
	at[5 * PAGE] = 'y';
	TRY(pwrite(fd, "file", 4, 2 * PAGE), ENOMEM, ENOBUFS, ENOSPC);
	again = TRY_MAP(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 2 * PAGE), ENOMEM);
	MUST(memcmp(again, "file", 4) == 0 && at[PAGE] == 'x' && at[PAGE + 1] == 'm');
	TRY(munmap(at + PAGE, PAGE), ENOMEM);
	TRY(ftruncate(fd, 3 * PAGE + 7), ENOMEM, ENOSPC);
	MUST(at[2 * PAGE + 9] == 'm' && at[5 * PAGE] == 'y');
	MUST(lseek(fd, 0, SEEK_SET) == 0);
	work_read(fd, back, 3 * PAGE + 7);
	memcpy(bytes + 2 * PAGE, "file", 4);
	MUST(memcmp(back, bytes, 3 * PAGE + 7) == 0);
	MUST(close(fd) == 0);
	TRY(munmap(at, 6 * PAGE), ENOMEM);
	TRY(munmap(again, PAGE), ENOMEM);
}

struct branch {
	char *shared;
	unsigned depth, salt;
};

static int grow(void *context);

/* Two children at once; what is shared with them stays as it was. */
static void grow_children(const struct branch *branch)
{
	struct branch child = *branch;
	pid_t pids[2];

	child.depth--;
	for (int i = 0; i < 2; i++) {
		child.salt = branch->salt * 2 + (unsigned)i;
		pids[i] = work_fork(grow, &child);
	}
	for (int i = 0; i < 2; i++)
		work_wait(pids[i], 0);
}

static int grow(void *context)
{
	struct branch branch = *(struct branch *)context;

	MUST(is_filled(branch.shared, 40, branch.salt / 2));
	fill(branch.shared + branch.salt % 3 * PAGE, 37, 1000 + branch.salt);
	fill(branch.shared, 40, branch.salt);
	TRY(munmap(branch.shared + 60 * PAGE, 10 * PAGE), ENOMEM);
	if (branch.depth)
		grow_children(&branch);
	MUST(is_filled(branch.shared, 40, branch.salt) && is_filled(branch.shared + 80 * PAGE, 20, 7));
	return WORK_DONE;
}

void part_fork(void)
{
	struct branch root = {.depth = 2, .salt = 1};

	root.shared = TRY_MAP(mmap(NULL, 100 * PAGE, PROT_READ | PROT_WRITE, ANON, -1, 0), ENOMEM);
	fill(root.shared, 40, root.salt);
	fill(root.shared + 80 * PAGE, 20, 7);
	grow_children(&root);
	MUST(is_filled(root.shared, 40, root.salt) && is_filled(root.shared + 80 * PAGE, 20, 7));
	fill(root.shared, 100, 9);
	TRY(munmap(root.shared, 100 * PAGE), ENOMEM);
}
