/* SPDX-License-Identifier: MIT */
/*
 * The pager: receives faults and requests, and answers each at once or keeps its reply.
 *
 *   wait -> fault?   -> faults.c   -> answer with map items, and wait
 *        -> request? -> requests*.c -> answer with error and words, and wait
 *        -> news?    -> the vfs wants cache, or the clock of forwarded faults
 */
#include "custom.h"
#include <pagoda/inject.h>
#include <pagoda/log.h>
#include <pagoda/syscall.h>

#define FRAMES_RESERVE 64 /* for books: ending a process must not lack memory */
#define COMMONS_PART   16 /* one frame in so many is not for the rich */
#define COMMONS_MIN    256
#define COMMONS_SHARES 4 /* who has less than this part of it is not rich */

struct pager pager;

enum who {
	WHO_PROCESS, /* a process about itself */
	WHO_ANY,     /* a process or proc */
	WHO_PROC,
};

static const struct {
	request_handler *handler;
	enum who who;
} requests[] = {
	[PAGER_BRK] = {request_brk, WHO_PROCESS},
	[PAGER_MAP] = {request_map, WHO_PROCESS},
	[PAGER_UNMAP] = {request_unmap, WHO_PROCESS},
	[PAGER_PROTECT] = {request_protect, WHO_PROCESS},
	[PAGER_POPULATE] = {request_populate, WHO_PROCESS},
	[PAGER_COUNTS] = {request_counts, WHO_ANY},
	[PAGER_AREAS] = {request_areas, WHO_ANY},
	[PAGER_PRESENT] = {request_present, WHO_ANY},
	[PAGER_CHECK] = {request_check, WHO_ANY},
	[PAGER_FAULTS] = {request_faults, WHO_ANY},
	[PAGER_MAP_FILE] = {request_map_file, WHO_PROCESS},
	[PAGER_REGISTER] = {request_register, WHO_PROCESS},
	[PAGER_GRANT] = {request_grant, WHO_PROCESS},
	[PAGER_PUBLISH] = {request_publish, WHO_PROCESS},
	[PAGER_WITHDRAW] = {request_withdraw, WHO_PROCESS},
	[PAGER_SUPPLIER] = {request_supplier, WHO_PROCESS},
	[PAGER_FRAMES_IN_USE] = {request_frames_in_use, WHO_PROCESS},
	[PAGER_PAGERS] = {request_pagers, WHO_ANY},
	[PAGER_OBJECTS] = {request_objects, WHO_ANY},
	[PAGER_WHY] = {request_why, WHO_ANY},
	[PAGER_OBJECT_CONTROL] = {request_object_control, WHO_PROCESS},
	[PAGER_EVENT] = {request_event, WHO_PROCESS},
#if PAGODA_CHECKED
	[PAGER_INJECT] = {request_inject, WHO_ANY},
#endif
	[PAGER_SPACE_BUILD] = {request_space_build, WHO_PROC},
	[PAGER_SPACE_DESTROY] = {request_space_destroy, WHO_PROC},
	[PAGER_SPACE_FORK] = {request_space_fork, WHO_PROC},
	[PAGER_SPACE_LIMIT] = {request_space_limit, WHO_PROC},
	[PAGER_NEWS] = {request_news, WHO_PROC},
	[PAGER_USAGE] = {request_usage, WHO_PROC},
	[PAGER_TRACE] = {request_trace, WHO_PROC},
	[PAGER_TRACE_SUMMARY] = {request_trace_summary, WHO_PROC},
	[PAGER_ACCOUNT] = {request_account, WHO_PROC},
};

static err_t request_perform(const struct message *m, struct answer *out)
{
	uint32_t label = TAG_LABEL(m->tag);
	struct process *caller = process_find(m->badge);

	if (label >= sizeof(requests) / sizeof(requests[0]) || !requests[label].handler)
		return E_REQUEST;
	if (requests[label].who == WHO_PROC && m->badge != BADGE_PROC)
		return E_DENIED;
	if (requests[label].who == WHO_PROCESS && !caller)
		return E_NO_SPACE;
	if (requests[label].who == WHO_ANY && !caller && m->badge != BADGE_PROC)
		return E_DENIED;
	if (caller)
		space_pays(caller->space);
	reclaim_room();
	return requests[label].handler(caller, m, out);
}

/* What the answer that is being given makes, until it is delivered. */
static struct answer answered;

static void request_serve(struct message *m)
{
	struct answer out = {.words = 1, .cap_rights = RIGHTS_ALL};
	err_t error;

	pager.received = m->tag & TAG_CAP;
	error = request_perform(m, &out);
	if (pager.received)
		(void)sys_cap_delete(CAP_NULL, SERVER_RECEIVE);
	answered = out;
	m->tag = TAG(error, error ? 1 : out.words);
	m->w[0] = out.w0;
	m->w[1] = out.w1;
	if (!error && out.cap) {
		message_page()->cap_send = out.cap;
		message_page()->cap_send_rights = out.cap_rights;
		m->tag |= TAG_CAP;
	}
}

/* The caller has no place for the capability: an error, and nothing has changed. */
static enum next answer_failed(struct message *m)
{
	struct message answer = message_make((uint32_t)m->error, 0, 0);

	if ((m->error == E_OCCUPIED || m->error == E_MESSAGE) && answered.cap)
		answered.undo(answered.made);
	answered.cap = CAP_NULL;
	*m = answer;
	return NEXT_ANSWER;
}

/*
 * What was to be done was not accepted and nothing was consumed: say so to the caller, if one is still there.
 * Not so when nobody is there any more, or when it was the wait that failed.
 */
static enum next next_failed(enum next next, struct message *m)
{
	if (m->error == E_STALE || m->error == E_CANCELLED || m->error == E_TIMEOUT || m->error == E_DEAD)
		return NEXT_WAIT;
	if (next == NEXT_MAP)
		return fault_map_failed(m);
	if (next == NEXT_FORWARD)
		return forward_failed(m);
	return answer_failed(m);
}

static err_t next_perform(enum next next, struct message *m)
{
	if (next == NEXT_MAP && allocation_refused("tables"))
		return (err_t)(m->error = E_TABLES);
	if (__builtin_expect(next == NEXT_MAP, 1))
		return ipc_reply_wait_next(SERVER_ENDPOINT, DEADLINE_NEVER, &pager.map_answer, m);
	if (next == NEXT_WAIT)
		return ipc_wait(SERVER_ENDPOINT, DEADLINE_NEVER, m);
	if (__builtin_expect(next == NEXT_FORWARD, 0))
		return ipc_forward_wait(SERVER_ENDPOINT, DEADLINE_NEVER, m);
	return ipc_reply_wait(SERVER_ENDPOINT, DEADLINE_NEVER, m);
}

static inline void wait_next(enum next next, struct message *m)
{
	while (__builtin_expect(next_perform(next, m) != E_OK, 0))
		next = next == NEXT_WAIT ? NEXT_WAIT : next_failed(next, m);
}

/* What is left for accounts that have little: see docs/quotas.md. */
static void reserves_set(struct frames *frames)
{
	uint64_t commons = frames->counts[FRAME_FREE] / COMMONS_PART;

	if (commons < COMMONS_MIN)
		commons = COMMONS_MIN;
	frames_set_reserves(frames, FRAMES_RESERVE, commons, commons / COMMONS_SHARES);
}

static void pager_start(const struct server_start *start)
{
	server_log_open(PAGER_UART, "pager");
	window_open(start);
	window_make_books(start);
	policy_init(&pager.policy);
	policy_show_zero_page(&pager.policy);
	reserves_set(&pager.policy.frames);
	nodes_init(&pager.process_nodes, &pager.policy.frames, sizeof(struct process));
	pager.trace = start->option_faults != 0;
	customs_open();
	pools_open();
	if (lend_cache())
		server_log("the vfs took no cache; files whose pages are not whole in the archive may fail");
}

static void news_serve(uint64_t flags)
{
	if (flags & VFS_NEWS_MEMORY)
		lend_serve_news();
	if (flags & NEWS_CLOCK)
		clock_tick();
}

static enum next message_serve(struct message *m)
{
	if (m->tag & TAG_FAULT) {
		if (pager.trace)
			pager.trace_start = counter_instructions();
		return fault_serve(m);
	}
	if (m->tag & TAG_NOTIFY) {
		news_serve(m->w[0]);
		return NEXT_WAIT;
	}
	request_serve(m);
	return NEXT_ANSWER;
}

void server_main(const struct server_start *start)
{
	enum next next = NEXT_WAIT;
	struct message m;

	pager_start(start);
	message_page()->cap_receive = SERVER_RECEIVE;
	for (;;) {
		wait_next(next, &m);
#if PAGODA_CHECKED
		inject_serve(&m);
#endif
		next = message_serve(&m);
	}
}
