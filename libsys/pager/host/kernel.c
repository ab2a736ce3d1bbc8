/* SPDX-License-Identifier: MIT */
/*
 * Faults out, answers in. Touches wait in a line, several at once, so that some miss the same page; one that
 * must be made again goes to its end.
 */
#include "pager/host/simulation.h"
#include <string.h>

#define LINE_MAX     8
#define RETRIES_MAX  100	    /* of one touch */
#define ADDRESS_BASE 0x4000000000ul /* where a client has the first page of an object */
#define PC	     0x10400ul

static struct sim_touch line[LINE_MAX];
static uint32_t waiting;
static bool serving; /* line[0] was received and not answered */
static uint64_t numbers;
static sim_source *source;
static uint64_t words[MESSAGE_WORDS];

void sim_kernel_open(sim_source *from)
{
	source = from;
}

const struct sim_touch *sim_kernel_now(void)
{
	return serving ? &line[0] : NULL;
}

void sim_kernel_forget(uint32_t object)
{
	uint32_t kept = serving ? 1 : 0;

	if (serving && line[0].object == object)
		line[0].trouble = E_STALE;
	for (uint32_t i = kept; i < waiting; i++) {
		if (line[i].object != object)
			line[kept++] = line[i];
	}
	waiting = kept;
}

uint64_t *system_words(void)
{
	return words;
}

static void fill_line(void)
{
	uint64_t wanted = source == sim_random ? 1 + sim_random_below(LINE_MAX) : 1;

	while (waiting < wanted && source(&line[waiting])) {
		line[waiting].number = ++numbers;
		waiting++;
	}
}

uint64_t sim_touch_address(const struct sim_touch *touch)
{
	return (touch->object != 0 ? ADDRESS_BASE : 0) + touch->page * PAGE_BYTES + touch->offset;
}

static uint64_t badge_of(const struct sim_touch *touch)
{
	bool writable = touch->object != 0 && touch->shared && sim.object[touch->object].writable;

	return CUSTOM_BADGE(touch->page & ((1ul << CUSTOM_PAGE_BITS) - 1), touch->object,
			    touch->object != 0 ? SIM_SOURCE : 0, writable, 0, touch->process);
}

static void hand_over(struct message *m)
{
	const struct sim_touch *touch = &line[0];
	bool asks_store = touch->store && (touch->object == 0 || touch->shared);
	uint64_t access = asks_store ? ACCESS_WRITE : ACCESS_READ;

	*m = (struct message){.tag = TAG(FAULT_PAGE, MESSAGE_REGISTERS) | TAG_FAULT,
			      .w = {sim_touch_address(touch), PC,
				    FAULT_INFO(touch->process + 100, 1, 0, access), system_instructions()},
			      .badge = badge_of(touch)};
	sim.counts[touch->object].requests++;
	serving = true;
}

err_t system_wait(uint64_t deadline, struct message *m)
{
	(void)deadline;
	if (serving)
		sim_fault("the request was left without an answer");
	if (waiting == 0)
		fill_line();
	sim.over = waiting == 0;
	if (sim.over)
		return E_TIMEOUT;
	hand_over(m);
	return E_OK;
}

/* The first one leaves the line, or goes to its end. */
static void answered(bool again)
{
	struct sim_touch touch = line[0];

	serving = false;
	waiting--;
	memmove(&line[0], &line[1], waiting * sizeof(line[0]));
	if (again)
		line[waiting++] = touch;
}

static void count_again(struct sim_touch *touch, uint32_t kind)
{
	uint64_t delays_max = sim.object[touch->object].deadline_ms / SIM_TICK_MS;

	if (touch->object == 0)
		delays_max = CUSTOM_DEADLINE_MS / SIM_TICK_MS;
	if (kind == CUSTOM_NOT_NOW && ++touch->delays > delays_max)
		sim_fault("not now, %u times: the deadline has passed", touch->delays);
	if (kind != CUSTOM_NOT_NOW && ++touch->retries > RETRIES_MAX)
		sim_fault("run again without a page, %u times", touch->retries);
}

/* A refused answer leaves the request as it was, and what the registers held is lost. */
static err_t refuse(struct message *m, err_t error)
{
	sim.refused[error == E_WINDOW ? 0 : 1]++;
	memset(m, 0xee, sizeof(*m));
	return error;
}

err_t system_answer_wait(uint64_t deadline, struct message *m)
{
	bool again = false;
	err_t error = line[0].trouble;

	if (!serving)
		sim_fault("an answer, and nobody asked");
	if (error == E_STALE) { /* the process was killed meanwhile */
		sim_book_release(line[0].process);
		answered(false);
		return refuse(m, E_STALE);
	}
	if (error != E_OK && (m->tag & TAG_MAP)) {
		line[0].trouble = E_OK;
		return refuse(m, error);
	}
	error = sim_judge(&line[0], m, &again);
	if (error != E_OK)
		return refuse(m, error);
	if (again)
		count_again(&line[0], CUSTOM_LABEL_KIND(TAG_LABEL(m->tag)));
	answered(again);
	return system_wait(deadline, m);
}
