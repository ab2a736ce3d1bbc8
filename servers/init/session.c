/* SPDX-License-Identifier: MIT */
/*
 * The session: proc starts the program of /boot/command and tells when it and all its descendants have ended.
 * Then the record of the end, the last bytes out, and the power switch.
 */
#include "session.h"
#include "uapi/trace.h"
#include <pagoda/ipc.h>
#include <pagoda/syscall.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_COMMAND "/bin/sh"

static uint64_t strings_count(const char *strings, uint64_t bytes)
{
	uint64_t count = 0;

	for (uint64_t i = 0; i < bytes; i++)
		count += strings[i] == 0;
	return count;
}

static void session_start(void)
{
	uint64_t bytes;
	const char *command = file_find("command", &bytes);
	struct message m;

	if (!command || bytes == 0) {
		command = DEFAULT_COMMAND;
		bytes = sizeof(DEFAULT_COMMAND);
	}
	if (command[bytes - 1] != 0)
		init_panic("/boot/command does not end with a zero");
	m = message_make(PROC_SESSION_START, strings_count(command, bytes), 0);
	ipc_call_buffer(init.proc, &m, command, bytes, BUFFER_READ);
	init_need(message_error(&m), "starting the session");
}

struct outcome {
	const char *reason;
	uint8_t status;
};

/* Sleeps until the session is over; news is only a flag. */
static struct outcome session_wait(void)
{
	struct message m;

	for (;;) {
		(void)ipc_wait(CAP_NULL, DEADLINE_NEVER, &m);
		m = message_make(PROC_SESSION, 0, 0);
		ipc_call(init.proc, &m);
		if (message_error(&m) == E_OK)
			break;
	}
	if (m.w[0] == 0)
		return (struct outcome){"exit", m.w[1]};
	return (struct outcome){"signal", 128 + m.w[1]};
}

static void record_write(const struct outcome *outcome, uint64_t leaks)
{
	char line[128];
	uint64_t instructions, bytes;
	struct message m;

	__asm__ volatile("rdinstret %0" : "=r"(instructions));
	bytes = snprintf(line, sizeof(line), "reason=%s status=%u instructions=%lu leaks=%lu\n",
			 outcome->reason, (unsigned)outcome->status, (unsigned long)instructions,
			 (unsigned long)leaks);
	m = message_make(UART_WRITE, CHANNEL_END, bytes);
	memcpy(&message_page()->words[MESSAGE_REGISTERS], line, bytes);
	m.tag = TAG(UART_WRITE, MESSAGE_REGISTERS + (bytes + 7) / 8);
	ipc_call(init.uart, &m); /* this channel is taken whole */
}

_Noreturn void session_run(void)
{
	static struct system_counts before, after;
	struct message drain = message_make(UART_DRAIN, 0, 0);
	struct outcome outcome;

	counts_read(&before);
	/* From here on programs are to blame; only the checked build measures it. */
	(void)sys_trace_control(BOOT_SLOT_IRQ_ALL, TRACE_FLAG_IRQ_ANEW);
	session_start();
	outcome = session_wait();
	counts_read(&after);
	record_write(&outcome, counts_leaks(&before, &after));
	ipc_call(init.uart, &drain);
	machine_power_off(outcome.status);
}
