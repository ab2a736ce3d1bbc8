/* SPDX-License-Identifier: MIT */
/* mkdir [-p] FOLDER...: makes directories; -p: those above too, and none is an error if it exists. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static int complain(const char *path)
{
	fprintf(stderr, "mkdir: %s: %s\n", path, strerror(errno));
	return 1;
}

/* @path is cut at each slash and put together again. */
static int make_all(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		int failed = mkdir(path, 0777) != 0 && errno != EEXIST;
		if (failed)
			return complain(path);
		*slash = '/';
	}
	return mkdir(path, 0777) != 0 && errno != EEXIST ? complain(path) : 0;
}

int main(int argc, char **argv)
{
	int parents = argc > 1 && strcmp(argv[1], "-p") == 0;
	int status = 0;

	if (argc < 2 + parents || argv[1 + parents][0] == '-') {
		fprintf(stderr, "usage: mkdir [-p] FOLDER...\n");
		return 2;
	}
	for (int i = 1 + parents; i < argc; i++)
		status |= parents ? make_all(argv[i]) : mkdir(argv[i], 0777) != 0 ? complain(argv[i]) : 0;
	return status;
}
