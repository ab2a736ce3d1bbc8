/* SPDX-License-Identifier: MIT */
/*
 * Judging answers as the kernel and the system pager do. What a correct pager can run into (an area smaller
 * than the answer) is an error that it gets back; what only a wrong one does ends the run.
 */
#include "pager/host/simulation.h"
#include "uapi/object.h"
#include <pagoda/pager.h>
#include <signal.h>

#define ITEM_WORDS 3

struct mapped {
	uint64_t page;
	uint32_t frame;
};

static void check_item(const struct sim_touch *touch, const struct map_item *item, uint64_t pages)
{
	bool writable = touch->shared && sim.object[touch->object].writable;
	uint64_t allowed = RIGHT_READ | (writable ? RIGHT_WRITE : 0);
	uint64_t rights = item->at_rights & (PAGE_BYTES - 1);

	if ((item->source & 0xffff) != SIM_SOURCE)
		sim_fault("an item of source 0x%lx", (unsigned long)(item->source & 0xffff));
	if (!(rights & RIGHT_READ) || (rights & ~allowed))
		sim_fault("an item with rights %lu", (unsigned long)rights);
	if (pages == 0 || pages > MAP_PAGES_MAX)
		sim_fault("%lu pages in one answer", (unsigned long)pages);
}

/* The items of an answer, page by page; their number. */
static uint32_t read_items(const struct sim_touch *touch, const struct message *m,
			   struct mapped mapped[MAP_PAGES_MAX])
{
	const struct map_item *further = (const struct map_item *)&system_words()[MESSAGE_REGISTERS];
	uint64_t base = sim_touch_address(touch) / PAGE_BYTES - touch->page; /* where page 0 would be */
	uint64_t items = TAG_ITEMS(m->tag);
	uint32_t count = 0;

	if (items == 0 || items > MAP_ITEMS_MAX)
		sim_fault("%lu map items in one answer", (unsigned long)items);
	if (TAG_WORDS(m->tag) != (items == 1 ? ITEM_WORDS : MESSAGE_REGISTERS + (items - 1) * ITEM_WORDS))
		sim_fault("%lu words for %lu items", (unsigned long)TAG_WORDS(m->tag), (unsigned long)items);
	for (uint64_t i = 0; i < items; i++) {
		struct map_item item = i == 0 ? (struct map_item){m->w[0], m->w[1], m->w[2]} : further[i - 1];
		uint64_t pages = item.source >> 16;

		check_item(touch, &item, count + pages);
		for (uint64_t page = 0; page < pages; page++)
			mapped[count++] = (struct mapped){item.at_rights / PAGE_BYTES - base + page,
							  (uint32_t)(item.offset + page)};
	}
	return count;
}

/* A frame is one page for ever; only zero pages that nobody can write may be one frame. */
static void check_mapped(const struct sim_touch *touch, const struct mapped *mapped)
{
	const struct sim_object *object = &sim.object[touch->object];
	const struct sim_frame *frame;

	if (mapped->frame == 0 || mapped->frame >= sim.frames)
		sim_fault("supplies frame %u of a grant of %u", mapped->frame, sim.frames);
	if (mapped->page >= object->pages)
		sim_fault("supplies page %lu of an object of %lu", (unsigned long)mapped->page,
			  (unsigned long)object->pages);
	uint32_t before = object->frame[mapped->page];
	if (before != 0 && before != mapped->frame)
		sim_fault("page %lu was frame %u and is frame %u now", (unsigned long)mapped->page, before,
			  mapped->frame);
	frame = &sim.frame[mapped->frame];
	bool zero = !object->writable && frame->use == SIM_PAGE && sim_frame_is_zero(mapped->frame);
	if (before == 0 && frame->use != SIM_HELD && !zero)
		sim_frame_check_use(mapped->frame, "supplies");
}

static bool is_in_window(const struct sim_touch *touch, uint64_t page)
{
	return page >= touch->window_first && page - touch->window_first < touch->window_count;
}

static void check_byte(const struct sim_touch *touch, uint32_t frame)
{
	if (touch->byte == SIM_BYTE_ANY)
		return;
	if (touch->store) {
		sim_frame_write(frame, touch->offset, (uint8_t)touch->byte);
		return;
	}
	sim.checked_bytes++;
	if (sim_frame_read(frame, touch->offset) != touch->byte)
		sim_fault("byte %lu of the page is 0x%02x, expected was 0x%02x", (unsigned long)touch->offset,
			  sim_frame_read(frame, touch->offset), touch->byte);
}

static err_t judge_map(const struct sim_touch *touch, const struct message *m)
{
	struct mapped mapped[MAP_PAGES_MAX];
	const struct mapped *missing = NULL;
	bool fits = true;

	if (touch->object == 0)
		sim_fault("map items for anonymous memory");
	uint32_t count = read_items(touch, m, mapped);
	for (uint32_t i = 0; i < count; i++) {
		check_mapped(touch, &mapped[i]);
		fits = fits && is_in_window(touch, mapped[i].page);
		if (mapped[i].page == touch->page)
			missing = &mapped[i];
	}
	if (missing == NULL)
		sim_fault("the missing page is not among the %u supplied", count);
	if (!fits)
		return E_WINDOW;
	for (uint32_t i = 0; i < count; i++) {
		sim.object[touch->object].frame[mapped[i].page] = mapped[i].frame;
		if (sim.frame[mapped[i].frame].use != SIM_PAGE)
			sim_frame_is(mapped[i].frame, SIM_PAGE, touch->object, mapped[i].page);
	}
	sim.counts[touch->object].supplied += count;
	check_byte(touch, missing->frame);
	return E_OK;
}

/* Frames of the grant enter the books from the missing page on, up to the first page that is there. */
static void judge_give(const struct sim_touch *touch, uint32_t label)
{
	uint32_t first = CUSTOM_LABEL_FRAME(label), count = CUSTOM_LABEL_COUNT(label);

	if (touch->object != 0)
		sim_fault("gives frames for page %lu of an object", (unsigned long)touch->page);
	if (first == 0 || first >= sim.frames || count > sim.frames - first)
		sim_fault("gives frames %u to %u of a grant of %u", first, first + count - 1, sim.frames);
	for (uint32_t i = 0; i < count; i++) {
		if (sim.frame[first + i].use == SIM_GIVEN || sim.frame[first + i].use == SIM_PAGE)
			sim_frame_check_use(first + i, "gives");
	}
	sim.counts[0].supplied += count;
	if (sim_book_has(touch->process, touch->page))
		return;
	for (uint32_t i = 0; i < count && i < touch->window_count; i++) {
		if (sim_book_has(touch->process, touch->page + i))
			return;
		if (i == 0)
			check_byte(touch, first);
		sim_book_enter(touch->process, touch->page + i, first + i);
	}
}

static void judge_zero(const struct sim_touch *touch)
{
	if (touch->object != 0 && touch->shared)
		sim_fault("a zero page of the system's for a shared object");
	if (touch->byte != SIM_BYTE_ANY && touch->byte != 0 && !touch->store)
		sim_fault("a zero page, expected was 0x%02x", touch->byte);
	sim.counts[touch->object].zeroed++;
}

/* The process ends by a signal. */
static void judge_end(const struct sim_touch *touch, uint32_t label)
{
	uint32_t signal = CUSTOM_LABEL_SIGNAL(label);

	if (CUSTOM_LABEL_KIND(label) == CUSTOM_FAIL && signal != SIGBUS && signal != SIGSEGV &&
	    signal != SIGKILL)
		sim_fault("fails with signal %u", signal);
	if (CUSTOM_LABEL_KIND(label) == CUSTOM_FAIL && CUSTOM_LABEL_CODE(label) > PAGER_CODE_MAX)
		sim_fault("fails with code 0x%x, a mistake that the library found; the line above says which",
			  CUSTOM_LABEL_CODE(label));
	if (touch->byte != SIM_BYTE_ANY && !touch->fails)
		sim_fault("the page is not to be had, expected was a byte");
	sim.counts[touch->object].failed++;
	sim.ended++;
	sim_book_release(touch->process);
}

static void judge_plain(const struct sim_touch *touch, uint32_t label, bool *again)
{
	switch (CUSTOM_LABEL_KIND(label)) {
	case 0:
	case CUSTOM_RETRY:
	case CUSTOM_NOT_NOW:
		sim.counts[touch->object].later++;
		*again = true;
		return;
	case CUSTOM_GIVE:
		judge_give(touch, label);
		return;
	case CUSTOM_ZERO:
		judge_zero(touch);
		return;
	case CUSTOM_FAIL:
	case CUSTOM_NO_MEMORY:
		judge_end(touch, label);
		return;
	default:
		sim_fault("an answer with the label 0x%x", label);
	}
}

err_t sim_judge(const struct sim_touch *touch, const struct message *m, bool *again)
{
	uint32_t kind = CUSTOM_LABEL_KIND(TAG_LABEL(m->tag));
	bool ends = !(m->tag & TAG_MAP) && (kind == CUSTOM_FAIL || kind == CUSTOM_NO_MEMORY);
	bool later = !(m->tag & TAG_MAP) && (kind == 0 || kind == CUSTOM_RETRY || kind == CUSTOM_NOT_NOW);

	if (touch->fails && !ends && !later)
		sim_fault("the page was supplied, and should fail");
	if (m->tag & TAG_MAP)
		return judge_map(touch, m);
	judge_plain(touch, TAG_LABEL(m->tag), again);
	return E_OK;
}
