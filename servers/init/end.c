/* SPDX-License-Identifier: MIT */
/* The record of the end, the last bytes out, and the power switch. */
#include "proc.h"

_Noreturn void proc_end(const struct outcome *outcome, uint64_t leaks)
{
	struct message drain = message_make(UART_DRAIN, 0, 0);
	uint64_t instructions;

	__asm__ volatile("rdinstret %0" : "=r"(instructions));
	console_print(CHANNEL_END, "reason=%s status=%u instructions=%lu leaks=%lu\n", outcome->reason,
		      (unsigned)outcome->status, (unsigned long)instructions, (unsigned long)leaks);
	ipc_call(init.uart, &drain);
	machine_power_off(outcome->status);
}
