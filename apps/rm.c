/* SPDX-License-Identifier: MIT */
/* rm [-rf] PATH...: removes files; -r: directories with all that is in them; -f: what is not there is no
 * error. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int recursive, force;

static int complain(const char *path)
{
	if (force && errno == ENOENT)
		return 0;
	fprintf(stderr, "rm: %s: %s\n", path, strerror(errno));
	return 1;
}

static int remove_tree(const char *path);

/* One entry that is left in a directory, or NULL. So nothing depends on reading while removing. */
static char *entry_first(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	char *full = NULL;

	if (directory == NULL)
		return NULL;
	while (full == NULL && (entry = readdir(directory)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		full = malloc(strlen(path) + strlen(entry->d_name) + 2);
		if (full != NULL)
			sprintf(full, "%s/%s", path, entry->d_name);
	}
	closedir(directory);
	return full;
}

static int remove_folder(const char *path)
{
	char *entry;

	while ((entry = entry_first(path)) != NULL) {
		int status = remove_tree(entry);
		free(entry);
		if (status != 0)
			return status;
	}
	return rmdir(path) != 0 ? complain(path) : 0;
}

static int remove_tree(const char *path)
{
	struct stat facts;

	if (lstat(path, &facts) != 0)
		return complain(path);
	if (S_ISDIR(facts.st_mode) && recursive)
		return remove_folder(path);
	if (S_ISDIR(facts.st_mode))
		errno = EISDIR;
	else if (unlink(path) == 0)
		return 0;
	return complain(path);
}

int main(int argc, char **argv)
{
	int status = 0, option;

	while ((option = getopt(argc, argv, "rf")) != -1) {
		if (option == '?')
			return 2;
		recursive |= option == 'r';
		force |= option == 'f';
	}
	if (optind == argc && !force) {
		fprintf(stderr, "usage: rm [-rf] PATH...\n");
		return 2;
	}
	for (int i = optind; i < argc; i++)
		status |= remove_tree(argv[i]);
	return status;
}
