/* SPDX-License-Identifier: MIT */
/*
 * Allocations that are refused on purpose. They are counted from the last INJECT on; who asked for a refused
 * one is found by the frame pointers, which checked servers have:
 *
 *   fp - 8   return address        fp - 16   the caller's fp
 */
#include <pagoda/inject.h>
#include <pagoda/ipc.h>
#include <pagoda/log.h>
#include <pagoda/server.h>
#include <string.h>

static struct {
	struct inject_report report;
	uint64_t first, last; /* 0 0: none is refused */
	uint64_t exempt;      /* a badge; 0: nobody */
	bool is_exempt;	      /* the message that is served is of that badge */
} inject;

static void callers_note(const uint64_t *frame)
{
	memset(inject.report.callers, 0, sizeof(inject.report.callers));
	for (int i = 0; i < INJECT_CALLERS; i++) {
		uint64_t at = (uint64_t)frame;

		if (at % 8 || at > PROGRAM_STACK_TOP || at < PROGRAM_STACK_TOP - SERVER_STACK_BYTES + 16)
			return;
		inject.report.callers[i] = frame[-1];
		frame = (const uint64_t *)frame[-2];
	}
}

static void site_note(const char *what, const char *file, int line)
{
	inject.report.line = (uint64_t)line;
	strncpy(inject.report.what, what, sizeof(inject.report.what) - 1);
	strncpy(inject.report.file, file, sizeof(inject.report.file) - 1);
}

bool inject_is_set(void)
{
	return inject.report.made < inject.last;
}

bool inject_refuses(const char *what, const char *file, int line)
{
	uint64_t number;

	if (inject.is_exempt)
		return false;
	number = ++inject.report.made;
	if (number < inject.first || number > inject.last)
		return false;
	inject.report.refused++;
	site_note(what, file, line);
	callers_note(__builtin_frame_address(0));
	server_log("refuses %s (%s:%d) n=%lu", what, file, line, number);
	return true;
}

void inject_serve(const struct message *m)
{
	inject.is_exempt = !(m->tag & TAG_NOTIFY) && inject.exempt && m->badge == inject.exempt;
}

err_t inject_set(const uint64_t word[3], struct inject_report *report)
{
	if (word[0] > word[1] || (word[0] == 0 && word[1] != 0))
		return E_ARGUMENT;
	*report = inject.report;
	memset(&inject.report, 0, sizeof(inject.report));
	inject.first = word[0];
	inject.last = word[1];
	inject.exempt = word[2];
	inject.is_exempt = false;
	return E_OK;
}
