/* SPDX-License-Identifier: MIT */
/* The first program: says hello and who it is. */
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	printf("Hello World!, my pid: %d\n", (int)getpid());
	return 0;
}
