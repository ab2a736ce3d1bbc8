/* SPDX-License-Identifier: MIT */
/* Notifications, Timers and interrupt lines. */
#include "ktest.h"

#define N			SLOT_TEST
#define BIT_1			(SLOT_TEST + 1)
#define BIT_2			(SLOT_TEST + 2)
#define EP			(SLOT_TEST + 3)
#define TIMER			(SLOT_TEST + 4)
#define TIMER_2			(SLOT_TEST + 5)
#define IRQ			(SLOT_TEST + 6)
#define OTHER			(SLOT_TEST + 7)
#define PONG			(SLOT_TEST + 8)
#define PONG_BIT		(SLOT_TEST + 9)
#define ROUNDS			20

#define UART_LINE		10
#define UART_INTERRUPT_ENABLE	1
#define UART_INTERRUPT_IDENTITY 2
#define UART_THRE_INTERRUPT	2

static void make(void)
{
	create(N, KIND_NOTIFICATION, 0);
	MUST(sys_cap_mint(CAP_NULL, BIT_1, CAP_NULL, N, RIGHTS_ALL, 1));
	MUST(sys_cap_mint(CAP_NULL, BIT_2, CAP_NULL, N, RIGHTS_ALL, 2));
}

static void do_wait(struct worker *worker)
{
	worker->seen[0] = ipc_wait((cap_t)worker->argument, DEADLINE_NEVER, &worker->m);
	worker->seen[1] = worker->m.w[0];
}

SCENARIO_BODY(flags_gather_until_they_are_collected)
{
	struct message m;

	make();
	ANSWERS(E_TIMEOUT, ipc_wait(N, DEADLINE_NOW, &m));
	MUST(sys_notify(BIT_1));
	MUST(sys_notify(BIT_2));
	MUST(sys_notify(BIT_2));
	ANSWERS(E_OK, ipc_wait(N, DEADLINE_NOW, &m));
	EXPECT_EQ(m.tag & TAG_NOTIFY, TAG_NOTIFY);
	EXPECT_EQ(m.w[0], 3);
	ANSWERS(E_TIMEOUT, ipc_wait(N, DEADLINE_NOW, &m));
	REFUSED(E_KIND, sys_notify(SLOT_POOL));
	REFUSED(E_EMPTY, sys_notify(OTHER));
	REFUSED(E_SLOT, sys_notify(0));
}

SCENARIO_BODY(bound_notification_wakes_every_wait)
{
	struct message m;
	struct worker *worker;

	make();
	create(EP, KIND_ENDPOINT, 0);
	worker = worker_make(0, do_wait, EP);
	MUST(sys_thread_bind(worker_thread(0), BIND_NOTIFICATION, N));
	worker_go(worker);
	worker_settle(0);
	EXPECT_EQ(worker->done, 0);
	MUST(sys_notify(BIT_2));
	worker_join(worker);
	EXPECT_EQ(worker->seen[0], E_OK);
	EXPECT(worker->m.tag & TAG_NOTIFY);
	EXPECT_EQ(worker->seen[1], 2);
	/* Set before the wait: it ends at once. A wait for nothing is woken too. */
	MUST(sys_thread_suspend(worker_thread(0)));
	MUST(sys_notify(BIT_1));
	worker->argument = CAP_NULL;
	worker_go(worker);
	worker_join(worker);
	EXPECT_EQ(worker->seen[1], 1);
	/* The endpoint is not disturbed. */
	ANSWERS(E_TIMEOUT, ipc_wait(EP, DEADLINE_NOW, &m));
}

SCENARIO_BODY(notification_wakes_its_first_waiter)
{
	struct worker *first, *second;

	make();
	first = worker_start(0, do_wait, N);
	worker_settle(0);
	second = worker_start(1, do_wait, N);
	worker_settle(1);
	MUST(sys_notify(BIT_1));
	worker_join(first);
	EXPECT_EQ(first->seen[1], 1);
	EXPECT_EQ(second->done, 0);
	MUST(sys_cap_revoke(CAP_NULL, N));
	MUST(sys_cap_delete(CAP_NULL, N));
	worker_join(second);
	EXPECT_EQ(second->seen[0], E_DEAD);
}

/* The first signals and waits, the second waits and signals: so no flag is set before the last was seen. */
static void do_ping(struct worker *worker)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		if (worker->index == 0)
			worker->seen[0] |= sys_notify(PONG_BIT).error;
		worker->seen[0] |= ipc_wait(worker->index == 0 ? N : PONG, DEADLINE_NEVER, &worker->m);
		worker->seen[1] += worker->m.w[0];
		if (worker->index != 0)
			worker->seen[0] |= sys_notify(BIT_2).error;
		worker->progress++;
	}
}

SCENARIO_BODY(two_who_signal_each_other_take_turns)
{
	struct worker *first, *second;

	make();
	create(PONG, KIND_NOTIFICATION, 0);
	MUST(sys_cap_mint(CAP_NULL, PONG_BIT, CAP_NULL, PONG, RIGHTS_ALL, 4));
	first = worker_start(0, do_ping, 0);
	second = worker_start(1, do_ping, 0);
	worker_join(first);
	worker_join(second);
	EXPECT_EQ(first->seen[0] | second->seen[0], E_OK);
	EXPECT_EQ(first->seen[1], ROUNDS * 2);
	EXPECT_EQ(second->seen[1], ROUNDS * 4);
}

static void do_signal(struct worker *worker)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		(void)sys_notify(BIT_1);
		worker->progress++;
		(void)sys_notify(BIT_2);
		worker->progress++;
	}
}

SCENARIO_BODY(signal_to_a_higher_thread_preempts)
{
	struct message m;
	struct worker *worker;

	make();
	worker = worker_start(0, do_signal, 0);
	for (unsigned i = 0; i < ROUNDS * 2; i++) {
		ANSWERS(E_OK, ipc_wait(N, DEADLINE_NEVER, &m));
		EXPECT_EQ(m.tag, TAG_NOTIFY);
		EXPECT_EQ(m.w[0], 1 + i % 2);
		EXPECT_EQ(m.badge, 0);
		EXPECT_EQ(worker->progress, i);
	}
	worker_join(worker);
}

static void do_receive(struct worker *worker)
{
	worker->seen[0] = ipc_wait(EP, DEADLINE_NEVER, &worker->m);
	worker->seen[1] = worker->m.tag & TAG_NOTIFY ? worker->m.w[0] : 100 + worker->m.w[0];
	if (worker->seen[0] == E_OK && !(worker->m.tag & TAG_NOTIFY))
		(void)ipc_reply(&worker->m);
}

SCENARIO_BODY(bound_notification_takes_a_thread_out_of_a_queue)
{
	struct message m;

	make();
	create(EP, KIND_ENDPOINT, 0);
	for (unsigned i = 0; i < 3; i++) {
		(void)worker_make(i, do_receive, 0);
		if (i == 1)
			MUST(sys_thread_bind(worker_thread(i), BIND_NOTIFICATION, N));
		worker_go(&workers[i]);
		worker_settle(i);
	}
	MUST(sys_notify(BIT_2));
	worker_join(&workers[1]);
	EXPECT_EQ(workers[1].seen[1], 2);
	for (unsigned i = 0; i < 2; i++) {
		m = message_make(0, 7 + i, 0);
		ANSWERS(E_OK, ipc_call(EP, &m));
	}
	worker_join(&workers[0]);
	worker_join(&workers[2]);
	EXPECT_EQ(workers[0].seen[1], 107);
	EXPECT_EQ(workers[2].seen[1], 108);
	/* Nobody is left in it. */
	ANSWERS(E_TIMEOUT, ipc_wait(EP, DEADLINE_NOW, &m));
}

SCENARIO_BODY(timers_fire_in_order)
{
	struct message m;
	uint64_t soon, end;

	make();
	create(TIMER, KIND_TIMER, 0);
	create(TIMER_2, KIND_TIMER, 0);
	MUST(sys_timer_bind(TIMER, BIT_1));
	MUST(sys_timer_bind(TIMER_2, BIT_2));
	/* Far apart: a busy host may stop the machine between any two instructions. */
	soon = ticks_from_now(5000);
	end = ticks_from_now(60000);
	MUST(sys_timer_set(TIMER, end));
	MUST(sys_timer_set(TIMER_2, soon));
	take(N, &m);
	EXPECT_EQ(m.w[0], 2);
	take(N, &m);
	EXPECT_EQ(m.w[0], 1);
	EXPECT(ticks_from_now(0) >= end);
	/* Set anew, then disarmed: nothing comes. A deadline that has passed comes at once. */
	MUST(sys_timer_set(TIMER, ticks_from_now(2000)));
	MUST(sys_timer_set(TIMER, DEADLINE_NEVER));
	ANSWERS(E_TIMEOUT, ipc_wait(N, ticks_from_now(5000), &m));
	MUST(sys_timer_set(TIMER, 1));
	take(N, &m);
	EXPECT_EQ(m.w[0], 1);
	/* It may go while it is armed. */
	MUST(sys_timer_set(TIMER, ticks_from_now(2000)));
	MUST(sys_cap_delete(CAP_NULL, TIMER));
	ANSWERS(E_TIMEOUT, ipc_wait(N, ticks_from_now(4000), &m));
}

SCENARIO_BODY(timer_calls_refuse_what_they_should)
{
	make();
	create(TIMER, KIND_TIMER, 0);
	REFUSED(E_STATE, sys_timer_set(TIMER, 5));
	REFUSED(E_KIND, sys_timer_bind(TIMER, SLOT_POOL));
	REFUSED(E_EMPTY, sys_timer_bind(TIMER, OTHER));
	REFUSED(E_KIND, sys_timer_set(N, 5));
	MUST(sys_cap_copy(CAP_NULL, OTHER, CAP_NULL, N, RIGHT_READ));
	REFUSED(E_RIGHTS, sys_timer_bind(TIMER, OTHER));
	MUST(sys_timer_bind(TIMER, N));
	MUST(sys_timer_bind(TIMER, CAP_NULL));
	REFUSED(E_STATE, sys_timer_set(TIMER, 5));
}

SCENARIO_BODY(uart_interrupt_arrives_and_needs_its_ack)
{
	volatile uint8_t *uart = (volatile uint8_t *)DEVICE_VA;
	struct message m;

	make();
	REFUSED(E_RANGE, sys_irq_create(BOOT_SLOT_IRQ_ALL, IRQ, 0));
	REFUSED(E_RANGE, sys_irq_create(BOOT_SLOT_IRQ_ALL, IRQ, 100000));
	MUST(sys_irq_create(BOOT_SLOT_IRQ_ALL, IRQ, UART_LINE));
	REFUSED(E_BUSY, sys_irq_create(BOOT_SLOT_IRQ_ALL, OTHER, UART_LINE));
	REFUSED(E_KIND, sys_irq_create(SLOT_POOL, OTHER, UART_LINE));
	REFUSED(E_STATE, sys_irq_ack(IRQ));
	MUST(sys_irq_bind(IRQ, BIT_1));
	uart[UART_INTERRUPT_ENABLE] = UART_THRE_INTERRUPT;
	take(N, &m);
	EXPECT_EQ(m.w[0], 1);
	/* Until the ack the line is silent; reading the identity takes the request back. */
	ANSWERS(E_TIMEOUT, ipc_wait(N, ticks_from_now(2000), &m));
	(void)uart[UART_INTERRUPT_IDENTITY];
	uart[UART_INTERRUPT_ENABLE] = 0;
	MUST(sys_irq_ack(IRQ));
	ANSWERS(E_TIMEOUT, ipc_wait(N, ticks_from_now(2000), &m));
	uart[UART_INTERRUPT_ENABLE] = UART_THRE_INTERRUPT;
	take(N, &m);
	uart[UART_INTERRUPT_ENABLE] = 0;
	/* Gone with its claim unanswered, it can be made again and works. */
	MUST(sys_cap_delete(CAP_NULL, IRQ));
	MUST(sys_irq_create(BOOT_SLOT_IRQ_ALL, IRQ, UART_LINE));
	MUST(sys_irq_bind(IRQ, BIT_2));
	uart[UART_INTERRUPT_ENABLE] = UART_THRE_INTERRUPT;
	take(N, &m);
	EXPECT_EQ(m.w[0], 2);
	uart[UART_INTERRUPT_ENABLE] = 0;
	MUST(sys_irq_ack(IRQ));
	MUST(sys_cap_delete(CAP_NULL, IRQ));
}
