/* SPDX-License-Identifier: MIT */
/* mv FROM TO, mv FROM... FOLDER: renames. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* @folder/the last part of @path, from malloc. */
static char *path_in(const char *folder, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	char *full = malloc(strlen(folder) + strlen(name) + 2);

	if (full != NULL)
		sprintf(full, "%s/%s", folder, name);
	return full;
}

static int move(const char *from, const char *to, int into)
{
	char *target = into ? path_in(to, from) : strdup(to);

	if (target == NULL || rename(from, target) != 0) {
		fprintf(stderr, "mv: %s: %s\n", from, strerror(errno));
		free(target);
		return 1;
	}
	free(target);
	return 0;
}

int main(int argc, char **argv)
{
	struct stat facts;
	int status = 0;

	if (argc < 3) {
		fprintf(stderr, "usage: mv FROM TO | mv FROM... FOLDER\n");
		return 2;
	}
	const char *to = argv[argc - 1];
	int into = stat(to, &facts) == 0 && S_ISDIR(facts.st_mode);
	if (argc > 3 && !into) {
		fprintf(stderr, "mv: %s: %s\n", to, strerror(ENOTDIR));
		return 1;
	}
	for (int i = 1; i < argc - 1; i++)
		status |= move(argv[i], to, into);
	return status;
}
