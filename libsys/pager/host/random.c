/* SPDX-License-Identifier: MIT */
/*
 * Touches at random: any page of any object, some of them again and again, private and shared, of anonymous
 * memory if wanted, with processes that end and errors of the kernel among them.
 */
#include "pager/host/simulation.h"

#define TROUBLE_EVERY	48
#define RELEASE_EVERY	200
#define ANONYMOUS_FIRST 0x10ul	/* pages of the address space */
#define ANONYMOUS_PAGES 0x200ul /* of an area; an area each process */
#define FAVOURITES	64ul

static uint64_t state, left;
static bool with_anonymous;

void sim_random_open(uint64_t seed, uint64_t touches, bool anonymous)
{
	state = seed * 0x9e3779b97f4a7c15 | 1;
	left = touches;
	with_anonymous = anonymous;
}

/* xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators", 2016. */
uint64_t sim_random_below(uint64_t bound)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (state * 0x2545f4914f6cdd1d >> 16) % bound;
}

static uint32_t any_object(void)
{
	uint32_t count = 0, chosen = 0;

	for (uint32_t number = 1; number <= CUSTOM_OBJECTS_MAX; number++) {
		if (sim.object[number].frame != NULL && sim_random_below(++count) == 0)
			chosen = number;
	}
	if (with_anonymous && sim_random_below(count + 1) == 0)
		return 0;
	return chosen;
}

static bool is_to_be_had(uint32_t object)
{
	return object != 0 || with_anonymous;
}

static void touch_anonymous(struct sim_touch *touch)
{
	uint64_t first = ANONYMOUS_FIRST + touch->process * ANONYMOUS_PAGES;

	if (sim_random_below(RELEASE_EVERY) == 0)
		sim_book_release(touch->process);
	touch->page = first + sim_random_below(ANONYMOUS_PAGES);
	touch->window_first = first;
	touch->window_count = first + ANONYMOUS_PAGES - touch->page;
}

/* A shared area has the whole object; the window of a private one is what it has not copied around the page.
 */
static void touch_object(struct sim_touch *touch)
{
	const struct sim_object *object = &sim.object[touch->object];
	uint64_t reach = object->pages < FAVOURITES || sim_random_below(4) == 0 ? object->pages : FAVOURITES;

	touch->page = sim_random_below(reach);
	touch->shared = sim_random_below(2) == 0;
	touch->store = touch->store && (object->writable || !touch->shared);
	touch->window_count = object->pages;
	if (touch->shared)
		return;
	uint64_t before = sim_random_below(touch->page + 1);
	touch->window_first = touch->page - before;
	touch->window_count = before + 1 + sim_random_below(object->pages - touch->page);
}

static err_t any_trouble(void)
{
	static const err_t troubles[] = {E_STALE, E_PARKED, E_TABLES};

	return sim_random_below(TROUBLE_EVERY) != 0 ? E_OK : troubles[sim_random_below(3)];
}

bool sim_random(struct sim_touch *touch)
{
	uint32_t object = any_object();

	if (left == 0 || !is_to_be_had(object))
		return false;
	left--;
	*touch = (struct sim_touch){
		.object = object,
		.process = 2 + (uint32_t)sim_random_below(sim.processes),
		.offset = sim_random_below(PAGE_BYTES),
		.store = sim_random_below(3) == 0,
		.byte = SIM_BYTE_ANY,
		.trouble = any_trouble(),
	};
	if (object == 0)
		touch_anonymous(touch);
	else
		touch_object(touch);
	return true;
}
