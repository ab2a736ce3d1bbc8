/* SPDX-License-Identifier: MIT */
/*
 * pager list: a line for each pager and each object. pager stat: key=value lines, what the system counted
 * (forwarded failed late lied) beside what the pager says of itself (requests supplied zeroed refused later,
 * frames_used, the latencies from fault to answer).
 */
#include "command.h"
#include <pagoda/pager.h>
#include <stdio.h>
#include <string.h>

#define BAR_MAX 40

typedef void show_function(const struct pager_custom *pager, const struct pager_object *object);

/* The objects of @pager; those that are withdrawn and still mapped have no name. */
static err_t show_objects(const struct pager_custom *pager, show_function *show)
{
	struct pager_object object;
	uint64_t cursor = 0;
	err_t error;

	while ((error = inspect_custom_object(pager->number, cursor, &object)) == E_OK) {
		show(pager, &object);
		cursor = object.number + 1;
	}
	return error == E_NO_ENTRY ? E_OK : error;
}

static void list_object(const struct pager_custom *pager, const struct pager_object *object)
{
	(void)pager;
	if (object->number == 0)
		return;
	printf("  %s%.32s: %lu KiB, %lu areas, deadline %lu ms\n", object->name[0] != 0 ? "/pagers/" : "",
	       object->name[0] != 0 ? object->name : "(withdrawn)", object->size_bytes / 1024, object->areas,
	       object->deadline_ms);
}

static void list_pager(const struct pager_custom *pager)
{
	char pid[32] = "ended";

	if (pager->pid != 0)
		snprintf(pid, sizeof(pid), "pid %lu", pager->pid);
	printf("%.32s: %s, %lu frames, %lu given, %lu clients, supplies %lu programs\n", pager->name, pid,
	       pager->grant_frames, pager->given_frames, pager->clients, pager->supplied_spaces);
}

int command_list(int argc, char **argv)
{
	struct pager_custom pager;
	uint64_t cursor = 0;
	err_t error;

	(void)argc, (void)argv;
	while ((error = inspect_custom_pager(cursor, &pager)) == E_OK) {
		list_pager(&pager);
		error = show_objects(&pager, list_object);
		if (error != E_OK)
			break;
		cursor = pager.number;
	}
	return error == E_NO_ENTRY ? 0 : complain("list", error);
}

static void stat_object(const struct pager_custom *pager, const struct pager_object *object)
{
	uint64_t mean = object->requests != 0 ? object->latency_sum / object->requests : 0;

	if (object->number == 0 && object->forwarded == 0 && object->requests == 0)
		return;
	printf("object=%.32s pager=%.32s number=%lu size_bytes=%lu deadline_ms=%lu areas=%lu faults=%lu "
	       "failed=%lu "
	       "late=%lu lied=%lu requests=%lu supplied=%lu zeroed=%lu refused=%lu later=%lu "
	       "mean_instructions=%lu\n",
	       object->number == 0 ? "anonymous" : object->name, pager->name, object->number,
	       object->size_bytes, object->deadline_ms, object->areas, object->forwarded, object->failed,
	       object->late, object->lied, object->requests, object->supplied, object->zeroed,
	       object->refused, object->later, mean);
}

static void stat_histogram(const struct pager_custom *pager)
{
	uint64_t most = 1;

	for (unsigned i = 0; i < CUSTOM_HISTOGRAM; i++)
		most = pager->histogram[i] > most ? pager->histogram[i] : most;
	for (unsigned i = 0; i < CUSTOM_HISTOGRAM; i++) {
		unsigned bar = (unsigned)((pager->histogram[i] * BAR_MAX + most - 1) / most);

		if (pager->histogram[i] != 0)
			printf("latency pager=%.32s instructions=%lu%s count=%u %.*s\n", pager->name,
			       1ul << i, i + 1 == CUSTOM_HISTOGRAM ? "+" : "", (unsigned)pager->histogram[i],
			       (int)bar, "########################################");
	}
}

static err_t stat_pager(const struct pager_custom *pager)
{
	printf("pager=%.32s pid=%lu grant_frames=%lu frames_used=%lu given_frames=%lu clients=%lu "
	       "supplied_spaces=%lu "
	       "faults=%lu failed=%lu late=%lu lied=%lu pending=%lu\n",
	       pager->name, pager->pid, pager->grant_frames, pager->report_frames_used, pager->given_frames,
	       pager->clients, pager->supplied_spaces, pager->forwarded, pager->failed, pager->late,
	       pager->lied, pager->pending);
	err_t error = show_objects(pager, stat_object);
	stat_histogram(pager);
	return error;
}

int command_stat(int argc, char **argv)
{
	struct pager_custom pager;
	uint64_t cursor = 0;
	bool found = argc == 0;
	err_t error;

	while ((error = inspect_custom_pager(cursor, &pager)) == E_OK) {
		cursor = pager.number;
		if (argc == 1 && strncmp(pager.name, argv[0], sizeof(pager.name)) != 0)
			continue;
		found = true;
		error = stat_pager(&pager);
		if (error != E_OK)
			break;
	}
	if (error != E_NO_ENTRY)
		return complain("stat", error);
	if (!found)
		fprintf(stderr, "pager: %s: no such pager\n", argv[0]);
	return found ? 0 : 1;
}
