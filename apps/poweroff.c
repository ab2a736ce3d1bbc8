/* SPDX-License-Identifier: MIT */
/* poweroff: ends every process; the machine goes off when the last one has ended. */
#include <pagoda/error.h>
#include <pagoda/inspect.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	struct proc_entry entry;
	uint64_t cursor = 1; /* 1 is the process server */
	err_t error;

	while ((error = inspect_process(cursor, &entry)) == E_OK && entry.pid > cursor) {
		cursor = entry.pid;
		if (cursor != (uint64_t)getpid())
			kill((pid_t)cursor, SIGKILL);
	}
	if (error != E_NO_ENTRY) {
		fprintf(stderr, "poweroff: %s\n", error_text(error));
		return 1;
	}
	return 0;
}
