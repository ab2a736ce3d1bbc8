/* SPDX-License-Identifier: MIT */
/* One function a kind: what the program does about a fault. What it maps in the end are the right frames. */
#include "hostile.h"

#define FRAMES	(GRANT_BYTES / PAGE_BYTES)
#define NOWHERE (1ul << 52)

static bool is_anonymous(const struct missed *missed)
{
	return CUSTOM_BADGE_OBJECT(missed->fault.badge) == 0;
}

/* Kept, and answered by misdeeds_later(), before its deadline or after. */
static void be_late(struct hostile *hostile, struct missed *missed)
{
	if (!missed_keep(hostile, &missed->fault))
		(void)answer_rightly(hostile, missed);
}

/* Kept for ever, dropped, or said not to be there yet for ever. */
static void never_answer(struct hostile *hostile, struct missed *missed)
{
	struct missed *kept;

	switch (random_below(4)) {
	case 0:
		CHECK(give_label(CAP_NULL, CUSTOM_NOT_NOW) != E_RIGHTS);
		return;
	case 1:
		return; /* it is dropped */
	case 2:
		CHECK(give_label(CAP_NULL, random_below(2) ? (uint32_t)CUSTOM_RETRY : E_OK) != E_RIGHTS);
		return;
	default:
		kept = missed_keep(hostile, &missed->fault);
		if (!kept)
			missed_forget(&hostile->kept[random_below(KEPT_MAX)]);
		else
			kept->due_ms = DEADLINE_NEVER;
	}
}

/* A Reply goes with its thread, which may have ended since it was answered; then its slot is empty. */
static bool is_spent(err_t error)
{
	return error == E_STALE || error == E_EMPTY;
}

/* The same once more, through the same reply, a saved one, and narrowed ones. */
static void answer_twice(struct hostile *hostile, struct missed *missed)
{
	struct map_item item = item_make(&missed->fault, 0, 1, CUSTOM_BADGE_PAGE(missed->fault.badge) + 1);
	struct missed *kept = random_below(2) ? missed_keep(hostile, &missed->fault) : NULL;
	bool narrowed = false;

	if (!kept && random_below(2))
		kept = missed;
	if (kept && !is_anonymous(missed))
		narrowed =
			!sys_reply_narrow(kept->reply, SPARE_SLOT, missed->fault.w[0] & ~(PAGE_BYTES - 1), 1,
					  RIGHT_READ | 1ul << (16 + CUSTOM_BADGE_SOURCE(missed->fault.badge)))
				 .error;
	(void)answer_rightly(hostile, kept ? kept : missed);
	if (narrowed) {
		CHECK(is_spent(give_items(SPARE_SLOT, &item, 1)));
		(void)sys_cap_delete(CAP_NULL, SPARE_SLOT);
	}
	for (int i = 0; i < 2; i++) {
		CHECK(give_items(CAP_NULL, &item, 1) == E_STALE);
		CHECK(give_label(CAP_NULL, CUSTOM_LABEL_GIVE(GIFT_FIRST, 1)) == E_STALE);
	}
	if (kept && kept != missed) {
		CHECK(is_spent(give_items(kept->reply, &item, 1)));
		missed_forget(kept);
	}
}

/* Frames that somebody has, alone or in the middle of free ones. The client ends, or gets nothing of them. */
static void give_overlapping(struct hostile *hostile, struct missed *missed)
{
	uint64_t first = GIFT_FIRST + random_below(GIFTS - CUSTOM_GIVE_MAX);
	err_t error;

	if (random_below(3)) {
		(void)answer_rightly(hostile, missed);
		return;
	}
	for (uint64_t i = 0; i < CUSTOM_GIVE_MAX; i++) {
		struct message m = {.w = {first / 512 * 512}};
		uint64_t at = first + i;

		if (at / 512 != first / 512)
			break;
		CHECK(ask(&m, PAGER_FRAMES_IN_USE, NULL) == E_OK);
		if (!(message_page()->words[MESSAGE_REGISTERS + at % 512 / 64] >> at % 64 & 1))
			memset(hostile->served.grant + at * PAGE_WORDS, 0, PAGE_BYTES);
	}
	error = give_label(missed->reply, CUSTOM_LABEL_GIVE(first, 1 + random_below(CUSTOM_GIVE_MAX)));
	CHECK(error == E_OK || error == E_STALE);
}

/* Items that overlap each other, what is mapped, and what the client has copied; the last one is right. */
static void answer_overlapping(struct hostile *hostile, struct missed *missed)
{
	uint64_t page = CUSTOM_BADGE_PAGE(missed->fault.badge);
	struct map_item items[3];

	if (is_anonymous(missed)) {
		give_overlapping(hostile, missed);
		return;
	}
	for (int try = 0; try < 6; try++) {
		int64_t back = (int64_t)random_below(6) - (try > 3 ? 5 : 0);
		uint64_t first = page - (uint64_t)(back < 0 ? 0 : back);

		if (first > page)
			continue;
		items[0] =
			item_make(&missed->fault, (int64_t)(first - page), 1 + random_below(12), first + 1);
		items[1] = item_make(&missed->fault, 0, 1, 1 + random_below(OBJECT_PAGES)); /* a wrong one */
		items[2] = item_make(&missed->fault, 0, 1 + random_below(8), page + 1);
		if (give_items(missed->reply, items, 3) == E_OK)
			return;
	}
	(void)answer_rightly(hostile, missed);
}

/* Places that are not the fault's, frames that are not the grant's, rights that the area lacks. */
static void answer_foreign(struct hostile *hostile, struct missed *missed)
{
	uint32_t own = CUSTOM_BADGE_SOURCE(missed->fault.badge);
	struct map_item right = item_make(&missed->fault, 0, 1, CUSTOM_BADGE_PAGE(missed->fault.badge) + 1),
			item;

	for (uint64_t frame = FRAMES; frame > 0 && frame <= NOWHERE << 11; frame <<= 3) {
		item = right;
		item.offset = frame - (frame == FRAMES ? 0 : random_below(2));
		must_refuse(missed->reply, &item, 1);
		item.offset = -frame;
		must_refuse(missed->reply, &item, 1);
	}
	item = right;
	item.source = MAP_SOURCE((own + 1 + random_below(15)) % 16, 1);
	must_refuse(missed->reply, &item, 1);
	item.source =
		MAP_SOURCE(own, 1) | (random_below(2) ? MAP_SUPERPAGE : random_below(256) << 8 | 1 << 9);
	must_refuse(missed->reply, &item, 1);
	for (uint64_t pages = 0; pages < 3; pages++) {
		item.source =
			MAP_SOURCE(own, pages == 0 ? 0 : (uint64_t)MAP_PAGES_MAX << (20 * (pages - 1)) | 1);
		must_refuse(missed->reply, &item, 1);
	}
	item = right;
	item.at_rights |= RIGHT_EXECUTE;
	must_refuse(missed->reply, &item, 1);
	for (uint32_t bit = 22; bit < 64; bit += 1 + (uint32_t)random_below(5)) {
		item.at_rights = right.at_rights ^ 1ul << bit;
		must_refuse(missed->reply, &item, 1);
	}
	if (!CUSTOM_BADGE_WRITE(missed->fault.badge)) {
		item.at_rights = right.at_rights | RIGHT_WRITE;
		must_refuse(missed->reply, &item, 1);
	}
	if (is_anonymous(missed) && random_below(2)) { /* ends the client */
		(void)give_label(missed->reply, CUSTOM_LABEL_GIVE(FRAMES - random_below(3), 3));
		return;
	}
	(void)answer_rightly(hostile, missed);
}

/* An object of the same name takes the place of this one: questions of the old one are out. */
static void publish_again(struct hostile *hostile)
{
	struct message m = {.w = {0}};

	for (uint64_t number = 1; number <= CUSTOM_OBJECTS_MAX; number++) {
		m.w[0] = number;
		(void)ask(&m, PAGER_WITHDRAW, NULL);
	}
	m = (struct message){.w = {OBJECT_PAGES * PAGE_BYTES, DEADLINE_MS, 1}};
	(void)ask(&m, PAGER_PUBLISH, NAME); /* there may be too many old ones still mapped */
	(void)hostile;
}

/* No area of one client has both addresses. */
static bool is_far(const struct missed *one, const struct missed *two)
{
	uint64_t a = one->fault.w[0], b = two->fault.w[0];

	return (a > b ? a - b : b - a) > OBJECT_PAGES * PAGE_BYTES;
}

/* Kept beyond the client's death, the deadline or the object; answered with another one's page, too. */
static void answer_stale(struct hostile *hostile, struct missed *missed)
{
	struct missed *kept = missed_keep(hostile, &missed->fault);
	struct missed *other = &hostile->kept[random_below(KEPT_MAX)];

	if (random_below(16) == 0)
		publish_again(hostile);
	if (kept && other->reply && other != kept && !is_anonymous(other) && is_far(kept, other)) {
		struct map_item item =
			item_make(&other->fault, 0, 1, CUSTOM_BADGE_PAGE(other->fault.badge) + 1);

		must_refuse(kept->reply, &item, 1);
	}
	if (kept && random_below(2)) {
		(void)answer_rightly(hostile, kept);
		missed_forget(kept);
	} else if (!kept) {
		(void)answer_rightly(hostile, missed);
	}
}

/* In the middle of a fault, sometimes after it was answered. */
static void leave(struct hostile *hostile, struct missed *missed)
{
	if (random_below(2))
		(void)missed_keep(hostile, &missed->fault);
	else if (random_below(2))
		(void)answer_rightly(hostile, missed);
	switch (random_below(4)) {
	case 0:
		_exit(0);
	case 1:
		__asm__ volatile("sd zero, 8(zero)" ::: "memory");
		break;
	case 2:
		(void)kill(getpid(), SIGKILL);
		break;
	default:
		(void)execlp("true", "true", NULL);
	}
	CHECK(false);
}

void misdeed(struct hostile *hostile, struct missed *missed)
{
	static void (*const misdeeds[KINDS])(struct hostile *, struct missed *) = {
		[KIND_LATE] = be_late,		 [KIND_NEVER] = never_answer,
		[KIND_DOUBLE] = answer_twice,	 [KIND_OVERLAPPING] = answer_overlapping,
		[KIND_FOREIGN] = answer_foreign, [KIND_STALE] = answer_stale,
	};

	if (misdeeds[hostile->kind] && random_below(4)) {
		misdeeds[hostile->kind](hostile, missed);
		return;
	}
	if (hostile->kind == KIND_EXIT && random_below(6) == 0)
		leave(hostile, missed);
	if (hostile->kind == KIND_FLOOD)
		flood(hostile);
	(void)answer_rightly(hostile, missed);
	if (hostile->kind == KIND_FLOOD)
		flood(hostile);
}

/* What was kept and is due now. One whose deadline has passed by more than a tick and a bit must be stale. */
void misdeeds_later(struct hostile *hostile)
{
	uint64_t now = now_ms();

	for (uint32_t i = 0; i < KEPT_MAX; i++) {
		struct missed *missed = &hostile->kept[i];

		if (!missed->reply || missed->due_ms > now)
			continue;
		(void)answer_rightly(hostile, missed);
		missed_forget(missed);
	}
}
