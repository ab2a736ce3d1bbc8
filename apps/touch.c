/* SPDX-License-Identifier: MIT */
/* touch FILE...: makes files that are not there; those that are get a new time. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Truncating to the length it has changes the time and nothing else. */
static int touch(const char *path)
{
	struct stat facts;
	int fd = open(path, O_WRONLY | O_CREAT, 0666);

	if (fd < 0)
		return -1;
	int result = fstat(fd, &facts);
	if (result == 0 && S_ISREG(facts.st_mode))
		result = ftruncate(fd, facts.st_size);
	int reason = errno;
	close(fd);
	errno = reason;
	return result;
}

int main(int argc, char **argv)
{
	int status = 0;

	if (argc < 2) {
		fprintf(stderr, "usage: touch FILE...\n");
		return 2;
	}
	for (int i = 1; i < argc; i++) {
		if (touch(argv[i]) != 0) {
			fprintf(stderr, "touch: %s: %s\n", argv[i], strerror(errno));
			status = 1;
		}
	}
	return status;
}
