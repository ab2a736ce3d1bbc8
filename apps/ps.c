/* SPDX-License-Identifier: MIT */
/* ps [-l]: all processes: pid, parent, state, KiB of memory of its own, name; -l: its account and the
 * priority it runs with. */
#include "finish.h"
#include <pagoda/error.h>
#include <pagoda/inspect.h>
#include <stdio.h>
#include <string.h>

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

static void print_head(bool accounts)
{
	printf("%7s %7s ", "PID", "PPID");
	if (accounts)
		printf("%7s %8s ", "ACCOUNT", "PRIORITY");
	printf("%-8s %9s %s\n", "STATE", "KIB", "NAME");
}

/* Pages that are mapped now; 0: it has ended. */
static uint64_t pages_present(const struct proc_entry *entry)
{
	uint64_t pages = 0;

	if (entry->state != PROC_STATE_ZOMBIE && inspect_present(entry->pid, 0, USER_END, &pages) != E_OK)
		return 0;
	return pages;
}

static void print_entry(const struct proc_entry *entry, bool accounts)
{
	printf("%7lu %7lu ", entry->pid, entry->ppid);
	if (accounts)
		printf("%7lu %8lu ", entry->account, entry->priority);
	printf("%-8s %9lu %.32s\n", state_name(entry->state), pages_present(entry) * (PAGE_BYTES / 1024),
	       entry->name);
}

int main(int argc, char **argv)
{
	struct proc_entry entry = {0};
	bool accounts = argc == 2 && strcmp(argv[1], "-l") == 0;
	uint64_t cursor = 0;
	err_t error;

	if (argc > 1 && !accounts) {
		fprintf(stderr, "usage: ps [-l]\n");
		return 2;
	}
	print_head(accounts);
	while ((error = inspect_process(cursor, &entry)) == E_OK && entry.pid > cursor) {
		print_entry(&entry, accounts);
		cursor = entry.pid;
	}
	if (error != E_NO_ENTRY) {
		fprintf(stderr, "ps: %s\n", error_text(error));
		return 1;
	}
	return finish("ps", 0);
}
