/* SPDX-License-Identifier: MIT */
/*
 * devices: nobody takes /dev, or what is in it, away from the others, puts something in its place or beside
 * it, or shuts it. Prints `ok devices`.
 */
#include "check.h"
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>

#define OTHER "/tmp/other"

static const char *const devices[] = {"/dev/console", "/dev/null", "/dev/zero"};

static bool fails_with(int done, int error)
{
	return done == -1 && errno == error;
}

static void device_stays(const char *name)
{
	CHECK(fails_with(unlink(name), EBUSY));
	CHECK(fails_with(rename(name, OTHER ".x"), EBUSY));
	CHECK(fails_with(rename(name, "/dev/x"), EBUSY));
	CHECK(fails_with(rename(OTHER, name), EBUSY));
	CHECK(chmod(name, 0) == -1);
	CHECK(access(name, R_OK | W_OK) == 0);
}

static void directory_stays(void)
{
	CHECK(fails_with(rename("/dev", OTHER ".x"), EBUSY));
	CHECK(fails_with(rmdir("/dev"), EBUSY));
	CHECK(mkdir(OTHER ".d", 0777) == 0 && fails_with(rename(OTHER ".d", "/dev"), EBUSY));
	CHECK(rmdir(OTHER ".d") == 0);
	CHECK(chmod("/dev", 0) == -1);
}

static void nothing_comes_in(void)
{
	CHECK(fails_with(open("/dev/x", O_WRONLY | O_CREAT, 0666), EACCES));
	CHECK(fails_with(mkdir("/dev/x", 0777), EACCES));
	CHECK(fails_with(symlink("/tmp", "/dev/x"), EACCES));
	CHECK(fails_with(rename(OTHER, "/dev/x"), EACCES));
}

int main(void)
{
	int other = open(OTHER, O_WRONLY | O_CREAT, 0666);

	CHECK(other >= 0 && close(other) == 0);
	for (unsigned i = 0; i < sizeof(devices) / sizeof(*devices); i++)
		device_stays(devices[i]);
	directory_stays();
	nothing_comes_in();
	CHECK(unlink(OTHER) == 0);
	printf("ok devices\n");
	return 0;
}
