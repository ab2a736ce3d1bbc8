/* SPDX-License-Identifier: MIT */
/*
 * The end after a fault of a server: what happened, its registers, the way it came (checked build: servers
 * keep frame pointers), and the record of the end. Printed past the driver, which may be the one that died;
 * if it lives, what it still holds goes out first.
 */
#include "init.h"
#include "proto/proto.h"
#include "uapi/fault.h"
#include <pagoda/ipc.h>
#include <pagoda/program.h>
#include <pagoda/syscall.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PANIC_STATUS 126
#define FRAMES_MAX   24
#define STACK_PAGES  (SERVER_STACK_BYTES / PAGE_BYTES)
#define STACK_BASE   (PROGRAM_STACK_TOP - SERVER_STACK_BYTES)

static const char *const register_names[32] = {
	"pc", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0",  "a1",  "a2", "a3", "a4", "a5",
	"a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};

static void report(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void report(const char *format, ...)
{
	char line[200];
	va_list list;

	va_start(list, format);
	vsnprintf(line, sizeof(line), format, list);
	va_end(list);
	machine_print(CHANNEL_KERNEL, line);
}

static _Noreturn void report_end(void)
{
	char line[80];
	uint64_t instructions;

	__asm__ volatile("rdinstret %0" : "=r"(instructions));
	snprintf(line, sizeof(line), "reason=panic status=%d instructions=%lu leaks=-\n", PANIC_STATUS,
		 (unsigned long)instructions);
	machine_print(CHANNEL_END, line);
	machine_power_off(PANIC_STATUS);
}

/* Output that stands in the driver's ring; then the line is ours. */
static void quiet_driver(uint32_t dead)
{
	struct server *uart = server_find("uart");
	struct message drain = message_make(UART_DRAIN, 0, 0);

	if (!uart || !uart->started)
		return;
	if (uart != &init.servers[dead])
		ipc_call(init.uart, &drain);
	sys_thread_suspend(uart->thread);
}

static const char *fault_text(uint32_t kind, uint64_t access)
{
	switch (kind) {
	case FAULT_PAGE:
		return access & ACCESS_WRITE	 ? "page fault: store"
		       : access & ACCESS_EXECUTE ? "page fault: fetch"
						 : "page fault: load";
	case FAULT_MISALIGNED:
		return "misaligned";
	case FAULT_ACCESS:
		return "access fault";
	case FAULT_ILLEGAL:
		return "illegal instruction";
	case FAULT_BREAKPOINT:
		return "breakpoint (it gave up itself)";
	default:
		return "exception";
	}
}

/* The server's stack in the watching thread's window; NULL if it cannot be mapped. */
static const uint64_t *stack_map(const struct server *server)
{
	if (sys_space_attach(BOOT_SLOT_SPACE, INIT_SOURCE_WATCH_WINDOW, server->image, RIGHT_READ).error !=
	    E_OK)
		return NULL;
	if (pages_map(BOOT_SLOT_SPACE, INIT_SOURCE_WATCH_WINDOW, INIT_WATCH_WINDOW, RIGHT_READ,
		      server->stack_page, STACK_PAGES) != E_OK)
		return NULL;
	return (const uint64_t *)INIT_WATCH_WINDOW;
}

/* Frames by s0: the return address lies at s0 - 8, the caller's s0 at s0 - 16. */
static void report_frames(const struct server *server, uint64_t frame)
{
	const uint64_t *stack = stack_map(server);

	for (uint32_t i = 0; stack && i < FRAMES_MAX; i++) {
		uint64_t word = (frame - STACK_BASE) / 8, next;

		if (frame % 8 != 0 || frame < STACK_BASE + 16 || frame > PROGRAM_STACK_TOP)
			return;
		if (stack[word - 1] == 0)
			return;
		report("  at 0x%lx in %s\n", (unsigned long)stack[word - 1], server->text.name);
		next = stack[word - 2];
		if (next <= frame)
			return;
		frame = next;
	}
}

static void report_registers(const struct server *server)
{
	const uint64_t *words = &((struct message_page *)INIT_WATCH_PAGE)->words[MESSAGE_REGISTERS];
	uint64_t r[32];

	if (sys_thread_read(server->thread).error != E_OK)
		return;
	memcpy(r, words, sizeof(r));
	for (uint32_t i = 0; i < 32; i += 4)
		report("%4s %016lx %4s %016lx %4s %016lx %4s %016lx\n", register_names[i],
		       (unsigned long)r[i], register_names[i + 1], (unsigned long)r[i + 1],
		       register_names[i + 2], (unsigned long)r[i + 2], register_names[i + 3],
		       (unsigned long)r[i + 3]);
	report("  at 0x%lx in %s\n", (unsigned long)r[0], server->text.name);
	if (!PAGODA_CHECKED)
		report("  at 0x%lx in %s\n", (unsigned long)r[1], server->text.name);
	report_frames(server, r[8]);
}

_Noreturn void report_server(uint32_t number, const uint64_t fault[4], uint32_t kind)
{
	const struct server *server = &init.servers[number];

	if (number < init.server_count) {
		quiet_driver(number);
		report("panic: server %s fault at 0x%lx pc=0x%lx: %s\n", server->text.name,
		       (unsigned long)fault[0], (unsigned long)fault[1],
		       fault_text(kind, FAULT_INFO_ACCESS(fault[2])));
		report_registers(server);
	}
	report_end();
}

_Noreturn void init_panic(const char *format, ...)
{
	char text[160];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	report("panic: init: %s\n", text);
	report_end();
}

void init_need(uint64_t error, const char *what)
{
	if (error != E_OK)
		init_panic("%s: error %lu", what, (unsigned long)error);
}
