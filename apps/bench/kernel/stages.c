/* SPDX-License-Identifier: MIT */
/*
 * Operations that ./bench --stages follows, instruction by instruction, from outside: one call each of
 * stage_operation(), after the same thing was done once. The first one is of nothing, so that the cost of the
 * call itself is known.
 */
#include "kbench.h"

void stage_nothing(void);
void null_once(void);
void forward_once(void);
void stage_operation(void (*once)(void));

void stage_nothing(void)
{
}

void null_once(void)
{
	(void)sys_null();
}

/* By another pager than fault_once(), see forward_prepare(). */
void forward_once(void)
{
	fault_once();
}

/* Where the one that counts begins and ends; a0 says which it is. */
__attribute__((noinline)) void stage_operation(void (*once)(void))
{
	once();
}

void run_stages(void)
{
	stage_operation(stage_nothing);
	null_once();
	stage_operation(null_once);
	ipc_prepare();
	stage_operation(ipc_once);
	stage_operation(ipc_long_once);
	notification_once();
	stage_operation(notification_once);
	fault_prepare();
	stage_operation(fault_once);
}

void run_stages_forward(void)
{
	fault_prepare();
	stage_operation(forward_once);
}
