/* SPDX-License-Identifier: MIT */
/* Becomes hello_world, which lies in the working directory. */
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	char *argv[] = {"hello_world", NULL};
	char *envp[] = {NULL};

	printf("This is before exec\n");
	fflush(stdout);
	execve("hello_world", argv, envp);
	perror("exec");
	printf("This is after exec\n");
	return 1;
}
