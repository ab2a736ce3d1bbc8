/* SPDX-License-Identifier: MIT */
/* The pager's program: the protocol from its side. */
#include "rawpager.h"

uint64_t pattern(uint64_t page, uint64_t word)
{
	return page * 0x9e3779b97f4a7c15 + word;
}

err_t ask(struct message *m, uint32_t label, const char *name)
{
	uint32_t words = MESSAGE_REGISTERS;

	if (name) {
		strncpy((char *)&message_page()->words[MESSAGE_REGISTERS], name, CUSTOM_NAME_MAX + 1);
		words += (CUSTOM_NAME_MAX + 1) / 8;
	}
	m->tag = TAG(label, words);
	ipc_call(SLOT_PAGER, m);
	return message_error(m);
}

static uint64_t *grant_frame(const struct served *served, uint64_t frame)
{
	return served->grant + frame * PAGE_WORDS;
}

static void frame_fill(const struct served *served, uint64_t page)
{
	uint64_t *word = grant_frame(served, page + 1);

	if (word[1] == 0)
		for (uint64_t i = 0; i < PAGE_WORDS; i++)
			word[i] = pattern(page, i);
}

static err_t answer_map(const struct message *fault, uint64_t at, uint64_t page, uint64_t pages,
			uint64_t rights)
{
	struct message m = {
		.tag = TAG_MAP | 1ul << 16,
		.w = {at | rights, MAP_SOURCE(CUSTOM_BADGE_SOURCE(fault->badge), pages), page + 1}};

	return ipc_reply(&m);
}

static void answer_label(uint32_t label)
{
	struct message m = {.tag = TAG(label, 0)};
	err_t error = ipc_reply(&m);

	CHECK(error == E_OK || error == E_STALE); /* stale: its deadline has passed meanwhile */
}

static void answer_page(struct served *served, const struct message *fault)
{
	uint64_t page = CUSTOM_BADGE_PAGE(fault->badge), count = served->supply;
	uint64_t rights = RIGHT_READ | (CUSTOM_BADGE_WRITE(fault->badge) ? RIGHT_WRITE : 0);
	uint64_t at = fault->w[0] & ~(PAGE_BYTES - 1);

	for (uint64_t i = 0; i < count; i++)
		frame_fill(served, page + i);
	if (count > 1 && answer_map(fault, at, page, count, rights) == E_OK)
		return;
	if (answer_map(fault, at, page, 1, rights) != E_OK) /* parked since, or no tables */
		answer_label(CUSTOM_RETRY);
}

static void answer_outside(struct served *served, const struct message *fault)
{
	uint64_t at = fault->w[0] & ~(PAGE_BYTES - 1), page = CUSTOM_BADGE_PAGE(fault->badge);

	CHECK(answer_map(fault, at + (1ul << 30), page, 1, RIGHT_READ) == E_WINDOW);
	CHECK(answer_map(fault, at, page, 1, RIGHT_READ | RIGHT_EXECUTE) == E_RIGHTS);
	CHECK(answer_map(fault, at, GRANT_BYTES / PAGE_BYTES, 1, RIGHT_READ) == E_RANGE);
	CHECK(answer_map(&(struct message){.badge = 0}, at, page, 1, RIGHT_READ) == E_WINDOW);
	answer_page(served, fault);
	CHECK(answer_map(fault, at, page, 1, RIGHT_READ) == E_STALE);
}

/* Take it and never come back to it; the oldest of those so kept is given up. */
static void reply_keep(struct served *served)
{
	cap_t slot = KEPT_FIRST + served->kept++ % KEPT;
	err_t error;

	(void)sys_cap_delete(CAP_NULL, slot);
	error = (err_t)sys_reply_save(slot).error;
	CHECK(error == E_OK || error == E_STALE); /* stale: killed meanwhile */
}

static void misdeed(struct served *served, const struct message *fault, uint64_t page)
{
	switch (page) {
	case FAILS:
		answer_label(CUSTOM_LABEL_FAIL(SIGBUS, 42));
		break;
	case FAILS_ODDLY:
		answer_label(CUSTOM_LABEL_FAIL(SIGTERM, 42));
		break;
	case NEVER:
		reply_keep(served);
		break;
	case LATER:
		if (++served->asked > 3)
			answer_page(served, fault);
		else
			answer_label(CUSTOM_NOT_NOW);
		break;
	case LATER_ALWAYS:
		answer_label(CUSTOM_NOT_NOW);
		break;
	case RETRIES:
		answer_label(CUSTOM_RETRY);
		break;
	case RUNS_AGAIN:
		answer_label(E_OK);
		break;
	case NO_FRAME:
		answer_label(CUSTOM_NO_MEMORY);
		break;
	case ZEROES:
		answer_label(CUSTOM_ZERO);
		break;
	case GIVES:
		answer_label(CUSTOM_LABEL_GIVE(GIFT_FIRST, 1));
		break;
	case NONSENSE:
		answer_label(0x7f);
		break;
	case OUTSIDE:
		answer_outside(served, fault);
		break;
	case DROPS:
		reply_keep(served);
		(void)sys_cap_delete(CAP_NULL, KEPT_FIRST + (served->kept - 1) % KEPT);
		break;
	default:
		_exit(0); /* DIES */
	}
}

/* Anonymous memory: pages with an odd number are zero, others are given two at a time. */
static void answer_anonymous(struct served *served, const struct message *fault)
{
	uint64_t page = CUSTOM_BADGE_PAGE(fault->badge);

	if (page % 2) {
		answer_label(CUSTOM_ZERO);
		return;
	}
	if (served->gift + 2 > GRANT_BYTES / PAGE_BYTES)
		served->gift = GIFT_FIRST;
	memset(grant_frame(served, served->gift), 0, 2 * PAGE_BYTES);
	*grant_frame(served, served->gift) = 0;
	answer_label(CUSTOM_LABEL_GIVE(served->gift, 2));
	served->gift += 2;
}

static _Noreturn void serve(struct served *served)
{
	for (;;) {
		struct message m;

		if (ipc_wait(served->endpoint, DEADLINE_NEVER, &m) != E_OK)
			continue;
		CHECK(m.tag & TAG_FAULT);
		if (CUSTOM_BADGE_OBJECT(m.badge) == 0)
			answer_anonymous(served, &m);
		else if (CUSTOM_BADGE_PAGE(m.badge) < HONEST)
			answer_page(served, &m);
		else
			misdeed(served, &m, CUSTOM_BADGE_PAGE(m.badge));
	}
}

void pager_register(struct served *served, const char *name)
{
	struct message m = {.w = {GRANT_BYTES}};
	uint64_t ready = 0, bytes;

	served->endpoint = SLOT_FIRST_FREE + 2;
	served->gift = GIFT_FIRST;
	message_page()->cap_receive = served->endpoint;
	CHECK(ask(&m, PAGER_REGISTER, name) == E_OK);
	CHECK(m.tag & TAG_CAP && m.w[1] == GRANT_BYTES);
	message_page()->cap_receive = 0;
	served->grant = (uint64_t *)m.w[0];
	for (bytes = m.w[1]; ready < bytes; ready = m.w[0])
		CHECK(ask(&m, PAGER_GRANT, NULL) == E_OK && m.w[0] > ready);
	for (uint64_t i = 0; i < bytes / 8; i += PAGE_WORDS / 2)
		CHECK(served->grant[i] == 0);
}

uint64_t object_deadline_ms = DEADLINE_MS;

uint64_t pager_publish(const char *name, uint64_t flags)
{
	struct message m = {.w = {OBJECT_PAGES * PAGE_BYTES, object_deadline_ms, flags}};

	CHECK(ask(&m, PAGER_PUBLISH, name) == E_OK);
	return m.w[0];
}

pid_t pager_start(const char *name, uint64_t supply)
{
	struct served served = {.supply = supply};
	int ready[2];
	char byte;
	pid_t pid;

	CHECK(pipe(ready) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		pager_register(&served, name);
		CHECK(pager_publish(name, 1) == 1);
		CHECK(write(ready[1], "r", 1) == 1);
		serve(&served);
	}
	CHECK(read(ready[0], &byte, 1) == 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

void pager_stop(pid_t pid)
{
	int status;

	CHECK(kill(pid, SIGKILL) == 0);
	CHECK(waitpid(pid, &status, 0) == pid);
}
