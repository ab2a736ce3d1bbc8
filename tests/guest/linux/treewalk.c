// SPDX-License-Identifier: MIT
// treewalk: make a tree of directories in a temporary place, walk it, sum up its sizes, and remove it again.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void make_file(const char *directory, const char *name, size_t size)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
	if (fd < 0)
		die(path);
	for (size_t i = 0; i < size; i++)
		if (write(fd, "x", 1) != 1)
			die("write");
	close(fd);
}

static void make_tree(const char *top, int depth)
{
	make_file(top, "one", depth * 10 + 1);
	make_file(top, "two.txt", 100 / (depth + 1));
	if (depth == 3)
		return;
	for (int i = 0; i < 2; i++) {
		char path[PATH_MAX];
		snprintf(path, sizeof(path), "%s/dir%c", top, 'A' + i);
		if (mkdir(path, 0755) < 0)
			die(path);
		make_tree(path, depth + 1);
	}
}

static long walk(const char *path, int depth)
{
	struct dirent **names;
	long total = 0;
	int n = scandir(path, &names, NULL, alphasort);

	if (n < 0)
		die(path);
	for (int i = 0; i < n; i++) {
		char child[PATH_MAX];
		struct stat status;
		const char *name = names[i]->d_name;
		snprintf(child, sizeof(child), "%s/%s", path, name);
		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
			free(names[i]);
			continue;
		}
		if (lstat(child, &status) < 0)
			die(child);
		printf("%*s%s%s", depth * 2, "", name, S_ISDIR(status.st_mode) ? "/\n" : "");
		if (S_ISREG(status.st_mode))
			printf(" %lld\n", (long long)status.st_size);
		total += S_ISDIR(status.st_mode) ? walk(child, depth + 1) : (long)status.st_size;
		free(names[i]);
	}
	free(names);
	return total;
}

static int remove_tree(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	int removed = 0;

	if (!directory)
		die(path);
	while ((entry = readdir(directory)) != NULL) {
		char child[PATH_MAX];
		if (entry->d_name[0] == '.')
			continue;
		snprintf(child, sizeof(child), "%s/%s", path, entry->d_name);
		if (unlink(child) == 0)
			removed++;
		else if (errno == EISDIR || errno == EPERM)
			removed += remove_tree(child);
		else
			die(child);
		rewinddir(directory);
	}
	closedir(directory);
	if (rmdir(path) < 0)
		die(path);
	return removed + 1;
}

int main(void)
{
	char top[] = "/tmp/treewalk.XXXXXX";
	struct stat status;

	if (!mkdtemp(top))
		die("mkdtemp");
	make_tree(top, 0);
	printf("total %ld\n", walk(top, 0));
	if (rmdir(top) == 0 || (errno != ENOTEMPTY && errno != EEXIST))
		printf("a full directory was removed\n");
	printf("removed %d\n", remove_tree(top));
	printf("afterwards: %s\n", stat(top, &status) < 0 ? strerror(errno) : "still there");
	return 0;
}
