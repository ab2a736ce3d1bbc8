/* SPDX-License-Identifier: MIT */
/*
 * A pager that does all that a correct one may: many pages in one answer, in any order and too many; zeroes,
 * not now, failures, frames taken in vain, objects that come and go, anonymous pages in runs, with little
 * memory. What it decides for a page depends on the page alone, so the same seed makes the same run.
 */
#include <pagoda/pager.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define PAGES	      300ul
#define LARGE_PAGES   (1ul << 22)
#define REPLACE_EVERY 500

static uint32_t passing; /* the object that is withdrawn and published again */
static uint64_t calls;

static uint64_t hash(uint64_t value)
{
	value = (value + 1) * 0x9e3779b97f4a7c15;
	return value ^ value >> 29;
}

/* Every page of an object holds its own hash all over: what was filled once is never filled again. */
static void fill(unsigned char *page, uint64_t offset)
{
	for (size_t i = 0; i < PAGER_PAGE_BYTES; i++) {
		if (page[i] != 0)
			abort();
		page[i] = (unsigned char)(hash(offset) >> 8) | 1;
	}
}

static enum pager_verdict supply(struct pager_request *r)
{
	unsigned char *page = pager_frame(r);

	if (page == NULL)
		return PAGER_NO_MEMORY;
	if (page != pager_frame(r))
		abort();
	fill(page, r->offset_bytes);
	return PAGER_SUPPLY;
}

/* Neighbours on both sides, far ones, and more than an answer holds. */
static enum pager_verdict supply_many(struct pager_request *r)
{
	uint64_t wanted = hash(r->offset_bytes) % 90;

	for (uint64_t i = 0; i < wanted; i++) {
		uint64_t page = i % 3 == 0 ? hash(r->sequence + i) % (PAGES + 5)
					   : r->offset_bytes / PAGER_PAGE_BYTES + i;
		uint64_t offset = (i % 5 == 4 ? page - 2 * i : page) * PAGER_PAGE_BYTES;
		if (offset == r->offset_bytes)
			continue;
		unsigned char *bytes = pager_frame_at(r, offset);
		if (bytes != NULL && bytes[0] == 0)
			fill(bytes, offset);
	}
	return supply(r);
}

/* Not now: as often as it says, by the low bits of the sequence; then a page. */
static enum pager_verdict moody(struct pager_request *r)
{
	switch (hash(r->offset_bytes) % 8) {
	case 0:
		return PAGER_ZERO;
	case 1:
		(void)pager_frame(r); /* in vain */
		return hash(r->sequence) % 4 != 0 ? PAGER_NOT_NOW : supply(r);
	case 2:
		return pager_fail(r, SIGSEGV, 7);
	case 3:
		return PAGER_FAIL;
	default:
		return supply_many(r);
	}
}

static const struct pager_ops passing_ops = {.missing = supply, .deadline_ms = 50};

static enum pager_verdict replace_and_supply(struct pager_request *r)
{
	if (++calls % REPLACE_EVERY == 0) {
		if (pager_withdraw(passing) != E_OK ||
		    pager_publish("passing", PAGES * PAGER_PAGE_BYTES, &passing_ops, &passing) != E_OK)
			abort();
	}
	return hash(r->offset_bytes) % 3 == 0 ? PAGER_ZERO : supply(r);
}

static enum pager_verdict anonymous(struct pager_request *r)
{
	uint64_t wanted = hash(r->address) % 80;

	if (wanted % 7 == 0)
		return PAGER_ZERO;
	for (uint64_t i = 0; i < wanted; i++) {
		unsigned char *page = pager_frame_at(r, r->offset_bytes + i * PAGER_PAGE_BYTES);
		if (page == NULL)
			return i == 0 ? PAGER_ZERO : PAGER_SUPPLY;
		if (page[PAGER_PAGE_BYTES - 1] != 0)
			abort();
	}
	return PAGER_SUPPLY;
}

int main(int argc, char **argv)
{
	uint64_t quota = argc > 1 ? strtoull(argv[1], NULL, 0) : 0;
	struct pager_ops ops = {.quota_bytes = quota, .anonymous = anonymous, .until_unused = true};
	struct pager_ops all = {.missing = supply_many}, some = {.missing = moody, .writable = true};
	struct pager_ops large = {.missing = replace_and_supply};

	if (pager_publish("early", PAGER_PAGE_BYTES, &all, NULL) != E_STATE || pager_run() != E_STATE)
		return 2;
	if (pager_open("mixed/", &ops) != E_ARGUMENT || pager_open("mix ed", &ops) != E_ARGUMENT ||
	    pager_open("m\xc3\xa9", &ops) != E_ARGUMENT || pager_open("mixed", &ops) != E_OK ||
	    pager_open("mixed", &ops) != E_EXISTS)
		return 3;
	if (pager_publish("all", PAGES * PAGER_PAGE_BYTES - 100, &all, NULL) != E_OK ||
	    pager_publish("all", PAGER_PAGE_BYTES, &all, NULL) != E_EXISTS ||
	    pager_publish("some", PAGES * PAGER_PAGE_BYTES, &some, NULL) != E_OK ||
	    pager_publish("passing", PAGES * PAGER_PAGE_BYTES, &passing_ops, &passing) != E_OK ||
	    pager_publish("large", LARGE_PAGES * PAGER_PAGE_BYTES, &large, NULL) != E_OK ||
	    pager_publish("none", 0, &all, NULL) != E_ARGUMENT || pager_withdraw(60) != E_ARGUMENT)
		return 4;
	return pager_run() == E_OK ? 0 : 5;
}
