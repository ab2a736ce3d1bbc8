/* SPDX-License-Identifier: MIT */
/*
 * PAGER [--requests N] [--seed N] [--script FILE] [--anonymous] [--processes N] [--memory BYTES] [-- ARG...]:
 * runs the pager's main() in the simulation and then the last checks. tests/pager_bench makes PAGER.
 */
#include "pager/host/simulation.h"
#include <getopt.h>
#include <pagoda/pager.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define REQUESTS_USUAL	10000
#define PROCESSES_USUAL 4
#define MEMORY_USUAL	(64ul << 20)

int pager_bench_main(int argc, char **argv); /* the pager's, renamed */

struct simulation sim = {.processes = PROCESSES_USUAL, .memory_bytes = MEMORY_USUAL};

static uint64_t seed, requests = REQUESTS_USUAL;
static bool anonymous;
static const char *script, *pager_name;
static bool finished; /* the last checks were made: the pager's main() came back, or it called exit() */

static void print_repeat(FILE *to)
{
	fprintf(to, "to repeat: tests/pager_bench %s ", pager_name);
	if (script != NULL)
		fprintf(to, "--script %s ", script);
	fprintf(to, "--seed %lu --requests %lu%s --processes %u --memory %lu\n", (unsigned long)seed,
		(unsigned long)requests, anonymous ? " --anonymous" : "", sim.processes,
		(unsigned long)sim.memory_bytes);
}

void sim_fault(const char *format, ...)
{
	const struct sim_touch *now = sim_kernel_now();
	va_list arguments;

	fflush(stdout);
	fprintf(stderr, "pager_bench: ");
	if (now != NULL)
		fprintf(stderr,
			"request %lu, %s page 0x%lx of %s by process %u: ", (unsigned long)now->number,
			now->store ? "store to" : "load of", (unsigned long)now->page,
			now->object != 0 ? sim.object[now->object].name : "anonymous memory", now->process);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	print_repeat(stderr);
	finished = true;
	_exit(1);
}

static void check_counts(uint32_t number)
{
	const struct custom_report_object *said = &((const struct custom_report *)sim.grant)->object[number];
	const struct sim_counts *seen = &sim.counts[number];

	/* A zero page of an object is one of the pager's own frames: seen as a page like any other. */
	if (said->requests != seen->requests ||
	    said->supplied + said->zeroed != seen->supplied + seen->zeroed || said->failed != seen->failed ||
	    said->later != seen->later)
		sim_fault("object %u: the report says requests %lu, supplied %lu, zeroed %lu, failed %lu, "
			  "later %lu; "
			  "seen were %lu, %lu, %lu, %lu, %lu",
			  number, (unsigned long)said->requests, (unsigned long)said->supplied,
			  (unsigned long)said->zeroed, (unsigned long)said->failed,
			  (unsigned long)said->later, (unsigned long)seen->requests,
			  (unsigned long)seen->supplied, (unsigned long)seen->zeroed,
			  (unsigned long)seen->failed, (unsigned long)seen->later);
}

static void check_end(void)
{
	const struct custom_report *report = (const struct custom_report *)sim.grant;

	if (finished)
		return;
	finished = true;
	if (sim.grant == NULL)
		sim_fault("the pager ended and never registered");
	if (!sim.over)
		sim_fault("the pager ended before its clients did");
	if (report->version != CUSTOM_REPORT_VERSION || report->frames_total != sim.frames ||
	    report->frames_used > sim.frames)
		sim_fault("the report's version or frames are wrong");
	for (uint32_t number = 0; number <= CUSTOM_OBJECTS_MAX; number++)
		check_counts(number);
}

static void print_summary(void)
{
	struct sim_counts all = {0};

	for (uint32_t number = 0; number <= CUSTOM_OBJECTS_MAX; number++) {
		all.requests += sim.counts[number].requests;
		all.supplied += sim.counts[number].supplied;
		all.zeroed += sim.counts[number].zeroed;
		all.failed += sim.counts[number].failed;
		all.later += sim.counts[number].later;
	}
	printf("requests=%lu supplied=%lu zeroed=%lu failed=%lu later=%lu narrowed=%lu refused=%lu "
	       "checked_bytes=%lu\n",
	       (unsigned long)all.requests, (unsigned long)all.supplied, (unsigned long)all.zeroed,
	       (unsigned long)all.failed, (unsigned long)all.later, (unsigned long)sim.refused[0],
	       (unsigned long)sim.refused[1], (unsigned long)sim.checked_bytes);
}

static int usage(const char *wrong)
{
	if (wrong != NULL)
		fprintf(stderr, "pager_bench: %s\n", wrong);
	fprintf(stderr,
		"usage: %s [--requests N] [--seed N] [--script FILE] [--anonymous] [--processes N] "
		"[--memory BYTES] [-- ARG...]\n",
		pager_name);
	return 2;
}

static bool read_number(const char *word, uint64_t least, uint64_t most, uint64_t *value)
{
	char *end;

	*value = strtoull(word, &end, 0);
	return *word >= '0' && *word <= '9' && *end == 0 && *value >= least && *value <= most;
}

static bool read_option(int letter)
{
	uint64_t value;

	switch (letter) {
	case 'r':
		return read_number(optarg, 0, UINT32_MAX, &requests);
	case 's':
		return read_number(optarg, 0, UINT64_MAX, &seed);
	case 'p':
		if (!read_number(optarg, 1, SIM_PROCESSES_MAX, &value))
			return false;
		sim.processes = (uint32_t)value;
		return true;
	case 'm':
		return read_number(optarg, ARENA_BYTES, 1ul << 32, &sim.memory_bytes);
	case 'f':
		script = optarg;
		return true;
	case 'a':
		anonymous = true;
		return true;
	default:
		return false;
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"requests", required_argument, NULL, 'r'},
		{"seed", required_argument, NULL, 's'},
		{"script", required_argument, NULL, 'f'},
		{"anonymous", no_argument, NULL, 'a'},
		{"processes", required_argument, NULL, 'p'},
		{"memory", required_argument, NULL, 'm'},
		{NULL, 0, NULL, 0},
	};
	int letter;

	pager_name = getenv("PAGER_BENCH_SOURCE") != NULL ? getenv("PAGER_BENCH_SOURCE") : argv[0];
	seed = (uint64_t)time(NULL) * 1000003 + (uint64_t)getpid();
	while ((letter = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (!read_option(letter))
			return usage("an option or its value is wrong");
	}
	if (optind < argc && strcmp(argv[optind - 1], "--") != 0)
		return usage("arguments of the pager stand behind --");
	if (script != NULL && !sim_script_open(script))
		return 2;
	printf("seed %lu\n", (unsigned long)seed);
	fflush(stdout);
	sim_random_open(seed, requests, anonymous);
	sim_kernel_open(script != NULL ? sim_script : sim_random);
	setenv(PAGER_UNTIL_UNUSED, "1", 1);
	atexit(check_end);
	argv[optind - 1] = argv[0];
	int status = pager_bench_main(argc - optind + 1, argv + optind - 1);
	check_end();
	if (status != 0)
		fprintf(stderr, "pager_bench: the pager's status is %d\n", status);
	print_summary();
	return status != 0;
}
