/* SPDX-License-Identifier: MIT */
/* Custom pagers as they are shown: PAGERS, OBJECTS, WHY. What a pager says of itself is only copied. */
#include <string.h>

#include "custom.h"
#include <pagoda/syscall.h>

/* Its report, or NULL: its grant is gone, or not whole. */
static const struct custom_report *report_of(const struct custom *custom)
{
	const struct external_pager *external = custom->external;
	const struct custom_report *report;

	if (external->grant_frames == 0 || custom->ready != external->grant_frames)
		return NULL;
	report = window_page(external->grant_first);
	return report->version == CUSTOM_REPORT_VERSION ? report : NULL;
}

static void pager_count(const struct supply *supply, struct pager_custom *record)
{
	record->forwarded += supply->forwarded;
	record->failed += supply->failed;
	record->late += supply->late;
	record->lied += supply->lied;
}

static void pager_fill(const struct custom *custom, struct pager_custom *record)
{
	const struct external_pager *external = custom->external;
	const struct custom_report *report = report_of(custom);

	*record = (struct pager_custom){
		.number = custom->number,
		.pid = custom->process ? custom->process->pid : 0,
		.grant_frames = external->grant_frames,
		.given_frames = external_given(&pager.policy, external),
		.clients = external->clients,
		.supplied_spaces = external->spaces,
		.pending = forwards_pending(custom),
	};
	pager_count(&custom->anonymous, record);
	for (const struct external_object *at = external->first; at; at = at->next)
		pager_count(&object_of(at)->supply, record);
	memcpy(record->name, custom->name, sizeof(record->name));
	if (!report)
		return;
	record->report_frames_used = report->frames_used;
	memcpy(record->histogram, report->histogram, sizeof(record->histogram));
}

/* The one with the smallest number above @cursor. */
static struct custom *custom_above(uint64_t cursor)
{
	struct custom *found = NULL;

	for (struct external_pager *at = pager.policy.externals.first; at; at = at->next)
		if (custom_of(at)->number > cursor && (!found || custom_of(at)->number < found->number))
			found = custom_of(at);
	return found;
}

err_t request_pagers(struct process *caller, const struct message *in, struct answer *out)
{
	const struct custom *custom = custom_above(in->w[0]);
	struct pager_custom record;

	(void)caller;
	if (!custom)
		return E_NO_ENTRY;
	pager_fill(custom, &record);
	answer_record(out, &record, sizeof(record));
	return E_OK;
}

static void object_fill(const struct custom *custom, const struct supply *supply, uint64_t number,
			struct pager_object *record)
{
	const struct custom_report *report = report_of(custom);

	*record = (struct pager_object){
		.number = number,
		.deadline_ms = supply->deadline_ms,
		.forwarded = supply->forwarded,
		.failed = supply->failed,
		.late = supply->late,
		.lied = supply->lied,
	};
	if (!report)
		return;
	record->requests = report->object[number].requests;
	record->supplied = report->object[number].supplied;
	record->zeroed = report->object[number].zeroed;
	record->refused = report->object[number].failed;
	record->later = report->object[number].later;
	record->latency_sum = report->object[number].latency_sum;
}

/* The object with the smallest number at or above @cursor. */
static const struct external_object *object_above(const struct custom *custom, uint64_t cursor)
{
	const struct external_object *found = NULL;

	for (const struct external_object *at = custom->external->first; at; at = at->next)
		if (at->number >= cursor && (!found || at->number < found->number))
			found = at;
	return found;
}

err_t request_objects(struct process *caller, const struct message *in, struct answer *out)
{
	const struct custom *custom = in->w[0] ? custom_above(in->w[0] - 1) : NULL;
	const struct external_object *object;
	struct pager_object record;

	(void)caller;
	if (!custom || custom->number != in->w[0])
		return E_NO_ENTRY;
	if (in->w[1] == 0) {
		object_fill(custom, &custom->anonymous, 0, &record);
		answer_record(out, &record, sizeof(record));
		return E_OK;
	}
	object = object_above(custom, in->w[1]);
	if (!object)
		return E_NO_ENTRY;
	object_fill(custom, &object_of(object)->supply, object->number, &record);
	record.size_bytes = object->pages << PAGE_SHIFT;
	record.areas = object->references;
	memcpy(record.name, object_of(object)->name, sizeof(record.name));
	answer_record(out, &record, sizeof(record));
	return E_OK;
}

/* What a load there would meet, from the areas alone: the books are not touched. */
static uint32_t why_rule(const struct process *process, const struct vm_area *area, vaddr_t address)
{
	const struct vm_space *space = process->space;
	const struct external_object *object = area ? area->external : NULL;

	if (address - space->start >= space->end - space->start)
		return RULE_OUT_OF_RANGE;
	if (!area)
		return RULE_NO_AREA;
	if (area->backing == BACKING_NONE)
		return RULE_GUARD;
	if (!(area->prot & PROT_BIT_READ))
		return RULE_RIGHTS;
	if (object && (area->offset_bytes + (address - area->start)) >> PAGE_SHIFT >= object->pages)
		return RULE_PAST_END;
	return object && object->is_withdrawn ? RULE_PAGER_ENDED : RULE_NONE;
}

static void why_pending(const struct process *process, vaddr_t address, struct pager_why *why)
{
	const struct forward *at = process->forwards;

	while (at && (at->state == FORWARD_IDLE || at->key >> PAGE_SHIFT != address >> PAGE_SHIFT))
		at = at->next_of_process;
	if (!at)
		return;
	why->pending = 1;
	why->since_ms = clock_ms(counter_ticks() - at->since);
	why->deadline_ms = at->supply->deadline_ms;
}

static void why_area(const struct process *process, const struct vm_area *area, vaddr_t address,
		     struct pager_why *why)
{
	bool is_anonymous = area->backing == BACKING_ANON || area->backing == BACKING_STACK;

	why->area_start = area->start;
	why->area_end = area->end;
	why->area_prot_backing = area->prot | (uint64_t)area->backing << 8;
	strncpy(why->area, area->name, sizeof(why->area) - 1);
	if (area->external) {
		why->page = (area->offset_bytes + (address - area->start)) >> PAGE_SHIFT;
		memcpy(why->pager, custom_of(area->external->pager)->name, sizeof(why->pager));
		memcpy(why->object, object_of(area->external)->name, sizeof(why->object));
	} else if (is_anonymous && process->space->supplier) {
		why->page = address >> PAGE_SHIFT;
		memcpy(why->pager, custom_of(process->space->supplier)->name, sizeof(why->pager));
	}
}

err_t request_why(struct process *caller, const struct message *in, struct answer *out)
{
	struct process *process = in->w[0] ? process_find(in->w[0]) : caller;
	vaddr_t address = in->w[1];
	struct pager_why why = {0};
	const struct vm_area *area;
	struct result mapped;

	if (!process)
		return E_NO_SPACE;
	area = area_set_find(&process->space->areas, address);
	mapped = sys_space_lookup(process->space_cap, address & ~(PAGE_BYTES - 1));
	why.rule = why_rule(process, area, address);
	if (mapped.error == E_OK) {
		why.frame = mapped.value >> PAGE_SHIFT;
		why.rights = mapped.value & RIGHTS_RWX;
	}
	if (area)
		why_area(process, area, address, &why);
	why_pending(process, address, &why);
	why.last_rule = process->unresolved.rule;
	why.last_detail = process->unresolved.detail;
	why.last_address = process->unresolved.address;
	answer_record(out, &why, sizeof(why));
	return E_OK;
}
