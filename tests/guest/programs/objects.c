/* SPDX-License-Identifier: MIT */
/*
 * objects NAME...: names of custom pagers' objects and shared mappings, as any program meets them. Prints
 * `ok NAME` for each; the first difference ends it with status 1 and its place.
 */
#include "check.h"
#include "proto/proto.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pagoda/ipc.h>
#include <pagoda/program.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096

/* Nobody but the pager puts anything into /pagers or takes it away. */
static void directory(void)
{
	struct stat facts;

	CHECK(stat("/pagers", &facts) == 0 && S_ISDIR(facts.st_mode) && (facts.st_mode & 0777) == 0555);
	CHECK(open("/pagers/x", O_RDWR | O_CREAT, 0644) < 0 && errno == EACCES);
	CHECK(mkdir("/pagers/x", 0755) < 0 && errno == EACCES);
	CHECK(rmdir("/pagers") < 0 && errno == EBUSY);
	CHECK(rename("/pagers", "/tmp/pagers") < 0 && errno == EBUSY);
	CHECK(mkdir("/tmp/d", 0755) == 0);
	CHECK(rename("/tmp/d", "/pagers") < 0 && errno == EBUSY);
	CHECK(rename("/tmp/d", "/pagers/d") < 0 && errno == EACCES);
	CHECK(rmdir("/tmp/d") == 0);
	CHECK(chdir("/pagers") == 0 && chdir("/") == 0);
}

static err_t publish(const char *name, uint64_t cookie)
{
	struct message m = {.tag = TAG(VFS_PUBLISH, MESSAGE_REGISTERS + 4), .w = {cookie, PAGE, 0644}};

	strncpy((char *)&message_page()->words[MESSAGE_REGISTERS], name, 32);
	ipc_call(SLOT_VFS, &m);
	return message_error(&m);
}

static void denied(void)
{
	struct message m = message_make(VFS_WITHDRAW, 1, 0);
	DIR *listing = opendir("/pagers");
	unsigned entries = 0;

	CHECK(publish("mine", 1) == E_DENIED);
	ipc_call(SLOT_VFS, &m);
	CHECK(message_error(&m) == E_DENIED);
	CHECK(listing != NULL);
	while (readdir(listing))
		entries++;
	CHECK(entries == 2 && closedir(listing) == 0); /* itself and its parent */
	CHECK(open("/pagers/mine", O_RDONLY) < 0 && errno == ENOENT);
}

/* Shared memory of files and of nothing is refused by name; what is no wish at all is an argument. */
static void shared(void)
{
	static const int both = MAP_SHARED | MAP_PRIVATE;
	int fd = open("/tmp/f", O_RDWR | O_CREAT, 0644);

	CHECK(fd >= 0 && write(fd, "x", 1) == 1);
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED && errno == ENOTSUP);
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED &&
	      errno == ENOTSUP);
	CHECK(mmap(NULL, PAGE, PROT_READ, both, fd, 0) == MAP_FAILED && errno == EINVAL);
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == EINVAL);
	CHECK(close(fd) == 0 && unlink("/tmp/f") == 0);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} tests[] = {{"directory", directory}, {"denied", denied}, {"shared", shared}};
	unsigned found = 0;

	for (int i = 1; i < argc; i++) {
		for (unsigned j = 0; j < sizeof(tests) / sizeof(tests[0]); j++) {
			if (strcmp(argv[i], tests[j].name) != 0)
				continue;
			tests[j].run();
			printf("ok %s\n", argv[i]);
			found++;
		}
	}
	return found + 1 == (unsigned)argc ? 0 : 1;
}
