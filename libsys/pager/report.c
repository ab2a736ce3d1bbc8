/* SPDX-License-Identifier: MIT */
/* The report in the first frame of the grant, statistics, and lines on standard error. */
#include "pager/core.h"
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define LINE_BYTES_MAX 200

static struct custom_report_object *report_object(void)
{
	return &core.report->object[core.now.public.object];
}

void core_count_answer(int64_t sign)
{
	struct custom_report_object *counts = report_object();

	if (core.now.zeroed) {
		counts->zeroed += sign;
		return;
	}
	switch (CUSTOM_LABEL_KIND(core.now.label)) {
	case 0:
	case CUSTOM_GIVE:
		counts->supplied += sign * core.now.count;
		return;
	case CUSTOM_RETRY:
	case CUSTOM_NOT_NOW:
		counts->later += sign;
		return;
	default:
		counts->failed += sign;
	}
}

uint32_t core_find_bucket(uint64_t instructions)
{
	uint32_t bucket = 63 - (uint32_t)__builtin_clzl(instructions | 1);

	return bucket < CUSTOM_HISTOGRAM ? bucket : CUSTOM_HISTOGRAM - 1;
}

void core_report_frames(void)
{
	core.report->frames_used = core.frames.count - core.frames.free_count;
}

void pager_stats(struct pager_stats *stats)
{
	*stats = (struct pager_stats){.asked = core.asked, .unwanted = core.unwanted};
	if (core.report == NULL)
		return;
	for (uint32_t i = 0; i <= CUSTOM_OBJECTS_MAX; i++) {
		stats->requests += core.report->object[i].requests;
		stats->supplied += core.report->object[i].supplied;
		stats->zeroed += core.report->object[i].zeroed;
		stats->failed += core.report->object[i].failed;
		stats->later += core.report->object[i].later;
	}
	stats->frames_total = core.frames.count;
	stats->frames_free = core.frames.free_count;
	stats->frames_given = core.frames.given_count;
}

void pager_log(const char *format, ...)
{
	char line[LINE_BYTES_MAX + 1];
	va_list arguments;

	int used = snprintf(line, sizeof(line), "%s: ", core.name[0] != 0 ? core.name : "pager");
	va_start(arguments, format);
	int more = vsnprintf(line + used, sizeof(line) - (size_t)used, format, arguments);
	va_end(arguments);
	size_t bytes = (size_t)used + (more > 0 ? (size_t)more : 0);
	bytes = bytes < LINE_BYTES_MAX ? bytes : LINE_BYTES_MAX - 1;
	line[bytes] = '\n';
	(void)!write(STDERR_FILENO, line, bytes + 1);
}
