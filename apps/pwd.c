/* SPDX-License-Identifier: MIT */
/* pwd: the working directory. */
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	char *path = getcwd(NULL, 0);

	if (path == NULL) {
		perror("pwd");
		return 1;
	}
	puts(path);
	return 0;
}
