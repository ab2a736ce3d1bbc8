/* SPDX-License-Identifier: MIT */
/*
 * Two calls and one server: a wait that keeps the first one's Reply, and the answer that passes the second
 * one's buffer to the first. Worker 0 is the one whose Reply is kept ("reader"), worker 1 the current caller
 * ("writer").
 */
#include "ktest.h"

#define EP    SLOT_TEST
#define REPLY (SLOT_TEST + 1)
#define OTHER (SLOT_TEST + 2)
#define N     (SLOT_TEST + 3)

#define R     RIGHT_READ
#define RW    (RIGHT_READ | RIGHT_WRITE)
#define FIRST 3 /* bytes into a page: both buffers start so, or elsewhere */

struct buffer {
	uint64_t at, bytes, access;
};
static struct buffer buffers[2];
static volatile uint64_t answered; /* how many so far */

/* Call with the buffer, tell what was answered; the reader calls once more, so that the server's wait ends.
 */
static void do_call(struct worker *worker)
{
	const struct buffer *mine = &buffers[worker->index];

	worker->m = message_make(40 + worker->index, 0, 0);
	worker->seen[0] = ipc_call_buffer(EP, &worker->m, (void *)mine->at, mine->bytes, mine->access);
	worker->seen[1] = worker->m.tag;
	worker->seen[2] = worker->m.w[0];
	worker->seen[3] = worker->m.w[1] | worker->m.w[2] | worker->m.w[3] | worker->m.badge;
	answered++;
	worker->m = message_make(50, 0, 0);
	if (worker->index == 0)
		(void)ipc_call(EP, &worker->m);
}

/* Both have called; the reader's Reply is in REPLY, the writer is the current caller. */
static void start_both(const struct buffer *reader, const struct buffer *writer)
{
	struct message m;

	answered = 0;
	buffers[0] = *reader;
	buffers[1] = *writer;
	worker_start(0, do_call, 0);
	take(EP, &m);
	EXPECT_EQ(TAG_LABEL(m.tag), 40);
	worker_start(1, do_call, 0);
	ANSWERS(E_OK, ipc_wait_keeping(EP, DEADLINE_NEVER, &m, REPLY));
	EXPECT_EQ(TAG_LABEL(m.tag), 41);
	EXPECT_EQ(slot_kind(REPLY), KIND_REPLY);
}

/* Pass @bytes; then the reader's second call is the current caller. */
static void pass(uint64_t bytes)
{
	struct message m = message_pass(bytes, REPLY);

	ANSWERS(E_OK, ipc_reply_wait(EP, DEADLINE_NEVER, &m));
	EXPECT_EQ(TAG_LABEL(m.tag), 50);
	EXPECT_EQ(slot_kind(REPLY), 0);
	UNTIL(answered == 2);
	for (unsigned i = 0; i < 2; i++) {
		EXPECT_EQ(workers[i].seen[0], E_OK);
		EXPECT_EQ(workers[i].seen[1], TAG(E_OK, 0));
		EXPECT_EQ(workers[i].seen[2], bytes);
		EXPECT_EQ(workers[i].seen[3], 0);
	}
}

static void finish(void)
{
	struct message m = {0};

	ANSWERS(E_OK, ipc_reply(&m));
	worker_join(&workers[0]);
	worker_join(&workers[1]);
	for (unsigned index = 0; index < 2; index++) {
		MUST(sys_thread_suspend(worker_thread(index)));
		for (unsigned what = 0; what < WORKER_SLOTS - 1; what++)
			MUST(sys_cap_delete(CAP_NULL, worker_slot(index, what)));
	}
}

static void fill(uint8_t *at, uint64_t bytes, unsigned seed)
{
	for (uint64_t i = 0; i < bytes; i++)
		at[i] = (uint8_t)(i * 7 + seed);
}

SCENARIO_BODY(passed_buffer_arrives_and_both_calls_are_answered)
{
	static const uint64_t sizes[] = {1, 100, PAGE_BYTES - FIRST, PAGE_BYTES, 5000, BUFFER_PASS_MAX, 0};
	uint8_t *from = (uint8_t *)page_at(20) + FIRST;

	create(EP, KIND_ENDPOINT, 0);
	for (unsigned i = 0; i < 2 * sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint64_t bytes = sizes[i / 2];
		uint8_t *to = (uint8_t *)page_at(10) + (i % 2 ? FIRST : 8 * FIRST);

		fill(from, bytes, i);
		memset(to - 1, 0xee, bytes + 3);
		start_both(&(struct buffer){(uint64_t)to, bytes + 1, BUFFER_WRITE},
			   &(struct buffer){(uint64_t)from, bytes, BUFFER_READ});
		pass(bytes);
		EXPECT_EQ(memcmp(to, from, bytes), 0);
		EXPECT_EQ(to[-1], 0xee);
		EXPECT_EQ(to[bytes], 0xee);
		finish();
	}
}

/* What is refused with @wanted leaves both waiting. */
static void refused(err_t wanted, struct message m)
{
	struct counts before = counts_now(), after;

	ANSWERS(wanted, ipc_reply_wait(EP, DEADLINE_NEVER, &m));
	after = counts_now();
	EXPECT(counts_equal(&before, &after));
	EXPECT_EQ(answered, 0);
}

SCENARIO_BODY(refused_pass_answers_nobody)
{
	struct message m;

	create(EP, KIND_ENDPOINT, 0);
	create(N, KIND_NOTIFICATION, 0);
	answered = 0;
	refused(E_STALE, message_pass(1, REPLY));
	start_both(&(struct buffer){(uint64_t)page_at(10), 100, BUFFER_WRITE},
		   &(struct buffer){(uint64_t)page_at(20), 200, BUFFER_READ});
	refused(E_SLOT, message_pass(1, CAP_NULL));
	refused(E_SLOT, message_pass(1, CSPACE_SLOTS_MAX));
	refused(E_EMPTY, message_pass(1, OTHER));
	refused(E_KIND, message_pass(1, N));
	refused(E_RANGE, message_pass(101, REPLY));
	refused(E_RANGE, message_pass(~0ul, REPLY));
	m = message_pass(1, REPLY);
	m.tag |= TAG_MAP;
	refused(E_MESSAGE, m);
	m.tag = TAG(E_OK, MESSAGE_REGISTERS + 1) | TAG_BUFFER;
	refused(E_MESSAGE, m);
	m = message_pass(1, REPLY);
	ANSWERS(E_MESSAGE, ipc_reply(&m)); /* only where it waits after */
	m = message_pass(1, REPLY);
	ANSWERS(E_MESSAGE, ipc_reply_send(REPLY, &m));
	pass(100);
	finish();
}

SCENARIO_BODY(pass_keeps_to_the_rights_and_pages_of_both_buffers)
{
	create(EP, KIND_ENDPOINT, 0);
	MUST(sys_space_map(BOOT_SLOT_SPACE, FAULT_VA | R, MAP_SOURCE(SOURCE_PAGES, 1), 5));
	start_both(&(struct buffer){(uint64_t)page_at(10), 100, BUFFER_READ},
		   &(struct buffer){(uint64_t)page_at(20), 100, BUFFER_READ});
	refused(E_RIGHTS, message_pass(1, REPLY));
	MUST(sys_reply_save(OTHER));
	MUST(sys_cap_delete(CAP_NULL, OTHER)); /* ends the writer's call */
	UNTIL(workers[1].done);
	EXPECT_EQ(workers[1].seen[0], E_DEAD);
	MUST(sys_cap_delete(CAP_NULL, REPLY));
	take(EP, &workers[2].m);
	finish();
	/* Present, but not to be written; then absent from its second page on; then the writer's end. */
	start_both(&(struct buffer){FAULT_VA, 100, BUFFER_WRITE},
		   &(struct buffer){(uint64_t)page_at(20), 100, BUFFER_READ});
	refused(E_ABSENT, message_pass(1, REPLY));
	MUST(sys_space_map(BOOT_SLOT_SPACE, FAULT_VA | RW, MAP_SOURCE(SOURCE_PAGES, 1), 5));
	pass(100);
	finish();
	start_both(&(struct buffer){FAULT_VA + PAGE_BYTES - 50, 100, BUFFER_WRITE},
		   &(struct buffer){(uint64_t)page_at(20), 100, BUFFER_READ});
	refused(E_ABSENT, message_pass(51, REPLY));
	pass(50);
	finish();
	start_both(&(struct buffer){(uint64_t)page_at(10), 100, BUFFER_WRITE},
		   &(struct buffer){DEVICE_VA, 100, BUFFER_READ});
	refused(E_ABSENT, message_pass(8, REPLY));
	pass(0);
	finish();
}

SCENARIO_BODY(wait_keeps_the_callers_reply_or_changes_nothing)
{
	struct message m;

	create(EP, KIND_ENDPOINT, 0);
	create(N, KIND_NOTIFICATION, 0);
	ANSWERS(E_STALE, ipc_wait_keeping(EP, DEADLINE_NEVER, &m, REPLY));
	buffers[0] = (struct buffer){(uint64_t)page_at(10), 8, BUFFER_READ};
	worker_start(0, do_call, 0);
	take(EP, &m);
	ANSWERS(E_BUSY, ipc_wait_keeping(EP, DEADLINE_NEVER, &m, CAP_NULL));
	ANSWERS(E_OCCUPIED, ipc_wait_keeping(EP, DEADLINE_NEVER, &m, N));
	ANSWERS(E_SLOT, ipc_wait_keeping(EP, DEADLINE_NEVER, &m, CSPACE_SLOTS_MAX));
	ANSWERS(E_EMPTY, ipc_wait_keeping(OTHER, DEADLINE_NEVER, &m, REPLY));
	EXPECT_EQ(slot_kind(REPLY), 0);
	ANSWERS(E_TIMEOUT, ipc_wait_keeping(EP, DEADLINE_NOW, &m, REPLY)); /* the wait is what ended */
	EXPECT_EQ(slot_kind(REPLY), KIND_REPLY);
	ANSWERS(E_STALE, ipc_reply(&m));
	m = message_make(E_OK, 7, 0);
	ANSWERS(E_OK, ipc_reply_send(REPLY, &m));
	take(EP, &m);
	EXPECT_EQ(workers[0].seen[2], 7);
	/* At a notification, too; flags that are there end it at once. */
	MUST(sys_notify(N));
	MUST(sys_cap_mint(CAP_NULL, OTHER, CAP_NULL, N, RIGHT_WRITE, 4));
	MUST(sys_notify(OTHER));
	ANSWERS(E_OK, ipc_wait_keeping(N, DEADLINE_NEVER, &m, REPLY));
	EXPECT_EQ(m.w[0], 4);
	EXPECT_EQ(slot_kind(REPLY), KIND_REPLY);
	m = message_make(E_OK, 0, 0);
	ANSWERS(E_OK, ipc_reply_send(REPLY, &m));
	worker_join(&workers[0]);
}
