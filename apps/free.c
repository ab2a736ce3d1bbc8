/* SPDX-License-Identifier: MIT */
/* free [--raw | -l]: where all memory is. Frames are 4 KiB. --raw: one line of key=value; -l: what each
 * account has. */
#include "finish.h"
#include <pagoda/error.h>
#include <pagoda/inspect.h>
#include <stdio.h>
#include <string.h>

static void print_raw(const struct pager_counts *counts, const struct info_page *info)
{
	printf("frames_total=%lu frames_free=%lu anon=%lu cache=%lu tables=%lu pinned=%lu kernel_objects=%lu "
	       "cap_slots=%lu threads=%lu spaces=%lu\n",
	       counts->frames_total, counts->frames_free, counts->anon, counts->cache, counts->tables,
	       counts->pinned, counts->objects, info->slots_used, info->objects[KIND_THREAD],
	       info->objects[KIND_SPACE]);
}

static void print_row(const char *name, uint64_t frames)
{
	printf("%-10s %10lu %10lu\n", name, frames, frames * (PAGE_BYTES / 1024));
}

static void print_table(const struct pager_counts *counts, const struct info_page *info)
{
	printf("%-10s %10s %10s\n", "", "frames", "KiB");
	print_row("total", counts->frames_total);
	print_row("free", counts->frames_free);
	print_row("anon", counts->anon);
	print_row("cache", counts->cache);
	print_row("tables", counts->tables);
	print_row("objects", counts->objects);
	print_row("pinned", counts->pinned);
	printf("\nspaces %lu, threads %lu, capability slots %lu\n", info->objects[KIND_SPACE],
	       info->objects[KIND_THREAD], info->slots_used);
}

static void print_account(const struct proc_account *account)
{
	const struct pager_account *memory = &account->memory;
	char limit[24] = "none";

	if (memory->limit_frames != UINT64_MAX)
		snprintf(limit, sizeof(limit), "%lu", memory->limit_frames);
	printf("%7lu %9lu %9lu %9s %7lu %7lu %7lu %6lu\n", account->number, account->processes,
	       memory->frames, limit, memory->tables, memory->areas, memory->objects, account->files);
}

static int print_accounts(void)
{
	struct proc_account account;
	uint64_t cursor = 0;
	err_t error;

	printf("%7s %9s %9s %9s %7s %7s %7s %6s\n", "ACCOUNT", "PROCESSES", "FRAMES", "LIMIT", "TABLES",
	       "AREAS", "OBJECTS", "FILES");
	while ((error = inspect_account(cursor, &account)) == E_OK) {
		print_account(&account);
		cursor = account.number + 1;
	}
	if (error == E_NO_ENTRY)
		return finish("free", 0);
	fprintf(stderr, "free: %s\n", error_text(error));
	return 1;
}

int main(int argc, char **argv)
{
	const struct info_page *info = inspect_info();
	struct pager_counts counts;

	if (argc == 2 && strcmp(argv[1], "-l") == 0)
		return print_accounts();
	if (argc > 2 || (argc == 2 && strcmp(argv[1], "--raw") != 0)) {
		fprintf(stderr, "usage: free [--raw | -l]\n");
		return 2;
	}
	err_t error = inspect_frames(&counts);
	if (error != E_OK) {
		fprintf(stderr, "free: pager: %s\n", error_text(error));
		return 1;
	}
	if (argc == 2)
		print_raw(&counts, info);
	else
		print_table(&counts, info);
	return 0;
}
