/* SPDX-License-Identifier: MIT */
/*
 * pieces: what one request of the vfs moves is bounded, whatever buffer comes with it, and read() and write()
 * are whole nevertheless. The buffer is there before, so that no absent page ends a request.
 */
#include "check.h"
#include "proto/proto.h"
#include "proto/records.h"
#include <fcntl.h>
#include <pagoda/ipc.h>
#include <pagoda/program.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BYTES (8ul << 20)
#define WORDS (BYTES / sizeof(unsigned long))

static unsigned long buffer[WORDS];

static unsigned long word_of(unsigned long i)
{
	return (i + 1) * 0x9e3779b97f4a7c15;
}

/* How many bytes one request moves. */
static unsigned long moved(unsigned request, int file, unsigned long access)
{
	struct message m = message_make(request, (uint64_t)file, 0);

	CHECK(lseek(file, 0, SEEK_SET) == 0);
	CHECK(ipc_call_buffer(SLOT_VFS, &m, buffer, sizeof(buffer), access) == E_OK &&
	      message_error(&m) == E_OK);
	return m.w[0];
}

static void whole(int file)
{
	struct stat facts;

	for (unsigned long i = 0; i < WORDS; i++)
		buffer[i] = word_of(i);
	CHECK(lseek(file, 0, SEEK_SET) == 0 && write(file, buffer, sizeof(buffer)) == sizeof(buffer));
	CHECK(fstat(file, &facts) == 0 && facts.st_size == sizeof(buffer));
	memset(buffer, 0, sizeof(buffer));
	CHECK(lseek(file, 0, SEEK_SET) == 0 && read(file, buffer, sizeof(buffer)) == sizeof(buffer));
	for (unsigned long i = 0; i < WORDS; i++)
		CHECK(buffer[i] == word_of(i));
	CHECK(lseek(file, 1, SEEK_SET) == 1 && read(file, buffer, sizeof(buffer)) == sizeof(buffer) - 1);
}

int main(void)
{
	int file = open("/tmp/pieces", O_RDWR | O_CREAT | O_EXCL, 0600), zero = open("/dev/zero", O_RDWR);

	memset(buffer, 1, sizeof(buffer));
	CHECK(file >= 0 && zero >= 0 && unlink("/tmp/pieces") == 0 && ftruncate(file, BYTES) == 0);
	CHECK(moved(VFS_READ, file, BUFFER_WRITE) == VFS_MOVE_MAX);
	CHECK(moved(VFS_READ, zero, BUFFER_WRITE) == VFS_MOVE_MAX);
	memset(buffer, 1, sizeof(buffer));
	CHECK(moved(VFS_WRITE, file, BUFFER_READ) == VFS_MOVE_MAX);
	CHECK(moved(VFS_READ, file, BUFFER_WRITE) == VFS_MOVE_MAX);
	whole(file);
	puts("ok pieces");
	return 0;
}
