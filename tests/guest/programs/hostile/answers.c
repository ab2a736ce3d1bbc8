/* SPDX-License-Identifier: MIT */
/* Answers, right ones and such as must be refused. */
#include "hostile.h"

static err_t give(cap_t reply, struct message *m)
{
	return reply ? ipc_reply_send(reply, m) : ipc_reply(m);
}

err_t give_label(cap_t reply, uint32_t label)
{
	struct message m = {.tag = TAG(label, 0)};

	return give(reply, &m);
}

err_t give_items(cap_t reply, const struct map_item *items, uint32_t count)
{
	uint64_t words = MESSAGE_REGISTERS + (count - 1) * sizeof(*items) / 8;
	struct message m = {.tag = TAG_MAP | (uint64_t)count << 16 | words,
			    .w = {items->at_rights, items->source, items->offset}};

	memcpy(&message_page()->words[MESSAGE_REGISTERS], items + 1, (count - 1) * sizeof(*items));
	return give(reply, &m);
}

struct map_item item_make(const struct message *fault, int64_t first, uint64_t pages, uint64_t frame)
{
	uint64_t at = (fault->w[0] & ~(PAGE_BYTES - 1)) + (uint64_t)first * PAGE_BYTES;
	uint64_t rights = RIGHT_READ | (CUSTOM_BADGE_WRITE(fault->badge) ? RIGHT_WRITE : 0);

	return (struct map_item){at | rights, MAP_SOURCE(CUSTOM_BADGE_SOURCE(fault->badge), pages), frame};
}

uint64_t gift_find(struct hostile *hostile)
{
	for (uint64_t base = 512; base < GRANT_BYTES / PAGE_BYTES; base += 512) {
		struct message m = {.w = {base}};

		CHECK(ask(&m, PAGER_FRAMES_IN_USE, NULL) == E_OK);
		for (uint64_t i = 0; i < 512; i++) {
			uint64_t *bits = &message_page()->words[MESSAGE_REGISTERS + i / 64];

			if (base + i < GIFT_FIRST || *bits >> i % 64 & 1)
				continue;
			memset(hostile->served.grant + (base + i) * PAGE_WORDS, 0, PAGE_BYTES);
			return base + i;
		}
	}
	return 0;
}

bool answer_rightly(struct hostile *hostile, const struct missed *missed)
{
	uint64_t page = CUSTOM_BADGE_PAGE(missed->fault.badge), gift;
	struct map_item item = item_make(&missed->fault, 0, 1, page + 1);
	err_t error;

	if (CUSTOM_BADGE_OBJECT(missed->fault.badge) == 0) {
		gift = gift_find(hostile);
		error = give_label(missed->reply, gift ? CUSTOM_LABEL_GIVE(gift, 1) : (uint32_t)CUSTOM_ZERO);
	} else {
		error = give_items(missed->reply, &item, 1);
		if (error == E_PARKED || error == E_TABLES)
			error = give_label(missed->reply, CUSTOM_RETRY);
	}
	CHECK(error == E_OK || error == E_STALE || (missed->reply && error == E_EMPTY));
	return error == E_OK;
}

void must_refuse(cap_t reply, const struct map_item *items, uint32_t count)
{
	err_t error = give_items(reply, items, count);

	CHECK(error == E_WINDOW || error == E_RIGHTS || error == E_RANGE || error == E_ALIGN ||
	      error == E_MESSAGE || (reply && error == E_EMPTY) || error == E_FRAME || error == E_WX ||
	      error == E_STALE || error == E_PARKED || error == E_TABLES);
}

struct missed *missed_keep(struct hostile *hostile, const struct message *fault)
{
	for (uint32_t i = 0; i < KEPT_MAX; i++) {
		struct missed *missed = &hostile->kept[i];

		if (missed->reply)
			continue;
		if (sys_reply_save(KEPT_REPLY + i).error) /* its thread is gone */
			return NULL;
		*missed = (struct missed){KEPT_REPLY + i, now_ms() + random_below(2 * DEADLINE_MS), *fault};
		return missed;
	}
	return NULL;
}

void missed_forget(struct missed *missed)
{
	if (missed->reply)
		(void)sys_cap_delete(CAP_NULL, missed->reply); /* empty if it was answered */
	missed->reply = CAP_NULL;
}
