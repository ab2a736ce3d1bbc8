/* SPDX-License-Identifier: MIT */
/* Life of the hostile program: it registers, publishes its object and misbehaves about most faults. */
#include "hostile.h"

static uint64_t wait_until(const struct hostile *hostile)
{
	uint64_t due = DEADLINE_NEVER, ticks, hz = inspect_info()->timebase_hz;

	for (uint32_t i = 0; i < KEPT_MAX; i++)
		if (hostile->kept[i].reply && hostile->kept[i].due_ms < due)
			due = hostile->kept[i].due_ms;
	__asm__ volatile("rdtime %0" : "=r"(ticks));
	return ticks + (due == DEADLINE_NEVER ? hz : hz / 1000); /* look again */
}

/* What was not answered: the system makes the fault again. */
static void drop(void)
{
	if (sys_reply_save(SPARE_SLOT).error == E_OK)
		(void)sys_cap_delete(CAP_NULL, SPARE_SLOT);
}

static _Noreturn void serve(struct hostile *hostile)
{
	for (;;) {
		struct missed missed = {.reply = CAP_NULL};
		err_t error = ipc_wait(hostile->served.endpoint, wait_until(hostile), &missed.fault);

		CHECK(error == E_OK || error == E_TIMEOUT || error == E_CANCELLED);
		if (error == E_OK && missed.fault.tag & TAG_FAULT)
			misdeed(hostile, &missed);
		drop();
		misdeeds_later(hostile);
		if (getppid() == 1) /* a test has failed */
			_exit(0);
	}
}

static void fill_object(const struct hostile *hostile)
{
	for (uint64_t page = 0; page < OBJECT_PAGES; page++)
		for (uint64_t i = 0; i < PAGE_WORDS; i++)
			hostile->served.grant[(page + 1) * PAGE_WORDS + i] = pattern(page, i);
}

pid_t hostile_start(enum kind kind, uint64_t seed)
{
	static struct hostile hostile;
	int ready[2];
	char byte;
	pid_t pid;

	CHECK(pipe(ready) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		random_seed(seed);
		hostile = (struct hostile){.kind = kind};
		pager_register(&hostile.served, NAME);
		fill_object(&hostile);
		CHECK(pager_publish(NAME, 1) == 1);
		CHECK(write(ready[1], "r", 1) == 1 && close(ready[0]) == 0 && close(ready[1]) == 0);
		serve(&hostile);
	}
	CHECK(read(ready[0], &byte, 1) == 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}
