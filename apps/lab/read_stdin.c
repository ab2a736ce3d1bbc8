/* SPDX-License-Identifier: MIT */
/* Reads one word and says it. */
#include <stdio.h>

int main(void)
{
	char word[100];

	printf("Ready to receive console input!\n");
	fflush(stdout);
	if (scanf("%99s", word) != 1) {
		fprintf(stderr, "read_stdin: no input\n");
		return 1;
	}
	printf("Here is your input: %s\n", word);
	return 0;
}
