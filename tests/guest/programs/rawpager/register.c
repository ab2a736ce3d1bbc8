/* SPDX-License-Identifier: MIT */
/* Becoming a pager while the system pager has no room for it. */
#include "proto/inject.h"
#include "rawpager.h"

#define ARENAS	  (MAP_PAGES_MAX + 2) /* so that it takes two calls to map the grant */
#define ENDPOINT  (SLOT_FIRST_FREE + 2)
#define TRIES_MAX 200

/* GRANT until it is whole or an error. */
static err_t grant_all(uint64_t bytes)
{
	struct message m;
	err_t error;

	do {
		m = (struct message){.w = {0}};
		error = ask(&m, PAGER_GRANT, NULL);
	} while (error == E_OK && m.w[0] < bytes);
	return error;
}

static err_t register_whole(uint64_t **grant, bool *is_registered)
{
	struct message m = {.w = {ARENAS * ARENA_BYTES}};
	err_t error;

	message_page()->cap_receive = ENDPOINT;
	error = ask(&m, PAGER_REGISTER, "scarce");
	message_page()->cap_receive = CAP_NULL;
	*is_registered = error == E_OK;
	*grant = (uint64_t *)m.w[0];
	return error == E_OK ? grant_all(ARENAS * ARENA_BYTES) : error;
}

/* The vfs cannot read there. */
static bool is_nothing_there(const uint64_t *at)
{
	int ends[2];
	bool is_nothing;

	CHECK(pipe(ends) == 0);
	is_nothing = write(ends[1], at, sizeof(*at)) == -1 && errno == EFAULT;
	CHECK(close(ends[0]) == 0 && close(ends[1]) == 0);
	return is_nothing;
}

/* As if it had never asked. */
static void is_no_pager(const uint64_t *grant)
{
	struct message m = {.w = {0}};

	CHECK(is_nothing_there(grant));
	CHECK(custom_count() == 0);
	CHECK(ask(&m, PAGER_GRANT, NULL) == E_STATE);
	m = (struct message){.w = {PAGE_BYTES, DEADLINE_MS, 0}};
	CHECK(ask(&m, PAGER_PUBLISH, "scarce") == E_STATE);
	CHECK(sys_cap_delete(CAP_NULL, ENDPOINT).error == E_EMPTY);
}

static void counts_are(const struct pager_counts *before)
{
	struct pager_counts now;

	CHECK(inspect_frames(&now) == E_OK);
	CHECK(now.anon == before->anon && now.pinned == before->pinned && now.spaces == before->spaces);
	CHECK(now.frames_free + now.objects + now.cache ==
	      before->frames_free + before->objects + before->cache);
}

/* True: allocation @number is not reached, and this program is a pager. */
static bool try_without(uint64_t number, uint64_t *late)
{
	struct inject_report report;
	struct pager_counts before;
	bool is_registered;
	uint64_t *grant;
	err_t error;

	CHECK(inspect_frames(&before) == E_OK);
	CHECK(inspect_inject(INSPECT_PAGER, number, number, 0, &report) == E_OK);
	error = register_whole(&grant, &is_registered);
	CHECK(inspect_inject(INSPECT_PAGER, 0, 0, 0, &report) == E_OK);
	check_whole();
	if (error == E_OK) {
		CHECK(grant[0] == 0 && grant[ARENAS * ARENA_BYTES / 8 - 1] == 0);
		return report.refused == 0;
	}
	CHECK(report.refused == 1 && (error == E_NO_MEMORY || error == E_TOO_MANY));
	*late += is_registered;
	is_no_pager(is_registered ? grant : NULL);
	counts_are(&before);
	return false;
}

void part_register_refused(void)
{
	uint64_t number = 1, late = 0;

	while (!try_without(number, &late))
		CHECK(++number < TRIES_MAX);
	printf("%lu refusals, %lu of them of GRANT\n", number - 1, late);
	CHECK(late == 2);
	CHECK(custom_count() == 1);
}
