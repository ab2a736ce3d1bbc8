/* SPDX-License-Identifier: MIT */
/* pager why PID ADDRESS: what a fault there meets, who waits for it, and what became of the last one that
 * failed. */
#include "command.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

static void print_rule(uint64_t rule, const char *pager, uint64_t detail)
{
	switch (rule) {
	case RULE_PAGER_ENDED:
		printf("pager %.32s has ended\n", pager);
		return;
	case RULE_PAGER_LATE:
		printf("pager %.32s did not answer in %lu ms\n", pager, detail);
		return;
	case RULE_PAGER_FAILED:
		printf("pager %.32s failed it, code %lu\n", pager, detail);
		return;
	case RULE_PAGER_LIED:
		printf("pager %.32s gave what it may not (0x%lx)\n", pager, detail);
		return;
	case RULE_PAGER_NO_FRAME:
		printf("pager %.32s has no frame left\n", pager);
		return;
	}
	static const char *const rules[] = {
		[RULE_NONE] = "it is served",
		[RULE_OUT_OF_RANGE] = "outside user space",
		[RULE_NO_AREA] = "no area there",
		[RULE_GUARD] = "guard area",
		[RULE_RIGHTS] = "the area lacks the right",
		[RULE_PAST_END] = "past the end of the file",
		[RULE_NO_MEMORY] = "out of memory",
		[RULE_LIMIT] = "out of memory: its job is at its limit",
		[RULE_LARGEST] = "out of memory: its job has most",
		[RULE_NO_TABLES] = "out of page tables",
		[RULE_EXCEPTION] = "not a page fault",
		[RULE_IO] = "the page could not be read",
	};
	printf("%s\n", rule < sizeof(rules) / sizeof(rules[0]) ? rules[rule] : "an unknown rule");
}

static void print_area(const struct pager_why *why)
{
	printf("area      ");
	if (why->area_end == 0) {
		printf("none\n");
		return;
	}
	printf("0x%lx-0x%lx,%c%c%c,%.32s\n", why->area_start, why->area_end,
	       why->area_prot_backing & PROT_BIT_READ ? 'r' : '-',
	       why->area_prot_backing & PROT_BIT_WRITE ? 'w' : '-',
	       why->area_prot_backing & PROT_BIT_EXEC ? 'x' : '-', why->area);
	if (why->pager[0] == 0)
		printf("pager     the system's\n");
	else if (why->object[0] == 0)
		printf("pager     %.32s, anonymous memory\n", why->pager);
	else
		printf("pager     %.32s, page %lu of %.32s\n", why->pager, why->page, why->object);
}

static void print_why(const struct pager_why *why)
{
	print_area(why);
	if (why->frame != 0)
		printf("mapped    frame 0x%lx,%c%c%c\n", why->frame, why->rights & 1 ? 'r' : '-',
		       why->rights & 2 ? 'w' : '-', why->rights & 4 ? 'x' : '-');
	else
		printf("mapped    no\n");
	printf("a load    ");
	print_rule(why->rule, why->pager, why->last_detail);
	if (why->pending != 0)
		printf("waiting   %lu of %lu ms\n", why->since_ms, why->deadline_ms);
	if (why->last_rule != RULE_NONE) {
		printf("last      0x%lx: ", why->last_address);
		print_rule(why->last_rule, why->pager, why->last_detail);
	}
}

static bool read_number(const char *word, int base, uint64_t *value)
{
	char *end;

	*value = strtoul(word, &end, base);
	return isxdigit((unsigned char)*word) && *end == 0;
}

int command_why(int argc, char **argv)
{
	struct pager_why why;
	uint64_t pid, address;

	(void)argc;
	if (!read_number(argv[0], 10, &pid) || !read_number(argv[1], 0, &address)) {
		fprintf(stderr, "pager: why: PID and ADDRESS are numbers, 0x40000000 for example\n");
		return 2;
	}
	err_t error = inspect_why(pid, address, &why);
	if (error == E_NO_SPACE) {
		fprintf(stderr, "pager: why: no process %lu\n", pid);
		return 1;
	}
	if (error != E_OK)
		return complain("why", error);
	print_why(&why);
	return 0;
}
