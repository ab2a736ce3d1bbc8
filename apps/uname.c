/* SPDX-License-Identifier: MIT */
/* uname [-s|-r|-v|-m|-a]: name of the system, release, kind of build, machine. Without an option: -s. */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

int main(int argc, char **argv)
{
	const char *option = argc == 2 ? argv[1] : "-s";
	struct utsname name;

	if (argc > 2 || strlen(option) != 2 || option[0] != '-' || strchr("srvma", option[1]) == NULL) {
		fprintf(stderr, "usage: uname [-s|-r|-v|-m|-a]\n");
		return 2;
	}
	if (uname(&name) != 0) {
		perror("uname");
		return 1;
	}
	if (option[1] == 'a')
		printf("%s %s %s %s\n", name.sysname, name.release, name.machine, name.version);
	else
		puts(option[1] == 's'	? name.sysname
		     : option[1] == 'r' ? name.release
		     : option[1] == 'v' ? name.version
					: name.machine);
	return 0;
}
