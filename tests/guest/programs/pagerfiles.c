/* SPDX-License-Identifier: MIT */
/*
 * pagerfiles NAME...: objects of a custom pager as programs use them that know nothing of pagers: by name, as
 * files and as memory. A child of this program is the pager. Prints `ok NAME` for each; the first difference
 * ends it with status 1 and its place.
 *
 *   /pagers/disk   byte i is byte_at(i); writable
 *   /pagers/rom    the same, not writable
 *   /pagers/cue    to touch it withdraws disk
 */
#include "check.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pagoda/inspect.h>
#include <pagoda/ipc.h>
#include <pagoda/syscall.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/custom.h"
#include "proto/proto.h"

#define PAGES	    80
#define BYTES	    ((PAGES - 1) * PAGE_BYTES + 100) /* the last page is not whole */
#define GRANT_BYTES (2ul << 20)
#define DEADLINE_MS 2000
#define DISK	    1
#define CUE	    3

static char data[BYTES + PAGE_BYTES];

static char byte_at(uint64_t i)
{
	return (char)(i * 7 + (i >> 8) + 1);
}

/* The pager. */

static err_t ask(struct message *m, uint32_t label, const char *name)
{
	char *words = (char *)&message_page()->words[MESSAGE_REGISTERS];

	strncpy(words, name, CUSTOM_NAME_MAX + 1);
	m->tag = TAG(label, MESSAGE_REGISTERS + (CUSTOM_NAME_MAX + 1) / 8);
	ipc_call(SLOT_PAGER, m);
	return message_error(m);
}

static char *grant_make(cap_t endpoint)
{
	struct message m = {.w = {GRANT_BYTES}};
	uint64_t bytes, ready;
	char *grant;

	message_page()->cap_receive = endpoint;
	CHECK(ask(&m, PAGER_REGISTER, "disk") == E_OK);
	message_page()->cap_receive = 0;
	grant = (char *)m.w[0];
	bytes = m.w[1];
	do {
		m = (struct message){0};
		CHECK(ask(&m, PAGER_GRANT, "") == E_OK);
		ready = m.w[0];
	} while (ready < bytes);
	for (uint64_t i = 0; i < PAGES * PAGE_BYTES; i++)
		grant[PAGE_BYTES + i] = i < BYTES ? byte_at(i) : 0;
	return grant;
}

static void object_publish(const char *name, uint64_t number, bool writable)
{
	struct message m = {.w = {BYTES, DEADLINE_MS, writable}};

	CHECK(ask(&m, PAGER_PUBLISH, name) == E_OK && m.w[0] == number);
}

static void disk_withdraw(void)
{
	struct message m = {.w = {DISK}};

	CHECK(ask(&m, PAGER_WITHDRAW, "") == E_OK);
}

/* All objects show the same frames; the first of the grant is the report. */
static void answer(const struct message *fault)
{
	uint64_t rights = RIGHT_READ | (CUSTOM_BADGE_WRITE(fault->badge) ? RIGHT_WRITE : 0);
	struct message m = {.tag = TAG_MAP | 1ul << 16,
			    .w = {(fault->w[0] & ~(PAGE_BYTES - 1)) | rights,
				  MAP_SOURCE(CUSTOM_BADGE_SOURCE(fault->badge), 1),
				  CUSTOM_BADGE_PAGE(fault->badge) + 1}};

	if (CUSTOM_BADGE_OBJECT(fault->badge) == CUE)
		disk_withdraw();
	if (CUSTOM_BADGE_OBJECT(fault->badge) == 0) /* anonymous memory */
		m = message_make(CUSTOM_ZERO, 0, 0);
	if (ipc_reply(&m) == E_OK)
		return;
	m = message_make(CUSTOM_RETRY, 0, 0); /* tables are missing, or parked */
	(void)ipc_reply(&m);
}

/* What it supplies itself it cannot wait for. */
static void check_own_object(void)
{
	int fd = open("/pagers/disk", O_RDWR);
	char byte;

	CHECK(fd >= 0);
	CHECK(mmap(NULL, BYTES, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED && errno == EDEADLK);
	CHECK(read(fd, &byte, 1) < 0 && errno == EDEADLK);
	CHECK(lseek(fd, 0, SEEK_CUR) == 0 && close(fd) == 0);
}

static _Noreturn void serve(int ready)
{
	cap_t endpoint = SLOT_FIRST_FREE + 2;
	struct message m;

	grant_make(endpoint);
	object_publish("disk", DISK, true);
	object_publish("rom", 2, false);
	object_publish("cue", CUE, false);
	check_own_object();
	CHECK(write(ready, "r", 1) == 1);
	for (;;)
		if (ipc_wait(endpoint, DEADLINE_NEVER, &m) == E_OK)
			answer(&m);
}

static pid_t pager_start(void)
{
	int ready[2];
	char byte;
	pid_t pid;

	CHECK(pipe(ready) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0)
		serve(ready[1]);
	CHECK(close(ready[1]) == 0 && read(ready[0], &byte, 1) == 1 && close(ready[0]) == 0);
	return pid;
}

static void check_servers(void)
{
	static const enum inspect_server servers[] = {INSPECT_PAGER, INSPECT_VFS, INSPECT_PROC};
	uint64_t broken;

	for (unsigned i = 0; i < 3; i++)
		CHECK(inspect_check_server(servers[i], &broken) == E_OK && broken == 0);
}

static struct vfs_counts vfs_counts(void)
{
	struct message m = message_make(VFS_COUNTS, 0, 0);
	struct vfs_counts counts;

	ipc_call(SLOT_VFS, &m);
	CHECK(message_error(&m) == E_OK);
	memcpy(&counts, &message_page()->words[MESSAGE_REGISTERS], sizeof(counts));
	return counts;
}

static void pager_stop(pid_t pid)
{
	check_servers();
	CHECK(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
	CHECK(access("/pagers/disk", F_OK) < 0 && errno == ENOENT);
}

/* Its clients. */

static void check_bytes(const char *bytes, uint64_t from, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		CHECK(bytes[i] == byte_at(from + i));
}

static int open_disk(int flags)
{
	int fd = open("/pagers/disk", flags);

	CHECK(fd >= 0);
	return fd;
}

static unsigned listed(void)
{
	DIR *listing = opendir("/pagers");
	unsigned entries = 0;
	const struct dirent *entry;

	CHECK(listing != NULL);
	while ((entry = readdir(listing)))
		entries += entry->d_name[0] != '.';
	CHECK(closedir(listing) == 0);
	return entries;
}

static void names(void)
{
	pid_t pager = pager_start();
	struct stat facts;
	int fd = open_disk(O_RDWR);

	CHECK(listed() == 3);
	CHECK(fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_size == BYTES);
	CHECK((facts.st_mode & 0777) == 0666);
	CHECK(stat("/pagers/rom", &facts) == 0 && (facts.st_mode & 0777) == 0444);
	CHECK(open("/pagers/rom", O_RDWR) < 0 && errno == EACCES);
	CHECK(open("/pagers/disk", O_RDWR | O_TRUNC) < 0 && errno == EPERM);
	CHECK(write(fd, "x", 1) < 0 && errno == EPERM);
	CHECK(ftruncate(fd, 0) < 0 && errno == EPERM);
	CHECK(unlink("/pagers/disk") < 0 && errno == EACCES);
	CHECK(rename("/pagers/disk", "/tmp/disk") < 0 && errno == EACCES);
	CHECK(chdir("/pagers/disk") < 0 && errno == ENOTDIR);
	CHECK(execl("/pagers/disk", "disk", NULL) < 0 && errno == EACCES);
	CHECK(close(fd) == 0);
	pager_stop(pager);
	CHECK(listed() == 0);
}

/* Two processes share an offset; together they read every byte once. */
static void read_together(void)
{
	int fd = open_disk(O_RDONLY), sums[2], status;
	uint64_t mine[2] = {0, 0}, theirs[2], wanted = 0;
	ssize_t got;
	pid_t pid;

	CHECK(pipe(sums) == 0);
	pid = fork();
	CHECK(pid >= 0);
	while ((got = read(fd, data, 1017)) > 0) {
		mine[0] += (uint64_t)got;
		for (ssize_t i = 0; i < got; i++)
			mine[1] += (uint8_t)data[i];
	}
	CHECK(got == 0);
	if (pid == 0) {
		CHECK(write(sums[1], mine, sizeof(mine)) == sizeof(mine));
		_exit(0);
	}
	CHECK(read(sums[0], theirs, sizeof(theirs)) == sizeof(theirs));
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	for (uint64_t i = 0; i < BYTES; i++)
		wanted += (uint8_t)byte_at(i);
	CHECK(mine[0] + theirs[0] == BYTES && mine[1] + theirs[1] == wanted);
	CHECK(lseek(fd, 0, SEEK_CUR) == BYTES);
	CHECK(close(fd) == 0 && close(sums[0]) == 0 && close(sums[1]) == 0);
}

static void reading(void)
{
	pid_t pager = pager_start();
	int fd = open_disk(O_RDONLY), copy = dup(fd);
	struct iovec parts[2] = {{data, 10}, {data + 10, PAGE_BYTES}};

	CHECK(read(fd, data, sizeof(data)) == BYTES);
	check_bytes(data, 0, BYTES);
	CHECK(read(fd, data, 1) == 0 && lseek(copy, 0, SEEK_CUR) == BYTES);
	CHECK(lseek(copy, -3, SEEK_END) == BYTES - 3);
	CHECK(read(fd, data, 100) == 3);
	check_bytes(data, BYTES - 3, 3);
	CHECK(lseek(fd, 5 * PAGE_BYTES - 1, SEEK_SET) > 0 && read(fd, data, 0) == 0);
	for (unsigned i = 0; i < 3; i++)
		CHECK(read(fd, data + i, 1) == 1);
	check_bytes(data, 5 * PAGE_BYTES - 1, 3);
	CHECK(pread(fd, data, 50, BYTES - 20) == 20 && lseek(fd, 0, SEEK_CUR) == 5 * PAGE_BYTES + 2);
	check_bytes(data, BYTES - 20, 20);
	CHECK(readv(fd, parts, 2) == PAGE_BYTES + 10);
	check_bytes(data, 5 * PAGE_BYTES + 2, PAGE_BYTES + 10);
	CHECK(lseek(fd, BYTES + 10 * PAGE_BYTES, SEEK_SET) > 0 && read(fd, data, 10) == 0);
	CHECK(lseek(fd, 0, SEEK_CUR) == BYTES + 10 * PAGE_BYTES);
	CHECK(close(fd) == 0 && close(copy) == 0);
	fd = open_disk(O_WRONLY);
	CHECK(read(fd, data, 1) < 0 && errno == EBADF);
	CHECK(mmap(NULL, 1, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED && errno == EACCES);
	CHECK(close(fd) == 0);
	read_together();
	pager_stop(pager);
}

static char *disk_map(int prot, int flags, int fd)
{
	char *at = mmap(NULL, BYTES, prot, flags, fd, 0);

	CHECK(at != MAP_FAILED);
	return at;
}

static void sharing(void)
{
	pid_t pager = pager_start();
	int fd = open_disk(O_RDWR), rom = open_disk(O_RDONLY);
	char *one = disk_map(PROT_READ | PROT_WRITE, MAP_SHARED, fd),
	     *two = disk_map(PROT_READ, MAP_SHARED, rom);

	CHECK(mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, rom, 0) == MAP_FAILED && errno == EACCES);
	CHECK(mprotect(two, BYTES, PROT_READ | PROT_WRITE) < 0 && errno == EACCES);
	one[3 * PAGE_BYTES] = 'w';
	CHECK(two[3 * PAGE_BYTES] == 'w');
	CHECK(pread(rom, data, 2, 3 * PAGE_BYTES) == 2 && data[0] == 'w' &&
	      data[1] == byte_at(3 * PAGE_BYTES + 1));
	CHECK(close(fd) == 0 && close(rom) == 0);
	check_bytes(one + 9 * PAGE_BYTES, 9 * PAGE_BYTES, PAGE_BYTES); /* the mapping needs no descriptor */
	CHECK(munmap(one, BYTES) == 0 && munmap(two, BYTES) == 0);
	pager_stop(pager);
}

/* Pages of the object, absent ones too, are buffers of read() and write(). */
static void buffers_of(int flags)
{
	int fd = open_disk(O_RDWR), file = open("/tmp/f", O_RDWR | O_CREAT | O_TRUNC, 0644);
	char *at = disk_map(PROT_READ | PROT_WRITE, flags, fd), *rom = disk_map(PROT_READ, flags, fd);

	CHECK(file >= 0);
	CHECK(write(file, at + 10, 40 * PAGE_BYTES) == 40 * (ssize_t)PAGE_BYTES);
	CHECK(pread(file, data, 40 * PAGE_BYTES, 0) == 40 * (ssize_t)PAGE_BYTES);
	check_bytes(data, 10, 40 * PAGE_BYTES);
	CHECK(pread(file, at + 45 * PAGE_BYTES + 1, 20 * PAGE_BYTES, 0) == 20 * (ssize_t)PAGE_BYTES);
	check_bytes(at + 45 * PAGE_BYTES, 45 * PAGE_BYTES, 1);
	check_bytes(at + 45 * PAGE_BYTES + 1, 10, 20 * PAGE_BYTES);
	check_bytes(at + 65 * PAGE_BYTES + 1, 65 * PAGE_BYTES + 1, PAGE_BYTES - 1);
	CHECK(pread(file, rom + 70 * PAGE_BYTES, 10, 0) < 0 && errno == EFAULT);
	CHECK(pread(file, rom, 10, 0) < 0 && errno == EFAULT);
	for (unsigned i = 0; i < 20 * PAGE_BYTES; i++) /* the object is as before */
		at[45 * PAGE_BYTES + 1 + i] = byte_at(45 * PAGE_BYTES + 1 + i);
	CHECK(munmap(at, BYTES) == 0 && munmap(rom, BYTES) == 0);
	CHECK(close(fd) == 0 && close(file) == 0 && unlink("/tmp/f") == 0);
}

/* Memory of a program that the pager supplies, asked for all at once. */
static void buffers_supplied(void)
{
	struct message m = {0};
	int fd = open_disk(O_RDONLY), ends[2];
	char *at;

	CHECK(ask(&m, PAGER_SUPPLIER, "disk") == E_OK);
	at = malloc(BYTES);
	CHECK(at && read(fd, at, BYTES) == BYTES);
	check_bytes(at, 0, BYTES);
	at = malloc(BYTES);
	fd = open("/tmp/g", O_RDWR | O_CREAT, 0644);
	CHECK(at && fd >= 0 && write(fd, at, BYTES) == BYTES); /* pages of zeroes that nobody touched */
	CHECK(pread(fd, at, BYTES, 0) == BYTES && at[0] == 0 && at[BYTES - 1] == 0);
	CHECK(pipe(ends) == 0 && write(ends[1], at + 3, 3000) == 3000 &&
	      read(ends[0], malloc(9000), 9000) == 3000);
	CHECK(unlink("/tmp/g") == 0);
}

static void buffers(void)
{
	pid_t pager = pager_start(), pid;
	int status;

	buffers_of(MAP_SHARED);
	buffers_of(MAP_PRIVATE);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		buffers_supplied();
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	pager_stop(pager);
}

static void check_ended(int fd)
{
	struct stat facts;

	CHECK(fstat(fd, &facts) == 0 && facts.st_size == BYTES && facts.st_nlink == 0);
	CHECK(mmap(NULL, BYTES, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED && errno == ENXIO);
	CHECK(mmap(NULL, BYTES, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED && errno == ENXIO);
	CHECK(lseek(fd, 7, SEEK_SET) == 7 && read(fd, data, 100) < 0 && errno == ENXIO);
	CHECK(lseek(fd, 0, SEEK_CUR) == 7); /* what could not be read is not passed over */
}

static void endings(void)
{
	pid_t pager = pager_start();
	int disk = open_disk(O_RDWR), rom = open("/pagers/rom", O_RDONLY),
	    cue = open("/pagers/cue", O_RDONLY);
	char *at = disk_map(PROT_READ, MAP_SHARED, disk);

	check_bytes(at, 0, PAGE_BYTES);
	CHECK(read(rom, data, 10) == 10 && read(cue, data, 10) == 10);
	check_ended(disk);
	CHECK(open("/pagers/disk", O_RDONLY) < 0 && errno == ENOENT);
	CHECK(listed() == 2 && read(rom, data, 10) == 10);
	check_servers();
	check_bytes(at, 0, PAGE_BYTES); /* what is mapped stays */
	pager_stop(pager);
	check_ended(rom);
	check_servers();
	check_bytes(at, 0, PAGE_BYTES);
	CHECK(munmap(at, BYTES) == 0);
	CHECK(close(disk) == 0 && close(rom) == 0 && close(cue) == 0);
	pager = pager_start(); /* the names are free again */
	CHECK(listed() == 3);
	pager_stop(pager);
}

static void tools(void)
{
	pid_t pager = pager_start();
	int fd;

	CHECK(system("cat /pagers/disk >/tmp/copy && cp /pagers/rom /tmp/second && rm /tmp/second") == 0);
	fd = open("/tmp/copy", O_RDONLY);
	CHECK(fd >= 0 && read(fd, data, sizeof(data)) == BYTES);
	check_bytes(data, 0, BYTES);
	CHECK(close(fd) == 0 && unlink("/tmp/copy") == 0);
	CHECK(WEXITSTATUS(system("echo x >/pagers/disk")) != 0);
	pager_stop(pager);
}

/* Run a part; it leaves no name, open file or waiter behind. */
static void run(const char *name, void (*part)(void))
{
	struct vfs_counts before = vfs_counts(), after;

	part();
	after = vfs_counts();
	CHECK(after.inodes == before.inodes && after.open_files == before.open_files);
	CHECK(after.processes == before.processes && after.parked == before.parked);
	check_servers();
	printf("ok %s\n", name);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} parts[] = {{"names", names},	   {"reading", reading}, {"sharing", sharing},
		     {"buffers", buffers}, {"endings", endings}, {"tools", tools}};
	unsigned found = 0;

	for (int i = 1; i < argc; i++) {
		for (unsigned j = 0; j < sizeof(parts) / sizeof(parts[0]); j++) {
			if (strcmp(argv[i], parts[j].name) != 0)
				continue;
			run(argv[i], parts[j].run);
			found++;
		}
	}
	return found + 1 == (unsigned)argc ? 0 : 1;
}
