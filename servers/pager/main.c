/* SPDX-License-Identifier: MIT */
/*
 * The pager: receives faults and requests, and answers each at once or keeps its reply.
 *
 *   wait -> fault?   -> faults.c   -> answer with map items, and wait
 *        -> request? -> requests*.c -> answer with error and words, and wait
 *        -> news?    -> the vfs wants cache
 */
#include "pager.h"
#include <pagoda/log.h>
#include <pagoda/syscall.h>

#define FRAMES_RESERVE 64 /* for books: ending a process must not lack memory */

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
	[PAGER_CHECK] = {request_check, WHO_ANY},
	[PAGER_FAULTS] = {request_faults, WHO_ANY},
	[PAGER_MAP_FILE] = {request_map_file, WHO_PROCESS},
	[PAGER_SPACE_CREATE] = {request_space_create, WHO_PROC},
	[PAGER_SPACE_DESTROY] = {request_space_destroy, WHO_PROC},
	[PAGER_SPACE_AREA] = {request_space_area, WHO_PROC},
	[PAGER_SPACE_WRITE] = {request_space_write, WHO_PROC},
	[PAGER_SPACE_BRK] = {request_space_brk, WHO_PROC},
	[PAGER_SPACE_MESSAGE_PAGE] = {request_space_message_page, WHO_PROC},
	[PAGER_SPACE_FORK] = {request_space_fork, WHO_PROC},
	[PAGER_SPACE_REPLACE] = {request_space_replace, WHO_PROC},
	[PAGER_SPACE_LIMIT] = {request_space_limit, WHO_PROC},
	[PAGER_NEWS] = {request_news, WHO_PROC},
	[PAGER_USAGE] = {request_usage, WHO_PROC},
	[PAGER_TRACE] = {request_trace, WHO_PROC},
	[PAGER_TRACE_SUMMARY] = {request_trace_summary, WHO_PROC},
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
	return requests[label].handler(caller, m, out);
}

static void request_serve(struct message *m)
{
	struct answer out = {.words = 1};
	err_t error = request_perform(m, &out);

	m->tag = TAG(error, error ? 1 : out.words);
	m->w[0] = out.w0;
	if (!error && out.cap) {
		message_page()->cap_send = out.cap;
		message_page()->cap_send_rights = RIGHTS_ALL;
		m->tag |= TAG_CAP;
	}
}

/* The answer was not accepted and nothing was consumed: say so to the caller, if one is still there. */
static bool answer_failed(struct message *m, bool *was_fault)
{
	bool map_failed = *was_fault;

	if (m->error == E_STALE || m->error == E_CANCELLED || m->error == E_TIMEOUT || m->error == E_DEAD)
		return false; /* nobody there any more, or it was the wait that failed */
	*was_fault = false;
	if (map_failed)
		return fault_map_failed(m, was_fault);
	*m = message_make((uint32_t)m->error, 0, 0);
	return true;
}

/* m is the answer to give if @answer. */
static void wait_next(struct message *m, bool answer, bool was_fault)
{
	while (answer) {
		if (ipc_reply_wait(SERVER_ENDPOINT, DEADLINE_NEVER, m) == E_OK)
			return;
		answer = answer_failed(m, &was_fault);
	}
	while (ipc_wait(SERVER_ENDPOINT, DEADLINE_NEVER, m) != E_OK)
		continue;
}

static void pager_start(const struct server_start *start)
{
	server_log_open(PAGER_UART, "pager");
	window_open(start);
	window_make_books(start);
	policy_init(&pager.policy);
	pager.policy.frames.reserve = FRAMES_RESERVE;
	nodes_init(&pager.process_nodes, &pager.policy.frames, sizeof(struct process));
	pager.trace = start->option_faults != 0;
	pools_open();
	if (pools_lend_cache())
		server_log("the vfs took no cache; files whose pages are not whole in the archive may fail");
}

void server_main(const struct server_start *start)
{
	struct message m;
	bool answer = false, was_fault = false;

	pager_start(start);
	for (;;) {
		wait_next(&m, answer, was_fault);
		was_fault = m.tag & TAG_FAULT;
		answer = !(m.tag & TAG_NOTIFY);
		if (was_fault) {
			if (pager.trace)
				pager.trace_start = trace_now();
			answer = fault_serve(&m);
		} else if (answer) {
			request_serve(&m);
		} else if (m.w[0] & VFS_NEWS_MEMORY) {
			pools_serve_cache();
		}
	}
}
