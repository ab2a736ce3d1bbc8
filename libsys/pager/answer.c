/* SPDX-License-Identifier: MIT */
/*
 * The answer as a message, and what follows when the kernel refuses it. A refused answer has changed nothing
 * and can be given again with less:
 *
 *   E_STALE             nobody waits any more
 *   E_WINDOW, E_RIGHTS  the client's area is smaller than we know: the missing page alone
 *   E_PARKED, E_TABLES  its page tables are not there: the fault is made again
 *   others              no answer will do: the client ends with PAGER_CODE_REFUSED
 */
#include "pager/core.h"
#include <pagoda/error.h>
#include <signal.h>
#include <string.h>

/* How many pages from @first on lie in neighbouring frames: one item. */
static uint32_t run_of(const struct request *now, uint32_t first)
{
	uint32_t next = first + 1;

	while (next < now->count && now->pages[next].page == now->pages[next - 1].page + 1 &&
	       now->pages[next].frame == now->pages[next - 1].frame + 1)
		next++;
	return next - first;
}

static uint32_t count_runs(const struct request *now)
{
	uint32_t runs = 0;

	for (uint32_t first = 0; first < now->count; first += run_of(now, first))
		runs++;
	return runs;
}

/* The pages that do not fit stay in the object. */
void core_fit_answer(void)
{
	struct request *now = &core.now;

	while (now->label == 0 && count_runs(now) > MAP_ITEMS_MAX) {
		if (now->pages[now->count - 1].page == now->page)
			memmove(&now->pages[0], &now->pages[1], (now->count - 1) * sizeof(now->pages[0]));
		now->count--;
	}
}

static void leave_missing_alone(struct request *now)
{
	uint32_t place = 0;

	while (now->pages[place].page != now->page)
		place++;
	now->pages[0] = now->pages[place];
	now->count = 1;
}

void core_write_answer(struct message *m)
{
	const struct request *now = &core.now;
	struct map_item *further = (struct map_item *)&system_words()[MESSAGE_REGISTERS];
	uint64_t items = 0;

	if (now->label != 0) {
		*m = (struct message){.tag = TAG(now->label, 0)};
		return;
	}
	for (uint32_t first = 0, pages; first < now->count; first += pages) {
		pages = run_of(now, first);
		struct map_item item = core_make_item(now, &now->pages[first], pages);
		if (items == 0)
			*m = (struct message){.w = {item.at_rights, item.source, item.offset}};
		else
			further[items - 1] = item;
		items++;
	}
	m->tag = TAG(E_OK, items == 1 ? CORE_ITEM_WORDS : MESSAGE_REGISTERS + (items - 1) * CORE_ITEM_WORDS) |
		 TAG_MAP | CORE_TAG_ITEMS(items);
}

static void refuse(struct request *now, uint32_t label)
{
	core_count_answer(-1);
	now->label = label;
	now->zeroed = false;
	core_count_answer(1);
}

bool core_answer_refused(err_t error)
{
	struct request *now = &core.now;

	if (error == E_STALE || now->label != 0) {
		core_count_answer(-1);
		core.unwanted++;
		return false;
	}
	if (error == E_PARKED || error == E_TABLES) {
		refuse(now, CUSTOM_RETRY);
	} else if ((error == E_WINDOW || error == E_RIGHTS) && now->count > 1) {
		core_count_answer(-1);
		leave_missing_alone(now);
		core_count_answer(1);
	} else {
		pager_log("object %u, offset 0x%lx: the kernel refused the page: %s",
			  (unsigned)now->public.object, (unsigned long)now->public.offset_bytes,
			  error_text(error));
		refuse(now, CUSTOM_LABEL_FAIL(SIGBUS, PAGER_CODE_REFUSED));
	}
	return true;
}
