/* SPDX-License-Identifier: MIT */
/* ps: all processes: pid, parent, state, KiB of memory of its own, name. */
#include "finish.h"
#include <pagoda/error.h>
#include <pagoda/inspect.h>
#include <stdio.h>

static const char *state_name(uint64_t state)
{
	static const char *const names[] = {
		[THREAD_STOPPED] = "stopped", [THREAD_READY] = "ready",	 [THREAD_SENDING] = "calls",
		[THREAD_WAITING] = "waits",   [THREAD_CALLED] = "waits", [THREAD_FAULTED] = "faults",
	};

	if (state == PROC_STATE_ZOMBIE)
		return "zombie";
	return state < sizeof(names) / sizeof(*names) ? names[state] : "unknown";
}

int main(void)
{
	struct proc_entry entry = {0};
	uint64_t cursor = 0;
	err_t error;

	printf("%7s %7s %-8s %9s %s\n", "PID", "PPID", "STATE", "KIB", "NAME");
	while ((error = inspect_process(cursor, &entry)) == E_OK && entry.pid > cursor) {
		printf("%7lu %7lu %-8s %9lu %.32s\n", entry.pid, entry.ppid, state_name(entry.state),
		       entry.pages * (PAGE_BYTES / 1024), entry.name);
		cursor = entry.pid;
	}
	if (error != E_NO_ENTRY) {
		fprintf(stderr, "ps: %s\n", error_text(error));
		return 1;
	}
	return finish("ps", 0);
}
