/* SPDX-License-Identifier: MIT */
/* Messages: words, badges, long ones, capabilities, deadlines, and the death of either side. */
#include "ktest.h"
#include <pagoda/server.h>

#define EP	  SLOT_TEST
#define BADGED	  (SLOT_TEST + 1)
#define TRAVELLER (SLOT_TEST + 2)
#define ARRIVAL	  (SLOT_TEST + 3)
#define REPLY	  (SLOT_TEST + 4)
#define OTHER	  (SLOT_TEST + 5)

/* The worker calls through `argument` with its m and notes the kernel's error and what came back. */
static void do_call(struct worker *worker)
{
	worker->seen[0] = 99;
	worker->seen[0] = ipc_call((cap_t)worker->argument, &worker->m);
}

static void do_send(struct worker *worker)
{
	worker->seen[0] = ipc_send((cap_t)worker->argument, &worker->m);
}

static void do_wait(struct worker *worker)
{
	worker->seen[0] = ipc_wait((cap_t)worker->argument, DEADLINE_NEVER, &worker->m);
}

/* Waits for a message, then holds its caller for good. */
static void do_hold(struct worker *worker)
{
	worker->seen[0] = ipc_wait((cap_t)worker->argument, DEADLINE_NEVER, &worker->m);
	worker->progress = 1;
	for (;;)
		(void)ipc_wait(CAP_NULL, DEADLINE_NEVER, &worker->m);
}

static void make_endpoint(void)
{
	create(EP, KIND_ENDPOINT, 0);
	MUST(sys_cap_mint(CAP_NULL, BADGED, CAP_NULL, EP, RIGHTS_ALL, 0xbad9e));
}

static struct worker *start_with(unsigned index, void (*run)(struct worker *), uint64_t through, uint64_t tag)
{
	struct worker *worker = worker_make(index, run, through);

	worker->m = (struct message){.tag = tag, .w = {11, 22, 33, 44}};
	worker_go(worker);
	return worker;
}

SCENARIO_BODY(call_carries_four_words_and_the_badge)
{
	struct message m;
	struct worker *worker;

	make_endpoint();
	worker = start_with(0, do_call, BADGED, TAG(77, 4));
	for (unsigned i = 0; i < 2; i++) {
		take(EP, &m);
		EXPECT_EQ(m.tag, TAG(77, 4));
		EXPECT_EQ(m.badge, 0xbad9e);
		for (unsigned w = 0; w < 4; w++)
			EXPECT_EQ(m.w[w], 11 * (w + 1));
		m = (struct message){.tag = TAG(5, 4), .w = {1, 2, 3, ~0ul}};
		if (i == 0)
			ANSWERS(E_OK, ipc_reply(&m));
		else
			ANSWERS(E_TIMEOUT, ipc_reply_wait(EP, ticks_from_now(2000), &m));
		worker_join(worker);
		EXPECT_EQ(worker->seen[0], E_OK);
		EXPECT_EQ(worker->m.tag, TAG(5, 4));
		EXPECT_EQ(worker->m.w[0], 1);
		EXPECT_EQ(worker->m.w[3], ~0ul);
		MUST(sys_thread_suspend(worker_thread(0)));
		worker->m = (struct message){.tag = TAG(77, 4), .w = {11, 22, 33, 44}};
		if (i == 0)
			worker_go(worker);
	}
}

SCENARIO_BODY(send_returns_once_received)
{
	struct message m;
	struct worker *worker;

	make_endpoint();
	worker = start_with(0, do_send, BADGED, TAG(3, 2));
	worker_settle(0);
	EXPECT_EQ(worker->done, 0);
	take(EP, &m);
	EXPECT_EQ(m.tag, TAG(3, 2));
	EXPECT_EQ(m.badge, 0xbad9e);
	EXPECT_EQ(m.w[1], 22);
	worker_join(worker);
	EXPECT_EQ(worker->seen[0], E_OK);
	/* Nobody is owed an answer. */
	ANSWERS(E_STALE, ipc_reply(&m));
}

SCENARIO_BODY(wait_ends_at_its_deadline)
{
	struct message m;
	uint64_t end = ticks_from_now(3000);

	make_endpoint();
	ANSWERS(E_TIMEOUT, ipc_wait(EP, DEADLINE_NOW, &m));
	ANSWERS(E_TIMEOUT, ipc_wait(EP, end, &m));
	EXPECT(ticks_from_now(0) >= end);
	ANSWERS(E_TIMEOUT, ipc_wait(CAP_NULL, DEADLINE_NOW, &m));
	/* In time, it is no time-out. */
	start_with(0, do_send, EP, TAG(1, 0));
	ANSWERS(E_OK, ipc_wait(EP, ticks_from_now(1000000), &m));
}

SCENARIO_BODY(long_message_carries_every_word_both_ways)
{
	struct message m;
	struct message_page *mine = message_page(), *theirs = worker_page(0);
	struct worker *worker;

	make_endpoint();
	worker = worker_make(0, do_call, EP);
	worker->m = (struct message){.tag = TAG(1, MESSAGE_WORDS), .w = {1, 2, 3, 4}};
	for (unsigned i = 4; i < MESSAGE_WORDS; i++)
		theirs->words[i] = i * 3;
	worker_go(worker);
	take(EP, &m);
	EXPECT_EQ(m.tag, TAG(1, MESSAGE_WORDS));
	for (unsigned i = 4; i < MESSAGE_WORDS; i++)
		EXPECT_EQ(mine->words[i], i * 3);
	for (unsigned i = 4; i < MESSAGE_WORDS; i++)
		mine->words[i] = i * 7;
	m = (struct message){.tag = TAG(0, 100), .w = {9, 9, 9, 9}};
	ANSWERS(E_OK, ipc_reply(&m));
	worker_join(worker);
	EXPECT_EQ(worker->m.tag, TAG(0, 100));
	for (unsigned i = 4; i < MESSAGE_WORDS; i++)
		EXPECT_EQ(theirs->words[i], i < 100 ? i * 7 : i * 3);
}

SCENARIO_BODY(long_message_needs_message_pages)
{
	struct message m;
	struct worker *worker;

	make_endpoint();
	/* More words than there are. */
	worker = start_with(0, do_call, EP, TAG(0, MESSAGE_WORDS + 1));
	worker_join(worker);
	EXPECT_EQ(worker->seen[0], E_MESSAGE);
	/* A sender without a page, then a receiver without one. */
	MUST(sys_thread_suspend(worker_thread(0)));
	MUST(sys_thread_bind(worker_thread(0), BIND_MESSAGE, CAP_NULL));
	worker->m.tag = TAG(0, 5);
	worker_go(worker);
	worker_join(worker);
	EXPECT_EQ(worker->seen[0], E_MESSAGE);
	MUST(sys_thread_suspend(worker_thread(0)));
	worker->run = do_wait;
	worker_go(worker);
	worker_settle(0);
	m = (struct message){.tag = TAG(0, 5)};
	ANSWERS(E_MESSAGE, ipc_call(EP, &m));
	/* Tags that only the kernel may set, whether somebody waits or not. */
	for (unsigned i = 0; i < 2; i++) {
		m = (struct message){.tag = i ? TAG_FAULT : TAG_NOTIFY};
		ANSWERS(E_MESSAGE, ipc_send(EP, &m));
		m = (struct message){.tag = i ? TAG_FAULT : TAG_NOTIFY};
		ANSWERS(E_MESSAGE, ipc_call(EP, &m));
	}
	m = (struct message){.tag = TAG(0, 4)};
	ANSWERS(E_OK, ipc_send(EP, &m));
	worker_join(worker);
	EXPECT_EQ(worker->seen[0], E_OK);
	m = (struct message){.tag = TAG_FAULT};
	ANSWERS(E_MESSAGE, ipc_send(EP, &m));
	m = (struct message){.tag = TAG_NOTIFY};
	ANSWERS(E_MESSAGE, ipc_send(EP, &m));
}

SCENARIO_BODY(one_capability_travels_into_a_declared_slot)
{
	struct message m;
	struct worker *worker;

	make_endpoint();
	create(TRAVELLER, KIND_NOTIFICATION, 0);
	worker = worker_make(0, do_call, EP);
	worker->m.tag = TAG(0, 0) | TAG_CAP;
	worker_page(0)->cap_send = TRAVELLER;
	worker_page(0)->cap_send_rights = RIGHT_WRITE;
	message_page()->cap_receive = ARRIVAL;
	worker_go(worker);
	take(EP, &m);
	EXPECT(m.tag & TAG_CAP);
	EXPECT_EQ(MUST(sys_cap_info(CAP_NULL, ARRIVAL)), KIND_NOTIFICATION | RIGHT_WRITE << 8);
	/* It is a descendant of the one that was sent. */
	MUST(sys_cap_revoke(CAP_NULL, TRAVELLER));
	EXPECT_EQ(slot_kind(ARRIVAL), 0);
	m = message_make(E_OK, 0, 0);
	ANSWERS(E_OK, ipc_reply(&m));
	worker_join(worker);
}

SCENARIO_BODY(capability_is_refused_without_grant_or_room)
{
	struct worker *worker;
	struct message m;

	make_endpoint();
	create(TRAVELLER, KIND_NOTIFICATION, 0);
	MUST(sys_cap_copy(CAP_NULL, OTHER, CAP_NULL, EP, RIGHT_WRITE));
	worker = worker_make(0, do_call, OTHER);
	worker->m.tag = TAG_CAP;
	worker_page(0)->cap_send = TRAVELLER;
	worker_page(0)->cap_send_rights = RIGHTS_ALL;
	worker_go(worker);
	worker_join(worker);
	EXPECT_EQ(worker->seen[0], E_RIGHTS);
	/* No slot declared, then an occupied one: the sender hears of it, the receiver goes on waiting. */
	for (unsigned i = 0; i < 2; i++) {
		message_page()->cap_receive = i == 0 ? CAP_NULL : TRAVELLER;
		MUST(sys_thread_suspend(worker_thread(0)));
		worker->argument = EP;
		worker->m.tag = TAG_CAP;
		worker_go(worker);
		ANSWERS(E_TIMEOUT, ipc_wait(EP, ticks_from_now(3000), &m));
		worker_join(worker);
		EXPECT_EQ(worker->seen[0], E_OCCUPIED);
	}
	/* Nothing to send. */
	message_page()->cap_receive = ARRIVAL;
	MUST(sys_thread_suspend(worker_thread(0)));
	worker_page(0)->cap_send = ARRIVAL;
	worker->m.tag = TAG_CAP;
	worker_go(worker);
	worker_join(worker);
	EXPECT_EQ(worker->seen[0], E_EMPTY);
}

SCENARIO_BODY(answer_can_carry_a_capability)
{
	struct message m;
	struct worker *worker;

	make_endpoint();
	create(TRAVELLER, KIND_NOTIFICATION, 0);
	worker = worker_make(0, do_call, EP);
	worker_page(0)->cap_receive = ARRIVAL;
	message_page()->cap_send = TRAVELLER;
	message_page()->cap_send_rights = RIGHT_READ;
	worker_go(worker);
	take(EP, &m);
	m = (struct message){.tag = TAG_CAP};
	ANSWERS(E_OK, ipc_reply(&m));
	worker_join(worker);
	EXPECT_EQ(worker->seen[0], E_OK);
	EXPECT_EQ(MUST(sys_cap_info(CAP_NULL, ARRIVAL)), KIND_NOTIFICATION | RIGHT_READ << 8);
}

SCENARIO_BODY(caller_is_answered_once)
{
	struct message m;
	struct worker *worker;

	make_endpoint();
	ANSWERS(E_STALE, ipc_reply(&m));
	worker = start_with(0, do_call, EP, TAG(0, 0));
	take(EP, &m);
	m = message_make(E_OK, 5, 0);
	ANSWERS(E_OK, ipc_reply(&m));
	ANSWERS(E_STALE, ipc_reply(&m));
	ANSWERS(E_STALE, ipc_reply_wait(EP, DEADLINE_NOW, &m));
	worker_join(worker);
}

SCENARIO_BODY(failed_reply_wait_consumes_nothing)
{
	struct message m;
	struct worker *worker;

	make_endpoint();
	worker = start_with(0, do_call, EP, TAG(0, 0));
	take(EP, &m);
	m = (struct message){.tag = TAG(0, MESSAGE_WORDS + 1)};
	ANSWERS(E_MESSAGE, ipc_reply_wait(EP, DEADLINE_NEVER, &m));
	m = (struct message){.tag = TAG_MAP | 1 << 16};
	ANSWERS(E_MESSAGE, ipc_reply_wait(EP, DEADLINE_NEVER, &m));
	m = (struct message){0};
	ANSWERS(E_EMPTY, ipc_reply_wait(OTHER, DEADLINE_NEVER, &m));
	ANSWERS(E_KIND, ipc_reply_wait(SLOT_POOL, DEADLINE_NEVER, &m));
	EXPECT_EQ(worker->done, 0);
	m = message_make(E_OK, 8, 0);
	ANSWERS(E_OK, ipc_reply(&m));
	worker_join(worker);
	EXPECT_EQ(worker->m.w[0], 8);
}

/* Answers the first request with more words than fit, all others with nothing. */
static void do_serve(struct worker *worker)
{
	struct message m;

	server_next(EP, &m, false);
	m.tag = TAG(E_OK, MESSAGE_WORDS + 1);
	for (;;) {
		server_next(EP, &m, true);
		worker->progress = TAG_LABEL(m.tag);
		m = message_make(E_OK, 0, 0);
	}
}

SCENARIO_BODY(refused_answer_of_a_server_becomes_its_error)
{
	struct worker *first, *second;

	make_endpoint();
	worker_start(0, do_serve, 0);
	worker_settle(0);
	first = start_with(1, do_call, EP, TAG(7, 0));
	worker_join(first);
	EXPECT_EQ(first->seen[0], E_OK);
	EXPECT_EQ(TAG_LABEL(first->m.tag), E_MESSAGE);
	second = start_with(2, do_call, EP, TAG(8, 0));
	worker_join(second);
	EXPECT_EQ(workers[0].progress, 8);
	EXPECT_EQ(second->seen[0] + TAG_LABEL(second->m.tag), E_OK);
}

SCENARIO_BODY(endpoint_is_busy_while_an_answer_is_owed)
{
	struct message m;
	struct worker *first, *second;

	make_endpoint();
	first = start_with(0, do_call, EP, TAG(1, 0));
	take(EP, &m);
	second = start_with(1, do_call, EP, TAG(2, 0));
	ANSWERS(E_BUSY, ipc_wait(EP, DEADLINE_NOW, &m));
	ANSWERS(E_TIMEOUT, ipc_wait(CAP_NULL, ticks_from_now(2000), &m));
	m = message_make(E_OK, 1, 0);
	ANSWERS(E_OK, ipc_reply_wait(EP, ticks_from_now(1000000), &m));
	EXPECT_EQ(m.tag, TAG(2, 0));
	m = message_make(E_OK, 2, 0);
	ANSWERS(E_OK, ipc_reply(&m));
	worker_join(first);
	worker_join(second);
	EXPECT_EQ(first->m.w[0], 1);
	EXPECT_EQ(second->m.w[0], 2);
}

SCENARIO_BODY(message_calls_need_their_rights)
{
	struct message m = {0};

	make_endpoint();
	MUST(sys_cap_copy(CAP_NULL, OTHER, CAP_NULL, EP, RIGHT_READ));
	ANSWERS(E_RIGHTS, ipc_send(OTHER, &m));
	ANSWERS(E_RIGHTS, ipc_call(OTHER, &m));
	MUST(sys_cap_delete(CAP_NULL, OTHER));
	MUST(sys_cap_copy(CAP_NULL, OTHER, CAP_NULL, EP, RIGHT_WRITE));
	ANSWERS(E_RIGHTS, ipc_wait(OTHER, DEADLINE_NOW, &m));
	ANSWERS(E_KIND, ipc_send(SLOT_POOL, &m));
	ANSWERS(E_KIND, ipc_wait(SLOT_POOL, DEADLINE_NOW, &m));
	ANSWERS(E_EMPTY, ipc_send(ARRIVAL, &m));
	ANSWERS(E_SLOT, ipc_send(INIT_CSPACE_SLOTS, &m));
	ANSWERS(E_EMPTY, ipc_reply_send(ARRIVAL, &m));
	ANSWERS(E_KIND, ipc_reply_send(EP, &m));
}

SCENARIO_BODY(dead_endpoint_ends_its_waiters)
{
	struct worker *caller, *sender, *waiter;

	make_endpoint();
	create(OTHER, KIND_ENDPOINT, 0);
	caller = start_with(0, do_call, EP, TAG(0, 0));
	sender = start_with(1, do_send, BADGED, TAG(0, 0));
	waiter = start_with(2, do_wait, OTHER, 0);
	for (unsigned i = 0; i < 3; i++)
		worker_settle(i);
	EXPECT_EQ(caller->done + sender->done + waiter->done, 0);
	MUST(sys_cap_revoke(CAP_NULL, EP));
	MUST(sys_cap_delete(CAP_NULL, EP));
	MUST(sys_cap_delete(CAP_NULL, OTHER));
	worker_join(caller);
	worker_join(sender);
	worker_join(waiter);
	EXPECT_EQ(caller->seen[0], E_DEAD);
	EXPECT_EQ(sender->seen[0], E_DEAD);
	EXPECT_EQ(waiter->seen[0], E_DEAD);
}

SCENARIO_BODY(dead_server_ends_its_callers)
{
	struct worker *server, *caller;

	make_endpoint();
	server = start_with(0, do_hold, EP, 0);
	worker_settle(0);
	caller = start_with(1, do_call, EP, TAG(0, 0));
	UNTIL(server->progress == 1);
	EXPECT_EQ(caller->done, 0);
	MUST(sys_cap_delete(CAP_NULL, worker_thread(0)));
	worker_join(caller);
	EXPECT_EQ(caller->seen[0], E_DEAD);
}

SCENARIO_BODY(saved_reply_answers_later_and_its_loss_ends_the_call)
{
	struct message m;
	struct worker *first, *second;

	make_endpoint();
	first = start_with(0, do_call, EP, TAG(1, 0));
	second = start_with(1, do_call, EP, TAG(2, 0));
	REFUSED(E_STALE, sys_reply_save(REPLY));
	take(EP, &m);
	observe(m.tag);
	REFUSED(E_OCCUPIED, sys_reply_save(EP));
	MUST(sys_reply_save(REPLY));
	EXPECT_EQ(slot_kind(REPLY), KIND_REPLY);
	ANSWERS(E_STALE, ipc_reply(&m));
	take(EP, &m);
	MUST(sys_reply_save(OTHER));
	m = message_make(E_OK, 71, 0);
	ANSWERS(E_OK, ipc_reply_send(REPLY, &m));
	EXPECT_EQ(slot_kind(REPLY), 0);
	worker_join(first);
	EXPECT_EQ(first->m.w[0], 71);
	EXPECT_EQ(second->done, 0);
	MUST(sys_cap_delete(CAP_NULL, OTHER));
	worker_join(second);
	EXPECT_EQ(second->seen[0], E_DEAD);
}
