/* SPDX-License-Identifier: MIT */
/* ls [-l] [PATH...]: names in directories, sorted; -l: kind and rights, size, name. */
#include "finish.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int long_form;

static int complain(const char *name)
{
	fprintf(stderr, "ls: %s: %s\n", name, strerror(errno));
	return 1;
}

static void print_mode(mode_t mode)
{
	static const char letters[] = "rwxrwxrwx";

	putchar(S_ISDIR(mode) ? 'd' : S_ISCHR(mode) ? 'c' : S_ISLNK(mode) ? 'l' : '-');
	for (int i = 0; i < 9; i++)
		putchar(mode & (0400u >> i) ? letters[i] : '-');
}

/* @path leads to the file, @name is printed. */
static int print_entry(const char *path, const char *name)
{
	struct stat facts;

	if (long_form) {
		if (stat(path, &facts) != 0)
			return complain(path);
		print_mode(facts.st_mode);
		printf(" %3d %10ld ", (int)facts.st_nlink, (long)facts.st_size);
	}
	puts(name);
	return 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All names but those that begin with a dot; the list and each name come from malloc. */
static char **names_read(DIR *directory, size_t *count)
{
	size_t room = 64;
	char **names = malloc(room * sizeof(*names));
	struct dirent *entry;

	*count = 0;
	while (names != NULL && (entry = readdir(directory)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		if (*count == room) {
			char **more = realloc(names, 2 * room * sizeof(*names));
			if (more == NULL)
				return NULL;
			names = more;
			room *= 2;
		}
		names[*count] = strdup(entry->d_name);
		if (names[*count] == NULL)
			return NULL;
		++*count;
	}
	return names;
}

static int print_directory(const char *path)
{
	size_t count;
	int status = 0;
	DIR *directory = opendir(path);

	if (directory == NULL)
		return complain(path);
	errno = 0;
	char **names = names_read(directory, &count);
	if (names == NULL || errno != 0)
		status = complain(path);
	closedir(directory);
	if (names == NULL)
		return status;
	qsort(names, count, sizeof(*names), compare);
	for (size_t i = 0; i < count; i++) {
		char *full = malloc(strlen(path) + strlen(names[i]) + 2);
		if (full == NULL)
			return complain(path);
		sprintf(full, "%s/%s", path, names[i]);
		status |= print_entry(full, names[i]);
		free(full);
		free(names[i]);
	}
	free(names);
	return status;
}

static int print_path(const char *path, int with_header)
{
	struct stat facts;

	if (stat(path, &facts) != 0)
		return complain(path);
	if (!S_ISDIR(facts.st_mode))
		return print_entry(path, path);
	if (with_header)
		printf("%s:\n", path);
	return print_directory(path);
}

int main(int argc, char **argv)
{
	int first = 1;
	int status = 0;

	if (argc > 1 && strcmp(argv[1], "-l") == 0) {
		long_form = 1;
		first = 2;
	}
	if (argc > first && argv[first][0] == '-') {
		fprintf(stderr, "usage: ls [-l] [PATH...]\n");
		return 2;
	}
	if (argc == first)
		return finish("ls", print_path(".", 0));
	for (int i = first; i < argc; i++)
		status |= print_path(argv[i], argc - first > 1);
	return finish("ls", status);
}
