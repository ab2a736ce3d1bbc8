/* SPDX-License-Identifier: MIT */
/*
 * The line that says why a process was killed:
 *   PROG[PID]: SIGSEGV store 0xdeadbeef pc=main+0x8 area=none: no area there
 *   PROG[PID]: SIGBUS load 0x40000000 pc=main+0x20 area=...: pager pattern did not answer in 1000 ms
 */
#include "proc.h"
#include "uapi/fault.h"
#include <stdio.h>
#include <string.h>

const char *signal_name(uint64_t signal)
{
	static const char *const names[] = {
		[1] = "SIGHUP",	  [2] = "SIGINT",   [3] = "SIGQUIT",  [4] = "SIGILL",	[5] = "SIGTRAP",
		[6] = "SIGABRT",  [7] = "SIGBUS",   [8] = "SIGFPE",   [9] = "SIGKILL",	[10] = "SIGUSR1",
		[11] = "SIGSEGV", [12] = "SIGUSR2", [13] = "SIGPIPE", [14] = "SIGALRM", [15] = "SIGTERM",
	};

	return signal < sizeof(names) / sizeof(names[0]) && names[signal] ? names[signal] : "signal";
}

static const char *access_text(const struct pager_news *news)
{
	switch (news->fault_kind) {
	case FAULT_MISALIGNED:
		return "misaligned";
	case FAULT_ILLEGAL:
		return "illegal instruction";
	case FAULT_BREAKPOINT:
		return "breakpoint";
	case FAULT_OTHER:
		return "exception";
	default:
		return news->access & ACCESS_WRITE     ? "store"
		       : news->access & ACCESS_EXECUTE ? "fetch"
						       : "load";
	}
}

static const char *rule_text(const struct pager_news *news)
{
	switch (news->rule) {
	case RULE_OUT_OF_RANGE:
		return "outside user space";
	case RULE_NO_AREA:
		return "no area there";
	case RULE_GUARD:
		return "guard area";
	case RULE_RIGHTS:
		return news->access & ACCESS_WRITE     ? "area is not writable"
		       : news->access & ACCESS_EXECUTE ? "area is not executable"
						       : "area is not readable";
	case RULE_PAST_END:
		return "past the end of the file";
	case RULE_NO_MEMORY:
		return "out of memory";
	case RULE_EXCEPTION:
		return "the processor refused the instruction";
	case RULE_IO:
		return "the page could not be read";
	default:
		return "refused";
	}
}

/* What became of a fault that a custom pager was asked about, or a limit of frames or tables; 0: it was none.
 */
static int pager_text(const struct pager_news *news, char *text, size_t bytes)
{
	int room = (int)sizeof(news->pager);
	const char *name = news->pager;
	unsigned long detail = (unsigned long)news->detail;

	switch (news->rule) {
	case RULE_LIMIT:
		return snprintf(text, bytes, "out of memory: its job has %lu frames, the limit", detail);
	case RULE_NO_TABLES:
		return snprintf(text, bytes, "out of page tables: its space has %lu", detail);
	case RULE_PAGER_ENDED:
		return snprintf(text, bytes, "pager %.*s has ended", room, name);
	case RULE_PAGER_LATE:
		return snprintf(text, bytes, "pager %.*s did not answer in %lu ms", room, name, detail);
	case RULE_PAGER_FAILED:
		return snprintf(text, bytes, "pager %.*s failed it, code %lu", room, name, detail);
	case RULE_PAGER_LIED:
		return snprintf(text, bytes, "pager %.*s gave what it may not (0x%lx)", room, name, detail);
	case RULE_PAGER_NO_FRAME:
		return snprintf(text, bytes, "pager %.*s has no frame left", room, name);
	default:
		return 0;
	}
}

static void reason_text(const struct pager_news *news, char *text, size_t bytes)
{
	if (pager_text(news, text, bytes) == 0)
		snprintf(text, bytes, "%s", rule_text(news));
}

/* The area's name, from the pager's list; "area" if it is gone. */
static void area_name(uint32_t pid, const struct pager_news *news,
		      char name[sizeof(((struct pager_area *)0)->name) + 1])
{
	struct message m = message_make(PAGER_AREAS, pid, news->area_start);
	struct pager_area area;

	strcpy(name, "area");
	ipc_call(PROC_PAGER, &m);
	if (message_error(&m) != E_OK)
		return;
	memcpy(&area, &message_page()->words[MESSAGE_REGISTERS], sizeof(area));
	if (area.start != news->area_start || area.name[0] == 0)
		return;
	memcpy(name, area.name, sizeof(area.name));
	name[sizeof(area.name)] = 0;
}

static void area_text(uint32_t pid, const struct pager_news *news, char *text, size_t bytes)
{
	char name[sizeof(((struct pager_area *)0)->name) + 1];
	uint64_t prot = news->area_prot_backing;

	if (news->area_end == 0) {
		snprintf(text, bytes, "none");
		return;
	}
	area_name(pid, news, name);
	snprintf(text, bytes, "0x%lx-0x%lx,%c%c%c,%s", (unsigned long)news->area_start,
		 (unsigned long)news->area_end, prot & PROT_BIT_READ ? 'r' : '-',
		 prot & PROT_BIT_WRITE ? 'w' : '-', prot & PROT_BIT_EXEC ? 'x' : '-', name);
}

static void pc_text(const struct process *process, uint64_t pc, char *text, size_t bytes)
{
	struct elf_reader reader = image_reader(&process->inode, process->file_bytes);
	char name[128];
	uint64_t offset;

	if (elf_find_function(&reader, pc, name, sizeof(name), &offset) == E_OK)
		snprintf(text, bytes, "%s+0x%lx", name, (unsigned long)offset);
	else
		snprintf(text, bytes, "0x%lx", (unsigned long)pc);
}

void killed_print(const struct process *process, const struct pager_news *news)
{
	char area[96], pc[160], reason[96];

	if (news->rule == RULE_LARGEST) {
		console_print(CHANNEL_STDERR, "%s[%u]: %s out of memory: its job has %lu frames, the most\n",
			      process->name, (unsigned)process->pid, signal_name(news->signal),
			      (unsigned long)news->detail);
		return;
	}
	area_text(process->pid, news, area, sizeof(area));
	pc_text(process, news->pc, pc, sizeof(pc));
	reason_text(news, reason, sizeof(reason));
	console_print(CHANNEL_STDERR, "%s[%u]: %s %s 0x%lx pc=%s area=%s: %s\n", process->name,
		      (unsigned)process->pid, signal_name(news->signal), access_text(news),
		      (unsigned long)news->address, pc, area, reason);
}
