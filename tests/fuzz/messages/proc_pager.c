/* SPDX-License-Identifier: MIT */
/* The pager as proc sees it: spaces by pid, news of refused faults. It checks what proc asks. */
#include "messages/proc_below.h"

struct below below;

uint32_t space_place(uint64_t pid)
{
	uint32_t i = 0;

	while (i < PIDS && below.spaces[i].pid != pid)
		i++;
	return i;
}

uint32_t spaces_count(void)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < PIDS; i++)
		count += below.spaces[i].pid != 0;
	return count;
}

/* The Thread that comes with a request. */
static struct played_object *thread_sent(const struct message *in)
{
	struct played_cap *cap;
	err_t error = played_cap_find(host_message_page.cap_send, KIND_THREAD, RIGHT_MANAGE, &cap);

	FUZZ_TRUE(in->tag & TAG_CAP && error == E_OK);
	return &played_objects[cap->object];
}

/* A space that the Thread is bound to, which is stopped. */
static void space_add(const struct message *in, uint32_t pid)
{
	struct played_object *thread = thread_sent(in);
	uint32_t place = space_place(0);

	FUZZ_TRUE(space_place(pid) == PIDS && place < PIDS);
	FUZZ_TRUE(thread->state == THREAD_STOPPED && !thread->binding[BIND_SPACE]);
	below.spaces[place].pid = pid;
	below.spaces[place].space = played_object_new(KIND_SPACE);
	played_object_take(below.spaces[place].space); /* the pager's */
	played_object_take(below.spaces[place].space);
	thread->binding[BIND_SPACE] = below.spaces[place].space;
}

static void space_remove(uint64_t pid)
{
	uint32_t place = space_place(pid);
	uint32_t space = below.spaces[place].space;

	below.spaces[place].pid = 0;
	played_object_revoke(space);
	played_object_drop(space);
}

void put_record(struct message *m, const void *record, uint64_t bytes)
{
	memcpy(&host_message_page.words[MESSAGE_REGISTERS], record, bytes);
	m->tag += MESSAGE_REGISTERS + bytes / 8;
}

uint64_t any_pid(void)
{
	return below.spaces[played_below(PIDS)].pid ? below.spaces[played_below(PIDS)].pid : played_below(12);
}

static void tell_news(struct message *m)
{
	struct pager_news news = {.pid = any_pid()};
	uint64_t *word = &news.signal;

	for (uint32_t i = 0; played.ending && i < PIDS; i++)
		news.pid = below.spaces[i].pid ? below.spaces[i].pid : news.pid;
	if (!played.ending && below.refused == 0) {
		m->tag = TAG(E_NO_ENTRY, 0);
		return;
	}
	below.refused -= below.refused > 0;
	for (int i = 0; i < 10; i++)
		word[i] = played_word();
	news.signal = news.signal & 1 ? 11 : news.signal;
	news.rule = played_below(17);
	news.fault_kind = played_below(8);
	memset(news.pager, 'p', played_below(33));
	put_record(m, &news, sizeof(news));
	if (played.ending && spaces_count() == 0)
		m->tag = TAG(E_NO_ENTRY, 0);
}

static void tell_area(struct message *m, uint64_t cursor)
{
	struct pager_area area = {.start = cursor, .end = cursor + (played_byte() << 12), .prot_backing = 7};

	if (++below.areas > 5) {
		m->tag = TAG(E_NO_AREA, 0);
		return;
	}
	memset(area.name, 'a', played_below(33));
	put_record(m, &area, sizeof(area));
}

static void need_space(const struct message *in)
{
	FUZZ_TRUE(space_place(in->w[0]) < PIDS);
}

/* In what it gets the server's memory must lie, and is looked at. */
uint64_t buffer_read(const struct message *in)
{
	uint64_t bytes = BUFFER_LENGTH(in->w[3]);

	FUZZ_TRUE(in->tag & TAG_BUFFER && in->w[3] & BUFFER_READ);
	free(fuzz_exact((const void *)in->w[2], bytes));
	return bytes;
}

/* A program's space; the old one goes, with what its Thread waits for. */
static void space_build(const struct message *in)
{
	const struct pager_program *program =
		(const struct pager_program *)&host_message_page.words[MESSAGE_REGISTERS];
	uint64_t words = MESSAGE_REGISTERS + sizeof(*program) / 8, thread = host_message_page.cap_send;

	FUZZ_TRUE(TAG_WORDS(in->tag) == words + program->area_count * sizeof(struct pager_area_wanted) / 8);
	FUZZ_TRUE((uint32_t)in->w[1] >> SPACE_BUILD_ACCOUNT < ACCOUNTS_MAX);
	FUZZ_TRUE(in->w[1] >> 32 == 0 || space_place(in->w[1] >> 32) < PIDS);
	FUZZ_TRUE(buffer_read(in) <= program->stack_top);
	(void)thread_sent(in);
	if (in->w[1] & SPACE_BUILD_REPLACE) {
		need_space(in);
		FUZZ_TRUE(host_syscall(SYS_thread_suspend, &thread).error == E_OK);
		space_remove(in->w[0]);
	}
	space_add(in, (uint32_t)in->w[0]);
}

void pager_answer(const struct message *in, struct message *m)
{
	struct pager_faults faults = {1, 2, 3, 4, 5, 6};
	struct pager_account account = {.frames = 7};

	switch (TAG_LABEL(in->tag)) {
	case PAGER_SPACE_BUILD:
		space_build(in);
		break;
	case PAGER_SPACE_FORK:
		need_space(in);
		space_add(in, (uint32_t)in->w[1]);
		break;
	case PAGER_SPACE_DESTROY:
		if (space_place(in->w[0]) == PIDS) {
			m->tag = TAG(E_NO_SPACE, 0);
			break;
		}
		space_remove(in->w[0]);
		put_record(m, &faults, sizeof(faults));
		break;
	case PAGER_USAGE:
		need_space(in);
		put_record(m, &faults, sizeof(faults));
		break;
	case PAGER_ACCOUNT:
		FUZZ_TRUE(in->w[0] < ACCOUNTS_MAX);
		put_record(m, &account, sizeof(account));
		break;
	case PAGER_AREAS:
		tell_area(m, in->w[1]);
		break;
	case PAGER_NEWS:
		tell_news(m);
		break;
	default:
		FUZZ_TRUE(TAG_LABEL(in->tag) == PAGER_SPACE_LIMIT ||
			  TAG_LABEL(in->tag) == PAGER_TRACE_SUMMARY);
		need_space(in);
	}
}
