/* SPDX-License-Identifier: MIT */
/* cp [-r] FROM TO, cp [-r] FROM... FOLDER: copies files; -r: directories with all that is in them. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_BYTES 65536

static char buffer[BUFFER_BYTES];
static int recursive;

static int copy(const char *from, const char *to);

static int complain(const char *path)
{
	fprintf(stderr, "cp: %s: %s\n", path, strerror(errno));
	return 1;
}

static char *join(const char *folder, const char *name)
{
	char *full = malloc(strlen(folder) + strlen(name) + 2);

	if (full != NULL)
		sprintf(full, "%s/%s", folder, name);
	return full;
}

static int copy_data(int in, int out, const char *from, const char *to)
{
	ssize_t bytes;

	while ((bytes = read(in, buffer, BUFFER_BYTES)) > 0)
		for (ssize_t done = 0, moved; done < bytes; done += moved)
			if ((moved = write(out, buffer + done, (size_t)(bytes - done))) <= 0)
				return complain(to);
	return bytes < 0 ? complain(from) : 0;
}

static int copy_file(const char *from, const char *to, const struct stat *facts)
{
	struct stat target;
	int in = open(from, O_RDONLY);

	if (in < 0)
		return complain(from);
	if (stat(to, &target) == 0 && target.st_ino == facts->st_ino && target.st_dev == facts->st_dev) {
		fprintf(stderr, "cp: %s and %s are one file\n", from, to);
		close(in);
		return 1;
	}
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC, facts->st_mode & 0777);
	int status = out < 0 ? complain(to) : copy_data(in, out, from, to);
	if (out >= 0 && close(out) != 0)
		status = complain(to);
	close(in);
	return status;
}

static int copy_entries(DIR *directory, const char *from, const char *to)
{
	struct dirent *entry;
	int status = 0;

	while ((entry = readdir(directory)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		char *inner_from = join(from, entry->d_name), *inner_to = join(to, entry->d_name);
		status |=
			inner_from == NULL || inner_to == NULL ? complain(from) : copy(inner_from, inner_to);
		free(inner_from);
		free(inner_to);
	}
	return status;
}

static int copy_folder(const char *from, const char *to, const struct stat *facts)
{
	size_t bytes = strlen(from);

	if (!recursive) {
		errno = EISDIR;
		return complain(from);
	}
	if (strncmp(to, from, bytes) == 0 && to[bytes] == '/') {
		fprintf(stderr, "cp: %s: a folder cannot be copied into itself\n", from);
		return 1;
	}
	if (mkdir(to, facts->st_mode & 0777) != 0 && errno != EEXIST)
		return complain(to);
	DIR *directory = opendir(from);
	if (directory == NULL)
		return complain(from);
	int status = copy_entries(directory, from, to);
	closedir(directory);
	return status;
}

static int copy(const char *from, const char *to)
{
	struct stat facts;

	if (stat(from, &facts) != 0)
		return complain(from);
	return S_ISDIR(facts.st_mode) ? copy_folder(from, to, &facts) : copy_file(from, to, &facts);
}

static int copy_into(const char *from, const char *folder)
{
	const char *slash = strrchr(from, '/');
	char *to = join(folder, slash != NULL ? slash + 1 : from);
	int status = to == NULL ? complain(from) : copy(from, to);

	free(to);
	return status;
}

int main(int argc, char **argv)
{
	struct stat facts;
	int status = 0;
	int first = 1;

	if (argc > 1 && strcmp(argv[1], "-r") == 0) {
		recursive = 1;
		first = 2;
	}
	if (argc < first + 2 || argv[first][0] == '-') {
		fprintf(stderr, "usage: cp [-r] FROM TO | cp [-r] FROM... FOLDER\n");
		return 2;
	}
	const char *to = argv[argc - 1];
	int into = stat(to, &facts) == 0 && S_ISDIR(facts.st_mode);
	if (argc > first + 2 && !into) {
		errno = ENOTDIR;
		return complain(to);
	}
	for (int i = first; i < argc - 1; i++)
		status |= into ? copy_into(argv[i], to) : copy(argv[i], to);
	return status;
}
