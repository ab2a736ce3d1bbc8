/* SPDX-License-Identifier: MIT */
/*
 * The process server's records with the input as events: births, ends, waits, sleeps. After each event the
 * model of the host test must agree.
 */
#include "fuzz_random.h"

#include "../host/proc/proc_model.c"

static void (*const operations[])(void) = {do_create, do_end, do_wait, do_sleep, do_wake, do_mark};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	fuzz_begin(data, bytes);
	memset(models, 0, sizeof(models));
	ends = now = 0;
	process_table_init(&table, records, RECORDS);
	table.next_pid = PID_LAST - fuzz_byte(&fuzz_draws);
	while (fuzz_draws.left) {
		operations[fuzz_byte(&fuzz_draws) % (sizeof(operations) / sizeof(operations[0]))]();
		compare();
	}
	while (model_count() > 0)
		do_end();
	compare();
	CHECK_EQ(table.live + table.zombies, 0);
	return 0;
}
