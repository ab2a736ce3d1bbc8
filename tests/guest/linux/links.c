// SPDX-License-Identifier: MIT
// links: hard and symbolic links to files and directories, broken and circular ones, what they count and how
// they are followed.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void result(const char *what, long value)
{
	printf("%s: %ld %s\n", what, value, value < 0 ? strerror(errno) : "");
}

static void put(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		perror(name);
}

static void show(const char *name)
{
	char text[80] = "";
	FILE *file = fopen(name, "r");

	if (!file) {
		printf("%s: %s\n", name, strerror(errno));
		return;
	}
	if (fgets(text, sizeof(text), file))
		printf("%s: %s\n", name, text);
	fclose(file);
}

static void symbolic(void)
{
	struct stat status;
	char target[PATH_MAX];

	put("real", "behind the link");
	result("symlink", symlink("real", "soft"));
	show("soft");
	lstat("soft", &status);
	printf("link %d, size %ld\n", S_ISLNK(status.st_mode), (long)status.st_size);
	stat("soft", &status);
	printf("followed: file %d, size %ld\n", S_ISREG(status.st_mode), (long)status.st_size);
	ssize_t length = readlink("soft", target, sizeof(target));
	printf("readlink %zd %.*s\n", length, (int)length, target);
	result("readlink of a file", readlink("real", target, sizeof(target)));
	result("dangling", symlink("missing", "broken"));
	show("broken");
	result("loop", symlink("loop", "loop"));
	show("loop");
	result("mkdir", mkdir("directory", 0755));
	result("to a directory", symlink("directory", "way"));
	put("way/inner", "through the way");
	show("directory/inner");
	result("unlink of a link", unlink("soft"));
	show("real");
}

int main(void)
{
	static const char *const left[] = {"real", "broken", "loop", "way", "directory/inner"};
	char place[] = "/tmp/links.XXXXXX";

	if (!mkdtemp(place) || chdir(place) < 0) {
		perror(place);
		return 1;
	}
	symbolic();
	for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++)
		if (unlink(left[i]) < 0)
			perror(left[i]);
	result("rmdir", rmdir("directory"));
	result("rmdir", rmdir(place));
	return 0;
}
