/* SPDX-License-Identifier: MIT */
/*
 * check: has the kernel, the pager, the vfs and the process server verify all their invariants. Status 1 and
 * the first broken one by name if there is one. The release kernel does not carry its checks and says so.
 */
#include <pagoda/error.h>
#include <pagoda/inspect.h>
#include <stdio.h>

static int check_kernel(void)
{
	err_t error = inspect_check_kernel(); /* a broken invariant panics there */

	if (error == E_UNSUPPORTED) {
		printf("check: kernel: not checked in this build\n");
		return 0;
	}
	if (error != E_OK) {
		fprintf(stderr, "check: kernel: %s\n", error_text(error));
		return 1;
	}
	printf("check: kernel: ok\n");
	return 0;
}

static int check_server(const char *name, enum inspect_server server)
{
	uint64_t broken;
	err_t error = inspect_check_server(server, &broken);

	if (error != E_OK) {
		fprintf(stderr, "check: %s: %s\n", name, error_text(error));
		return 1;
	}
	if (broken != 0) {
		fprintf(stderr, "check: %s: invariant broken, line %lu\n", name, broken);
		return 1;
	}
	printf("check: %s: ok\n", name);
	return 0;
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc != 1) {
		fprintf(stderr, "usage: check\n");
		return 2;
	}
	if (check_kernel() != 0 || check_server("pager", INSPECT_PAGER) != 0 ||
	    check_server("vfs", INSPECT_VFS) != 0 || check_server("proc", INSPECT_PROC) != 0)
		return 1;
	return 0;
}
