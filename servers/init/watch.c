/* SPDX-License-Identifier: MIT */
/*
 * init's second thread. It waits for nothing but faults of servers, so that one of them is reported even
 * while the process server is in a call to the server that died. It has init's space and CSpace, a stack and
 * a message page of its own, and runs above everything.
 */
#include "init.h"
#include "proto/proto.h"
#include <pagoda/ipc.h>
#include <pagoda/syscall.h>

#define WATCH_STACK_BYTES 8192

static uint8_t stack[WATCH_STACK_BYTES] __attribute__((aligned(16)));

static _Noreturn void watch_main(void)
{
	struct message m;

	for (;;) {
		if (ipc_wait(init.fault_endpoint, DEADLINE_NEVER, &m) != E_OK || !(m.tag & TAG_FAULT))
			continue;
		report_server(m.badge - BADGE_SERVER_FAULT, m.w, TAG_LABEL(m.tag));
	}
}

/* The thread shares text and data; gp is set because the compiler may have relaxed addresses to it. */
static __attribute__((naked)) void watch_entry(void)
{
	__asm__ volatile(".option push\n"
			 ".option norelax\n"
			 "la gp, __global_pointer$\n"
			 ".option pop\n"
			 "li tp, 0\n"
			 "li ra, 0\n"
			 "li s0, 0\n"
			 "tail %0"
			 :
			 : "i"(watch_main));
}

static cap_t watch_message_page(void)
{
	cap_t page = memory_take(1);

	init_need(sys_space_attach(BOOT_SLOT_SPACE, INIT_SOURCE_WATCH_PAGE, page, RIGHT_READ | RIGHT_WRITE)
			  .error,
		  "attaching a message page");
	init_need(pages_map(BOOT_SLOT_SPACE, INIT_SOURCE_WATCH_PAGE, INIT_WATCH_PAGE,
			    RIGHT_READ | RIGHT_WRITE, 0, 1),
		  "mapping a message page");
	return page;
}

void watch_start(void)
{
	cap_t thread = object_new(KIND_THREAD, 0);

	init.fault_endpoint = object_new(KIND_ENDPOINT, 0);
	init_need(sys_thread_bind(thread, BIND_CSPACE, BOOT_SLOT_CSPACE).error,
		  "binding the watching thread");
	init_need(sys_thread_bind(thread, BIND_SPACE, BOOT_SLOT_SPACE).error, "binding the watching thread");
	init_need(sys_thread_bind(thread, BIND_MESSAGE, watch_message_page()).error,
		  "binding a message page");
	init_need(sys_thread_priority(thread, INIT_PRIORITY).error, "setting a priority");
	init_need(
		sys_thread_start(thread, (uint64_t)watch_entry, (uint64_t)stack + sizeof(stack), 0, 0).error,
		"starting the watching thread");
}
