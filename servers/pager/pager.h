/* SPDX-License-Identifier: MIT */
/*
 * The shell's own state: one pager, its processes, Pools and sources. There is one thread and no lock.
 */
#ifndef PAGER_PAGER_H
#define PAGER_PAGER_H

#include "policy/fault.h"
#include "policy/policy.h"
#include "policy/space.h"
#include "proto/inject.h"
#include "proto/records.h"
#include <pagoda/batch.h>
#include <pagoda/ipc.h>
#include <pagoda/server.h>

/* A physical range that every space gets attached, at this index. */
struct source {
	uint64_t first, pages; /* page numbers */
	cap_t memory;
	uint32_t rights;
};
#define PAGER_SOURCES (SERVER_RAM_MAX + 2)

/* A Pool made from whole arenas. */
struct space_pool {
	cap_t memory, pool; /* 0: no Pool here */
	uint64_t frame, arenas;
	uint64_t spaces;
	uint64_t pages, promised; /* for tables and Spaces, in all; to the spaces there are */
};
#define PAGER_POOLS 64

/* An arena of the vfs's cache. */
struct lent_arena {
	uint64_t frame; /* 0: none */
	cap_t memory;
};
#define PAGER_LENT 16 /* more than the vfs takes */

struct custom;
struct forward;

struct process {
	struct process *next; /* in its hash bucket */
	uint32_t pid;
	cap_t space_cap;
	cap_t message_cap; /* Memory of its message page */
	vaddr_t message_at;
	cap_t refused_reply; /* the thread whose fault was refused; 0: none */
	struct space_pool *pool;
	struct vm_space *space;
	uint64_t table_limit;	     /* the most it may ever have */
	uint64_t table_promise;	     /* that its Pool has for it; the kernel's limit */
	uint64_t stored_before;	     /* entries stored in the Space for processes that had it before */
	uint64_t stored;	     /* in all, once its space is cleared */
	struct pager_faults earlier; /* of the spaces this one replaced */
	uint64_t trace_lines;
	/* news for proc */
	struct process *news_next;
	bool news_queued;
	struct pager_news news;
	/* custom pagers, see custom.h */
	struct custom *custom;	  /* this is one; NULL: it is not */
	struct forward *forwards; /* one a thread */
	uint64_t forwarded;	  /* faults whose answer may have brought pages */
	struct {
		uint64_t rule, detail, address;
	} unresolved; /* the last fault that a custom pager did not resolve; rule 0: none */
};
#define PROCESS_BUCKETS 256

/* A Space with nothing but a message page, see kept.c. */
struct kept_space {
	cap_t cap, message_cap;
	vaddr_t message_at;
	uint64_t message_frame;
	uint64_t table_limit, stored;
	struct space_pool *pool;
};
#define PAGER_KEPT 4

struct pager {
	struct policy policy;
	struct nodes process_nodes;
	struct process *last; /* of the last look-up */
	struct process *bucket[PROCESS_BUCKETS];
	struct process *news_first, *news_last;
	struct source source[PAGER_SOURCES];
	uint32_t sources, ram_sources;
	uint32_t window_source[SERVER_RAM_MAX]; /* index in the pager's own space */
	struct space_pool pool[PAGER_POOLS];
	struct kept_space kept[PAGER_KEPT];
	struct lent_arena lent[PAGER_LENT];
	uint32_t kept_spaces;
	uint32_t pool_hint; /* where the last space was made */
	uint64_t frames_total, frames_elsewhere;
	struct message map_answer; /* with NEXT_MAP: the fault itself stays in m until this was accepted */
	uint64_t trace_start;	   /* rdinstret when the fault being served was taken */
	bool received; /* the request being served has brought a capability: it is in SERVER_RECEIVE */
	bool trace;
};

extern struct pager pager;

/* What a request is answered with besides its error. */
struct answer {
	uint64_t w0, w1;
	uint32_t words; /* that travel, from words[0] */
	cap_t cap;	/* travels too; 0: none */
	uint32_t cap_rights;
	/* takes back what was made, of @made, if its capability cannot be delivered */
	void (*undo)(struct process *made);
	struct process *made;
};

/* window.c: RAM and archive in the pager's own space; sources of the others. */
void window_open(const struct server_start *start);
void window_make_books(const struct server_start *start);
MUST_USE err_t window_map_arenas(uint64_t frame, uint64_t arenas);
MUST_USE err_t window_unmap_arenas(uint64_t frame, uint64_t arenas);
/* Where page @number is readable; NULL: nowhere. */
void *window_page(uint64_t number);
/* The source that holds @number and pages - 1 after it; -1: none. */
int source_find(uint64_t number, uint64_t pages);
/* A Memory capability for part of RAM in @slot. */
MUST_USE err_t source_carve(uint64_t number, uint64_t pages, cap_t slot);
void window_zero(uint64_t number);
void window_perform(const struct verdict *verdict);
/* The source that the last item was of: faults come in rows from one range. */
extern struct window_source {
	uint64_t first, pages, index;
} window_source;
void window_choose(uint64_t frame, uint64_t pages);

/* Needs: every frame policy can name lies in a source (leases and linear areas are checked when they come
 * in). */
static inline struct map_item window_item(const struct verdict_run *run)
{
	if (__builtin_expect(run->frame - window_source.first >= window_source.pages, 0))
		window_choose(run->frame, run->pages);
	return (struct map_item){
		.at_rights = run->page << PAGE_SHIFT | run->rights,
		.source = MAP_SOURCE(window_source.index, run->pages),
		.offset = run->frame - window_source.first,
	};
}

/* slots.c: empty slots of the pager's CSpace. */
cap_t slot_take(void); /* 0: none */
void slot_give(cap_t slot);
/* Delete what is in it (and, with @revoke, what was derived from it), then give. */
void slot_clear(cap_t slot, bool revoke);
int slots_check(void);

/* pools.c */
void pools_open(void); /* makes the first Pool */
MUST_USE err_t pools_create_space(uint64_t table_limit, cap_t slot, struct space_pool **used);
void pools_space_gone(struct space_pool *pool);
/* What every space of such a limit is promised. */
uint64_t pools_first_promise(uint64_t table_limit);
/* Did a map lack a table because of its promise? */
bool pools_tables_are_short(const struct process *process);
/* Promise more tables. false: its Pool has none that is not promised to others, or it is at its limit. */
MUST_USE bool pools_promise_more(struct process *process);
/* Its tables are gone but the first; before its Space is kept or deleted. */
void pools_promise_ends(struct process *process);
/* Pools that hold nothing become frames again. true: there was one. */
bool pools_give_back(void);
uint64_t pools_frames(void);
/* 0, or the line of what is broken: spaces and promises of each Pool against what its spaces have. */
int pools_check(void);

/* lend.c: the vfs's cache */
MUST_USE err_t lend_cache(void);
/* The vfs has told that it wants cache: give it some, or say that there is none. */
void lend_serve_news(void);
/* An arena that it can spare is free again; false: it needs them all. */
bool lend_take_back(void);
int lend_check(void);

/* reclaim.c: what is kept for the next time goes back */
void reclaim_all(void);
/* Until there is a frame for who pays; false: there is none. */
bool reclaim_frame(void);
/* Before a request that may need some. */
void reclaim_room(void);
/* A whole arena, taken; 0: there is none. */
MUST_USE uint64_t reclaim_arena(enum frame_state state);

/* kept.c: Spaces that are used again. */
/* true: the process has one, and its message page at message_at. */
bool kept_take(struct process *process);
/* Keep the Space of a process that ends, cleared but for its message page. false: both are to be deleted;
 * some of it may be done. */
bool kept_put(struct process *process);
/* @pool has one space less: those kept are deleted if nothing else is in it. */
void kept_leave(const struct space_pool *pool);
/* Delete them all, so that the accounts show only what is in use. */
void kept_give_back(void);

/* process.c */
struct process *process_search(uint32_t pid);
/* Who pays for the space that is made from now on. false: no such account. */
MUST_USE bool account_pays(uint64_t number);
/* What a process is made from besides its books. */
struct process_spec {
	uint64_t table_limit;
	vaddr_t message_at;
};
/* One that process_search() does not find until process_enter(). Errors E_NO_MEMORY, of space_map(): then the
 * books are still the caller's. */
MUST_USE err_t process_create(struct vm_space *space, const struct process_spec *spec, struct process **out);
void process_enter(struct process *process);
/* Undo process_create(), the books go too. */
void process_discard(struct process *process);
/* Add to @batch, 3 calls: bind the Thread that came with the request to the space and its message page. */
void process_bind(struct batch *batch, const struct process *process);
/* Where the thread that forks is. */
struct fork_place {
	vaddr_t pc, sp;
};
/* A copy of the parent's space, pages shared as fork_share() says; the Thread that came is bound to it. */
MUST_USE err_t process_fork(struct process *parent, uint32_t pid, const struct fork_place *place);
/* Limits and supplier as by exec. */
void process_inherit(struct process *new, const struct process *from);
/* @old ends, @new, which is not entered yet, inherits from it and takes its counts. */
void process_replace(struct process *old, struct process *new);
/* It ends. *faults: its counts, and those of the spaces it had before. */
void process_destroy(struct process *process, struct pager_faults *faults);
/* Bring the leaf table of @address back after a fork, if it is parked. @unchanged: its entries are still what
 * the books say, so they may stay writable if nothing of it is shared any more: true. */
bool process_unpark(struct process *process, vaddr_t address, bool unchanged);
/* Frames of the page tables of all spaces of @account; NULL: of all. */
uint64_t process_tables(const struct account *account);

static inline struct process *process_find(uint64_t pid)
{
	if (pager.last && pager.last->pid == pid)
		return pager.last;
	return pid <= BADGE_PID_MAX ? process_search((uint32_t)pid) : NULL;
}

/* fork.c: no store of one of both reaches the other from now on; the child has what it touches first at
 * @place, and the Thread that came. Errors: E_NO_MEMORY, E_ARGUMENT (no Thread): the child is to be destroyed
 */
MUST_USE err_t fork_share(const struct process *parent, const struct process *child,
			  const struct fork_place *place);

/* lease.c */
/* Bring about what an AWAIT verdict asks for; E_OK: ask policy again. Else the verdict is a refusal now. */
MUST_USE err_t lease_serve(struct verdict *verdict);
/* What no area refers to any more goes back, but a few files' pages of the archive. */
void lease_return_idle(void);
/* Those too, so that the accounts show only what is in use. */
void lease_return_all(void);
/* The inode or object behind a descriptor, and what a mapping of it may do. */
struct mapped_file {
	uint64_t inode, rights, bytes;
	uint64_t cookie; /* an object of a custom pager; 0: a file */
};
MUST_USE err_t lease_file(uint32_t pid, uint64_t fd, bool shared, struct mapped_file *file);
/* The file stays as long as the object, even closed and without a name. */
MUST_USE err_t lease_hold(struct inode_object *inode);

/* What the main loop does after a message, besides waiting for the next one. */
enum next {
	NEXT_WAIT,    /* nothing: nobody is to be answered */
	NEXT_ANSWER,  /* m is the answer */
	NEXT_MAP,     /* pager.map_answer is the answer to the fault m, with map items */
	NEXT_FORWARD, /* m says where to forward the current caller's fault */
};

/* faults.c */
/* Serve a fault message. */
enum next fault_serve(struct message *m);
/* The answer with map items to the fault m was not accepted: refuse the fault instead, or give another one.
 */
enum next fault_map_failed(struct message *m);
/* Ask policy until it need not wait. */
void fault_decide(struct process *process, vaddr_t address, uint32_t access, enum page_origin origin,
		  struct verdict *verdict);
/* Bring about a verdict on a fault that custom pager @by has answered. */
enum next fault_finish(struct process *process, struct message *m, const struct verdict *verdict,
		       enum page_origin origin, const struct custom *by);
/* Make a page present and map it, as a fault with @access would. Errors: E_FAULT, E_NO_MEMORY, E_LATER (a
 * custom pager supplies it); the frame is *frame. */
MUST_USE err_t fault_populate(struct process *process, vaddr_t address, uint32_t access,
			      enum page_origin origin, uint64_t *frame);

/* refuse.c */
/* Refuse the current caller's fault m. @custom, @detail: for rules of custom pagers. */
enum next fault_refuse(struct process *process, struct message *m, const struct verdict *verdict,
		       const struct custom *custom, uint64_t detail);
/* The same for one whose reply was kept in slot @reply, which is taken. */
void fault_refuse_held(struct process *process, const struct message *m, const struct verdict *verdict,
		       const struct custom *custom, uint64_t detail, cap_t reply);
/* The thread whose fault was refused is told for good: it stops. */
void fault_end_refused(struct process *process);
/* Proc ends @process: somebody else needs a frame, and its account has @frames, the most. */
void refuse_largest(struct process *process, uint64_t frames);

/* short.c: no frame for a fault. */
/* Refuse the current caller's fault m, for which there was no memory; or let it be tried again, because
 * another process ends for it. */
enum next short_serve(struct process *process, struct message *m, struct verdict *verdict,
		      const struct custom *custom);
/* Would a fault of @process end another one? Then it is worth touching what could not be populated. */
bool short_is_for_another(const struct process *process);

/* trace.c */
/* @by: the custom pager that has answered, or that did not; NULL: none. */
void trace_fault(struct process *process, const struct message *fault, const struct verdict *verdict,
		 const struct custom *by);
void trace_summary(struct process *process);

/* counts.c */
void counts_fill(struct pager_counts *counts);
void counts_faults(const struct process *process, struct pager_faults *faults);
/* The same for one whose space is cleared. */
void counts_faults_cleared(const struct process *process, struct pager_faults *faults);
/* Pages mapped from *at on, as far as one request goes: *at is where the next one goes on, @end: nowhere.
 * Needs: both page aligned. */
uint64_t counts_present(const struct process *process, vaddr_t *at, vaddr_t end);
int counts_check(void);

/* requests.c */
/* A record of whole words is the answer. */
void answer_record(struct answer *out, const void *record, size_t bytes);

/* requests.c, requests_map.c, requests_proc.c, build.c: one function a request of proto/pager.def. */
typedef err_t request_handler(struct process *caller, const struct message *in, struct answer *out);
request_handler request_brk, request_map, request_unmap, request_protect, request_populate, request_counts,
	request_areas, request_present, request_check, request_faults, request_map_file, request_inject;
request_handler request_space_build, request_space_destroy, request_space_fork, request_space_limit,
	request_news, request_usage, request_trace, request_trace_summary, request_account;

#endif
