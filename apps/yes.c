/* SPDX-License-Identifier: MIT */
/* yes [STRING...]: repeats the strings (or "y") on a line each time, until it is stopped. */
#include <stdio.h>

int main(int argc, char **argv)
{
	do {
		if (argc < 2)
			fputs("y", stdout);
		for (int i = 1; i < argc; i++)
			printf(i == 1 ? "%s" : " %s", argv[i]);
	} while (putchar('\n') != EOF);
	perror("yes");
	return 1;
}
