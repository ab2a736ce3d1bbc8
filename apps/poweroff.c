/* SPDX-License-Identifier: MIT */
/* poweroff [STATUS]: ends every process and then the machine, whose status is 0 unless told otherwise. */
#include <pagoda/error.h>
#include <pagoda/session.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	char *end = "";
	long status = argc > 1 ? strtol(argv[1], &end, 10) : 0;

	if (argc > 2 || *end != 0 || status < 0 || status > 255) {
		fprintf(stderr, "usage: poweroff [STATUS]\n");
		return 2;
	}
	err_t error = session_poweroff((unsigned)status);
	fprintf(stderr, "poweroff: %s\n", error_text(error));
	return 1;
}
