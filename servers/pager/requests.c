/* SPDX-License-Identifier: MIT */
/* What anybody may ask. */
#include <string.h>

#include "pager.h"
#include <pagoda/inject.h>
#include <pagoda/syscall.h>

void answer_record(struct answer *out, const void *record, size_t bytes)
{
	memcpy(&message_page()->words[MESSAGE_REGISTERS], record, bytes);
	out->words = MESSAGE_REGISTERS + (uint32_t)(bytes / 8);
}

err_t request_counts(struct process *caller, const struct message *in, struct answer *out)
{
	struct pager_counts counts;

	(void)caller;
	(void)in;
	reclaim_all();
	counts_fill(&counts);
	answer_record(out, &counts, sizeof(counts));
	return E_OK;
}

static struct process *process_asked(struct process *caller, uint64_t pid)
{
	return pid ? process_find(pid) : caller;
}

err_t request_areas(struct process *caller, const struct message *in, struct answer *out)
{
	struct process *process = process_asked(caller, in->w[0]);
	struct pager_area record = {0};
	const struct vm_area *area;

	if (!process)
		return E_NO_SPACE;
	area = area_set_at_or_after(&process->space->areas, in->w[1]);
	if (!area)
		return E_NO_AREA;
	record.start = area->start;
	record.end = area->end;
	record.prot_backing = area->prot | (uint64_t)area->backing << 8;
	record.inode = area->inode ? area->inode->number : 0;
	record.offset_bytes = area->offset_bytes;
	strncpy(record.name, area->name, sizeof(record.name) - 1);
	answer_record(out, &record, sizeof(record));
	return E_OK;
}

err_t request_present(struct process *caller, const struct message *in, struct answer *out)
{
	const struct process *process = process_asked(caller, in->w[0]);
	vaddr_t start = in->w[1], end = in->w[2];

	if (!process)
		return E_NO_SPACE;
	if ((start | end) % PAGE_BYTES || start > end || end > USER_END)
		return E_ARGUMENT;
	out->w0 = counts_present(process, &start, end);
	out->w1 = start;
	return E_OK;
}

err_t request_check(struct process *caller, const struct message *in, struct answer *out)
{
	(void)caller;
	(void)in;
	out->w0 = (uint64_t)counts_check();
	return E_OK;
}

err_t request_faults(struct process *caller, const struct message *in, struct answer *out)
{
	struct process *process = process_asked(caller, in->w[0]);
	struct pager_faults faults;

	if (!process)
		return E_NO_SPACE;
	counts_faults(process, &faults);
	answer_record(out, &faults, sizeof(faults));
	return E_OK;
}

#if PAGODA_CHECKED
err_t request_inject(struct process *caller, const struct message *in, struct answer *out)
{
	struct inject_report report;
	err_t error = inject_set(in->w, &report);

	(void)caller;
	if (!error)
		answer_record(out, &report, sizeof(report));
	return error;
}
#endif
