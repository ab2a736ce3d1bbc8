/* SPDX-License-Identifier: MIT */
/* Threads in a Space of their own: calls, faults and buffers across the border. */
#include "ktest.h"

#define SPACE SLOT_TEST
#define EP    (SLOT_TEST + 1)

#define RW    (RIGHT_READ | RIGHT_WRITE)

static uint64_t local_copy; /* each Space has its own */

static void do_calls(struct worker *worker)
{
	for (unsigned i = 0; i < 100; i++) {
		worker->m = message_make(1, i, local_copy);
		worker->seen[0] |= ipc_call(EP, &worker->m);
		local_copy += worker->m.w[0];
	}
	worker->seen[1] = local_copy;
}

SCENARIO_BODY(call_crosses_address_spaces)
{
	struct message m;
	struct worker *worker;
	uint64_t sum = 0;

	local_copy = 0;
	create(EP, KIND_ENDPOINT, 0);
	space_make_abroad(SPACE);
	worker = worker_make_abroad(0, SPACE, BOOT_SLOT_CSPACE, do_calls, 0);
	worker_go(worker);
	take(EP, &m);
	for (unsigned i = 0; i < 100; i++) {
		EXPECT_EQ(m.w[0], i);
		EXPECT_EQ(m.w[1], sum);
		sum += i * i;
		m = message_make(E_OK, i * i, 0);
		if (i < 99)
			ANSWERS(E_OK,
				ipc_reply_wait(EP, i % 2 ? DEADLINE_NEVER : ticks_from_now(1000000), &m));
		else
			ANSWERS(E_OK, ipc_reply(&m));
	}
	worker_join(worker);
	EXPECT_EQ(worker->seen[0], E_OK);
	EXPECT_EQ(worker->seen[1], sum);
	EXPECT_EQ(local_copy, 0);
}

static void do_touch(struct worker *worker)
{
	(void)worker;
	for (uint64_t i = 0; i < 32; i++)
		*(volatile uint64_t *)(FAULT_VA + i * PAGE_BYTES) = i + 1;
}

SCENARIO_BODY(fault_is_answered_into_the_space_of_the_faulter)
{
	struct message m;
	struct worker *worker;

	space_make_abroad(SPACE);
	worker = worker_make_abroad(2, SPACE, BOOT_SLOT_CSPACE, do_touch, 0);
	worker_go(worker);
	take(SLOT_FAULTS, &m);
	for (uint64_t i = 0; i < 32; i++) {
		EXPECT_EQ(m.w[0], FAULT_VA + i * PAGE_BYTES);
		EXPECT_EQ(m.badge, FAULT_BADGE + 2);
		EXPECT_EQ(FAULT_INFO_ASID(m.w[2]), sys_cap_info_full(CAP_NULL, SPACE).identity);
		m = (struct message){.tag = TAG_MAP | 1 << 16, .w = {m.w[0] | RW, MAP_SOURCE(0, 1), 20 + i}};
		if (i < 31)
			ANSWERS(E_OK, ipc_reply_wait(SLOT_FAULTS, DEADLINE_NEVER, &m));
		else
			ANSWERS(E_OK, ipc_reply(&m));
	}
	worker_join(worker);
	for (uint64_t i = 0; i < 32; i++)
		EXPECT_EQ(*(uint64_t *)page_at(20 + (unsigned)i), i + 1);
	EXPECT_EQ(MUST(sys_space_lookup(BOOT_SLOT_SPACE, FAULT_VA)), 0);
	/* Tables that are missing are told, and the fault stays owed. */
	MUST(sys_space_set_limit(SPACE, MUST(sys_space_tables(SPACE)) & 0xffff));
	EXPECT_EQ(REFUSED(E_TABLES, sys_space_map(SPACE, (FAULT_VA + (4ul << 30)) | RW, MAP_SOURCE(0, 1), 0)),
		  2);
}

static uint8_t text[64] = "unset";

static void do_call_buffer(struct worker *worker)
{
	memcpy(text, "from abroad", 12);
	worker->m = message_make(1, 0, 0);
	worker->seen[0] = ipc_call_buffer(EP, &worker->m, text, sizeof(text), BUFFER_READ | BUFFER_WRITE);
	worker->seen[1] = memcmp(text, "from home", 10) == 0;
}

SCENARIO_BODY(buffer_of_another_space_is_copied)
{
	struct message m;
	struct worker *worker;
	char here[64] = "";

	create(EP, KIND_ENDPOINT, 0);
	space_make_abroad(SPACE);
	worker = worker_make_abroad(1, SPACE, BOOT_SLOT_CSPACE, do_call_buffer, 0);
	worker_go(worker);
	take(EP, &m);
	EXPECT_EQ(MUST(sys_buffer_copy(CAP_NULL, 0, (uint64_t)here, sizeof(text), COPY_FROM_CALLER)),
		  sizeof(text));
	EXPECT_EQ(memcmp(here, "from abroad", 12), 0);
	memcpy(here, "from home", 10);
	MUST(sys_buffer_copy(CAP_NULL, 0, (uint64_t)here, 10, COPY_TO_CALLER));
	m = message_make(E_OK, 0, 0);
	ANSWERS(E_OK, ipc_reply(&m));
	worker_join(worker);
	EXPECT_EQ(worker->seen[0], E_OK);
	EXPECT_EQ(worker->seen[1], 1);
	EXPECT_EQ(memcmp(text, "unset", 6), 0);
}

static void do_spin(struct worker *worker)
{
	for (;;)
		worker->progress++;
}

SCENARIO_BODY(space_can_go_under_its_running_thread)
{
	struct worker *worker;
	uint64_t progress;

	space_make_abroad(SPACE);
	worker = worker_make_abroad(0, SPACE, BOOT_SLOT_CSPACE, do_spin, 0);
	worker_go(worker);
	UNTIL(worker->progress > 0);
	MUST(sys_cap_revoke(CAP_NULL, SPACE));
	MUST(sys_cap_delete(CAP_NULL, SPACE));
	progress = worker->progress;
	EXPECT_EQ(MUST(sys_thread_read(worker_thread(0))), THREAD_STOPPED);
	REFUSED(E_STATE, sys_thread_resume(worker_thread(0)));
	rest(2000);
	EXPECT_EQ(worker->progress, progress);
}
