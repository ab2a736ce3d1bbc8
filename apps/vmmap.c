/* SPDX-License-Identifier: MIT */
/* vmmap self|PID [--raw]: the areas of an address space. --raw: a line of key=value for each. */
#include <pagoda/error.h>
#include <pagoda/inspect.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const backing_names[BACKING_COUNT] = {
	[BACKING_NONE] = "none",
	[BACKING_ANON] = "anon",
	[BACKING_INODE_PRIVATE] = "inode-private",
	[BACKING_STACK] = "stack",
	[BACKING_LINEAR] = "linear",
	[BACKING_INODE_SHARED] = "inode-shared",
	[BACKING_SHARED_ANON] = "shared-anon",
	[BACKING_EXTERNAL] = "external",
};

static int usage(void)
{
	fprintf(stderr, "usage: vmmap self|PID [--raw]\n");
	return 2;
}

static void print_area(const struct pager_area *area, uint64_t present, int raw)
{
	uint64_t backing = area->prot_backing >> 8;
	const char *kind = backing < BACKING_COUNT ? backing_names[backing] : "unknown";
	char prot[4] = "---";

	prot[0] = area->prot_backing & PROT_BIT_READ ? 'r' : '-';
	prot[1] = area->prot_backing & PROT_BIT_WRITE ? 'w' : '-';
	prot[2] = area->prot_backing & PROT_BIT_EXEC ? 'x' : '-';
	if (raw)
		printf("start=0x%lx end=0x%lx prot=%s backing=%s present=%lu inode=%lu offset=0x%lx "
		       "name=%.32s\n",
		       area->start, area->end, prot, kind, present, area->inode, area->offset_bytes,
		       area->name);
	else
		printf("%010lx-%010lx %s %7lu of %7lu pages  %-13s %.32s\n", area->start, area->end, prot,
		       present, (area->end - area->start) / PAGE_BYTES, kind, area->name);
}

int main(int argc, char **argv)
{
	int raw = argc == 3 && strcmp(argv[2], "--raw") == 0;
	struct pager_area area;
	uint64_t pid = 0, cursor = 0, present;
	err_t error;

	if (argc < 2 || argc > 3 || (argc == 3 && !raw))
		return usage();
	if (strcmp(argv[1], "self") != 0) {
		char *end;
		pid = strtoul(argv[1], &end, 10);
		if (*argv[1] < '1' || *argv[1] > '9' || *end != 0)
			return usage();
	}
	while ((error = inspect_area(pid, cursor, &area)) == E_OK && area.end > cursor) {
		error = inspect_present(pid, area.start, area.end, &present);
		if (error)
			break;
		print_area(&area, present, raw);
		cursor = area.end;
	}
	if (error != E_NO_AREA) {
		fprintf(stderr, "vmmap: %s: %s\n", argv[1], error_text(error));
		return 1;
	}
	return 0;
}
