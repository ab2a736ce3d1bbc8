/* SPDX-License-Identifier: MIT */
/* How many bytes of a Pool one kernel object of a process takes, the page tables left out: they are counted
 * as such. */
#include "kbench.h"
#include <pagoda/program.h>

static uint64_t free_bytes(void)
{
	return sys_pool_free_bytes(world.pool).value;
}

static uint64_t tables(void)
{
	return ((const volatile struct info_page *)INIT_INFO_PAGE)->tables;
}

void bench_objects(void)
{
	uint64_t before = free_bytes(), tables_before = tables();
	cap_t cspace = object_new(KIND_CSPACE, PROGRAM_CSPACE_SLOTS);

	must(sys_cap_copy(cspace, 1, CAP_NULL, BOOT_SLOT_THREAD, RIGHTS_ALL), "cap_copy");
	value_report("bytes-cspace", before - free_bytes());
	before = free_bytes();
	(void)object_new(KIND_THREAD, 0);
	value_report("bytes-thread", before - free_bytes());
	before = free_bytes();
	(void)object_new(KIND_SPACE, 1);
	value_report("bytes-space", before - free_bytes() - (tables() - tables_before) * PAGE_BYTES);
}
