/* SPDX-License-Identifier: MIT */
/* echo [-n] [STRING...]: prints the strings with blanks between; -n: no line feed. */
#include "finish.h"
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	int first = 1;
	int newline = 1;

	if (argc > 1 && strcmp(argv[1], "-n") == 0) {
		first = 2;
		newline = 0;
	}
	for (int i = first; i < argc; i++)
		printf(i == first ? "%s" : " %s", argv[i]);
	if (newline)
		putchar('\n');
	return finish("echo", 0);
}
