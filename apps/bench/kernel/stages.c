/* SPDX-License-Identifier: MIT */
/*
 * Operations that ./bench --stages follows, instruction by instruction, from outside: one call each of
 * stage_operation(), after the same thing was done once.
 */
#include "kbench.h"

void null_once(void);
void stage_operation(void (*once)(void));

void null_once(void)
{
	(void)sys_null();
}

/* Where the one that counts begins and ends; a0 says which it is. */
__attribute__((noinline)) void stage_operation(void (*once)(void))
{
	once();
}

void run_stages(void)
{
	null_once();
	stage_operation(null_once);
	ipc_prepare();
	stage_operation(ipc_once);
	fault_prepare();
	stage_operation(fault_once);
}
