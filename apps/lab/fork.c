/* SPDX-License-Identifier: MIT */
/* Two forks in a row: the lines before, between and after come once, twice and four times. Nobody waits. */
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	int sum = 0;

	printf("This is testing\n");
	for (int i = 0; i < 100; i++)
		sum += i;
	printf("A1111, sum: %d\n", sum);
	fflush(stdout); /* or the children would have it in their buffers, too */
	int val1 = (int)fork();
	printf("B2222, val1: %d\n", val1);
	fflush(stdout);
	int val2 = (int)fork();
	printf("C3333, val2: %d\n", val2);
	return val1 < 0 || val2 < 0;
}
