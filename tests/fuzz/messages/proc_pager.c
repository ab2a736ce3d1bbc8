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

/* A capability with an answer, into the slot that was declared. */
static void answer_cap(struct message *m, uint32_t kind, uint32_t object)
{
	cap_t slot = (cap_t)host_message_page.cap_receive;

	FUZZ_TRUE(slot && !played_cap_is_there(slot));
	played_cap_put(slot, (struct played_cap){.kind = (uint8_t)kind,
						 .rights = RIGHTS_ALL,
						 .object = object,
						 .a = 0x80000000ul,
						 .b = kind == KIND_MEMORY ? PAGE_BYTES : 0});
	m->tag |= TAG_CAP;
}

static void space_add(struct message *m, uint64_t pid)
{
	uint32_t place = space_place(0);

	FUZZ_TRUE(space_place(pid) == PIDS && place < PIDS);
	below.spaces[place].pid = (uint32_t)pid;
	below.spaces[place].space = played_object_new(KIND_SPACE);
	played_object_take(below.spaces[place].space); /* the pager's */
	answer_cap(m, KIND_SPACE, below.spaces[place].space);
}

static void space_remove(uint64_t pid)
{
	uint32_t place = space_place(pid);
	uint32_t space = below.spaces[place].space;

	below.spaces[place].pid = 0;
	played_object_revoke(space);
	played_object_drop(space);
}

/* The old one goes, the new one takes its place. */
static void space_replace(uint64_t pid, uint64_t from)
{
	uint32_t place = space_place(from);

	space_remove(pid);
	below.spaces[place].pid = (uint32_t)pid;
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
	news.rule = played_below(16);
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

void pager_answer(const struct message *in, struct message *m)
{
	struct pager_faults faults = {1, 2, 3, 4, 5, 6};
	uint64_t bytes;

	switch (TAG_LABEL(in->tag)) {
	case PAGER_SPACE_CREATE:
		space_add(m, in->w[0]);
		break;
	case PAGER_SPACE_FORK:
		need_space(in);
		space_add(m, in->w[1]);
		break;
	case PAGER_SPACE_MESSAGE_PAGE:
		need_space(in);
		answer_cap(m, KIND_MEMORY, 0);
		break;
	case PAGER_SPACE_AREA:
		need_space(in);
		FUZZ_TRUE(TAG_WORDS(in->tag) >=
			  MESSAGE_REGISTERS + in->w[1] * sizeof(struct pager_area_wanted) / 8);
		break;
	case PAGER_SPACE_WRITE:
		need_space(in);
		bytes = buffer_read(in);
		m->w[0] = played_chance(4) ? played_byte() * 64 : bytes;
		break;
	case PAGER_SPACE_REPLACE:
		need_space(in);
		FUZZ_TRUE(space_place(in->w[1]) < PIDS);
		space_replace(in->w[0], in->w[1]);
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
	case PAGER_AREAS:
		tell_area(m, in->w[1]);
		break;
	case PAGER_NEWS:
		tell_news(m);
		break;
	default:
		FUZZ_TRUE(TAG_LABEL(in->tag) == PAGER_SPACE_BRK || TAG_LABEL(in->tag) == PAGER_SPACE_LIMIT ||
			  TAG_LABEL(in->tag) == PAGER_TRACE_SUMMARY);
		need_space(in);
	}
}
