/* SPDX-License-Identifier: MIT */
/*
 * Lines of --faults, on CHANNEL_FAULTS:
 *
 *   #12 store 0x3fffcfe8 stack+0x7fffe8 pc=0x10094 pid=7 area=0x3f7fd000-0x3fffd000,rw-,stack
 *       -> anon zero frame 0x80812 +3 prefetched 812 instructions          (one line)
 *
 * A fault that goes to a custom pager ends in "-> pager NAME object NAME page 12" (anonymous memory: "page"
 * alone); what is brought about with its answer, or refused for want of one, begins with "-> pager NAME: ".
 *
 * Instructions are those from the fault (or, if the kernel does not say, from its arrival here) until
 * the answer is ready; the line itself is not counted.
 */
#include <stdio.h>

#include "custom.h"
#include <pagoda/log.h>

#define LINE_BYTES 320

static const char *access_name(const struct message *fault)
{
	static const char *const kinds[] = {"fault",   "page",	     "misaligned", "access",
					    "illegal", "breakpoint", "exception"};
	uint32_t kind = TAG_LABEL(fault->tag);

	if (kind != FAULT_PAGE)
		return kinds[kind < sizeof(kinds) / sizeof(kinds[0]) ? kind : 0];
	if (FAULT_INFO_ACCESS(fault->w[2]) & ACCESS_WRITE)
		return "store";
	return FAULT_INFO_ACCESS(fault->w[2]) & ACCESS_EXECUTE ? "fetch" : "load";
}

static const char *rule_name(uint32_t rule)
{
	static const char *const names[] = {
		[RULE_NONE] = "none",
		[RULE_OUT_OF_RANGE] = "address out of range",
		[RULE_NO_AREA] = "no area there",
		[RULE_GUARD] = "guard area",
		[RULE_RIGHTS] = "area lacks the access",
		[RULE_PAST_END] = "past the end of the file",
		[RULE_NO_MEMORY] = "out of memory",
		[RULE_EXCEPTION] = "exception",
		[RULE_IO] = "page could not be read",
		[RULE_LIMIT] = "its job is at its limit",
		[RULE_LARGEST] = "its job has most",
		[RULE_NO_TABLES] = "out of page tables",
		[RULE_PAGER_ENDED] = "its pager has ended",
		[RULE_PAGER_LATE] = "its pager did not answer in time",
		[RULE_PAGER_FAILED] = "its pager failed it",
		[RULE_PAGER_LIED] = "its pager gave what it may not",
		[RULE_PAGER_NO_FRAME] = "its pager has no frame left",
	};

	return names[rule < sizeof(names) / sizeof(names[0]) ? rule : 0];
}

static const char *signal_name(uint32_t signal)
{
	switch (signal) {
	case 4:
		return "SIGILL";
	case 5:
		return "SIGTRAP";
	case 7:
		return "SIGBUS";
	case 9:
		return "SIGKILL";
	default:
		return "SIGSEGV";
	}
}

static const char *work_name(const struct verdict *verdict)
{
	if (verdict->work == WORK_ZERO)
		return "anon zero";
	if (verdict->work == WORK_COPY)
		return "file copy";
	if (verdict->work == WORK_COPY_PRIVATE)
		return "cow copy";
	if (verdict->area->backing == BACKING_LINEAR)
		return "linear page";
	return verdict->area->backing == BACKING_INODE_PRIVATE ? "file page" : "anon same";
}

static int area_text(char *text, size_t bytes, const struct vm_area *area)
{
	if (!area)
		return snprintf(text, bytes, "none");
	return snprintf(text, bytes, "0x%lx-0x%lx,%c%c%c,%s", area->start, area->end,
			area->prot & 1 ? 'r' : '-', area->prot & 2 ? 'w' : '-', area->prot & 4 ? 'x' : '-',
			area->name);
}

static int forward_text(char *text, size_t bytes, const struct verdict_forward *forward)
{
	const char *name = custom_of(forward->pager)->name;

	if (!forward->object)
		return snprintf(text, bytes, "pager %s page 0x%lx", name, forward->page);
	return snprintf(text, bytes, "pager %s object %s page %lu", name, object_of(forward->object)->name,
			forward->page);
}

static int outcome_text(char *text, size_t bytes, const struct verdict *verdict, const struct custom *by)
{
	char prefetched[32] = "", pager_name[48] = "";

	if (verdict->kind == VERDICT_FORWARD)
		return forward_text(text, bytes, &verdict->forward);
	if (by)
		(void)snprintf(pager_name, sizeof(pager_name), "pager %s: ", by->name);
	if (verdict->kind != VERDICT_RESOLVE)
		return snprintf(text, bytes, "%s%s %s", pager_name, signal_name(verdict->signal),
				rule_name(verdict->rule));
	if (verdict->prefetched)
		(void)snprintf(prefetched, sizeof(prefetched), " +%u prefetched", verdict->prefetched);
	return snprintf(text, bytes, "%s%s frame 0x%lx%s", pager_name,
			by && verdict->work == WORK_NONE ? "gave" : work_name(verdict), verdict->run[0].frame,
			prefetched);
}

static void line_write(const char *line, int bytes)
{
	server_write(CHANNEL_FAULTS, line, bytes < LINE_BYTES ? (size_t)bytes : LINE_BYTES - 1);
}

void trace_fault(struct process *process, const struct message *fault, const struct verdict *verdict,
		 const struct custom *by)
{
	uint64_t instructions = counter_instructions() - (fault->w[3] ? fault->w[3] : pager.trace_start);
	char line[LINE_BYTES], area[96], outcome[112], place[64] = "";
	const struct vm_area *at = verdict->area;

	(void)area_text(area, sizeof(area), at);
	(void)outcome_text(outcome, sizeof(outcome), verdict, by);
	if (at)
		(void)snprintf(place, sizeof(place), "%s+0x%lx ", at->name, fault->w[0] - at->start);
	line_write(line, snprintf(line, sizeof(line),
				  "#%lu %s 0x%lx %spc=0x%lx pid=%u area=%s -> %s %lu instructions\n",
				  ++process->trace_lines, access_name(fault), fault->w[0], place, fault->w[1],
				  process->pid, area, outcome, instructions));
}

void trace_summary(struct process *process)
{
	struct pager_faults faults;
	char line[LINE_BYTES];

	counts_faults(process, &faults);
	line_write(line,
		   snprintf(line, sizeof(line),
			    "faults=%lu prefetched=%lu fork_mapped=%lu populate=%lu present=%lu other=%lu\n",
			    faults.faults, faults.prefetched, faults.fork_mapped, faults.populate,
			    faults.present, faults.other));
}
