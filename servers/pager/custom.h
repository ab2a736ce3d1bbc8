/* SPDX-License-Identifier: MIT */
/*
 * Custom pagers, the shell's side (docs/pager-protocol.md). Who owns and shares what is in
 * policy/external.h; here is what the kernel and the vfs know of it.
 *
 *   custom     a program that registered: its grant as Memory, its endpoint
 *   object     what it publishes: the vfs's node by cookie, the deadline
 *   forward    a thread whose fault was forwarded, until it faults again or the clock finds it answered
 */
#ifndef PAGER_CUSTOM_H
#define PAGER_CUSTOM_H

#include "pager.h"
#include "proto/custom.h"
#include <pagoda/counter.h>

/* What the system counts of an object, or of the anonymous memory a pager supplies. */
struct supply {
	struct custom *custom;
	uint64_t deadline_ticks, deadline_ms;
	uint64_t forwarded, failed, late, lied;
};

struct custom {
	struct external_pager *external;
	struct process *process; /* NULL: it has ended */
	struct custom *todo;	 /* scratch of depend.c; else NULL */
	uint32_t number;
	bool is_seen;	 /* scratch of depend.c; else false */
	uint64_t ready;	 /* pages of the grant that are zeroed */
	vaddr_t address; /* where its program sees the grant */
	cap_t memory;	 /* the grant */
	cap_t endpoint;	 /* 0: it has ended */
	struct supply anonymous;
	char name[CUSTOM_NAME_MAX + 1];
};

struct object {
	struct supply supply;
	uint64_t cookie; /* of the vfs's node; 0: withdrawn */
	char name[CUSTOM_NAME_MAX + 1];
};

enum forward_state {
	FORWARD_IDLE = 0,  /* answered, or taken back: nothing is owed */
	FORWARD_SENT = 1,  /* at the custom pager; `reply` can recall it */
	FORWARD_LATER = 2, /* its pager said NOT_NOW: `reply` holds the thread until the next tick */
};

struct forward {
	struct forward *next_of_process;
	struct forward *next, *prev; /* of all */
	struct process *process;
	struct supply *supply;		      /* NULL: it is gone */
	const struct external_object *object; /* NULL: anonymous memory; valid while supply is */
	uint64_t page;			      /* of the object */
	uint32_t thread;
	uint32_t state; /* enum forward_state */
	cap_t reply;	/* slot; holds a stale Reply while idle, or nothing */
	uint64_t key;	/* what was asked, see forward_key(); 0: not to be compared */
	uint64_t window_first, window_pages;
	uint64_t since; /* ticks of the first fault with this key */
	uint64_t due;	/* when the clock looks at it */
	uint64_t fault_tag, fault_w[3];
};

#define NEWS_CLOCK 2u /* flag of the pager's notification, beside VFS_NEWS_MEMORY */

static inline struct custom *custom_of(const struct external_pager *pager)
{
	return pager->shell;
}

static inline struct object *object_of(const struct external_object *external)
{
	return external->shell;
}

/* custom.c: life of a custom pager. */
void customs_open(void);
/* One that lives, or NULL. */
struct custom *custom_find_name(const char *name);
/* REGISTER is taken back: the program has not seen its grant, and has published nothing. */
void custom_unregister(struct process *process);
/* Its program's space goes. */
void custom_end(struct custom *custom);
/* Whatever nothing names any more goes: objects, grants, pagers. */
void customs_tidy(void);
/* The same, and sources of @process that it has no area for. */
void customs_settle(struct process *process);
int customs_check(void);
/* A name of an object or pager from the words of a request at words[4]. Errors: E_ARGUMENT */
MUST_USE err_t custom_read_name(const struct message *in, char name[CUSTOM_NAME_MAX + 1]);

/* objects.c */
/* The object a node of the vfs leads to, or NULL. */
struct external_object *object_find_cookie(uint64_t cookie);
void object_withdraw(struct external_object *external);
/* Needs: withdrawn, no area. */
void object_destroy(struct external_object *external);
void objects_open(void);
/* @objects: how many there are. */
int objects_check(uint64_t objects);

/* attach.c */
/* The record of @pager in the space of @process, its grant attached. Errors: E_TOO_MANY E_DEAD E_NO_MEMORY */
MUST_USE err_t attach_take(struct process *process, struct external_pager *pager);
/* Attach what the books of a forked child say. */
MUST_USE err_t attach_forked(struct process *child);
void attach_tidy(struct process *process);

/* depend.c: would @process wait for itself if it depended on @pager? */
bool depend_is_loop(const struct process *process, const struct external_pager *pager);

/* forwards.c */
void forwards_open(void);
/* The fault m is to be forwarded as the verdict says. */
enum next forward_serve(struct process *process, struct message *m, struct verdict *verdict);
/* The kernel did not do what m said, the fault is owed still. */
enum next forward_failed(struct message *m);
struct forward *forward_find(const struct process *process, uint32_t thread);
/* The message of the thread's fault. */
struct message forward_fault(const struct forward *forward);
/* The thread faulted again, so its last forward was answered. */
void forward_answered(const struct process *process, uint32_t thread);
void forwards_drop_process(struct process *process);
void forward_drop(struct forward *forward);
uint64_t forwards_pending(const struct custom *custom);
struct forward *forwards_first(void);
int forwards_check(void);

/* recall.c */
/* Threads on their way whose answer could touch [start, end) come back and run their instruction again. */
void forwards_recall(struct process *process, vaddr_t start, vaddr_t end);
/* A fault that @forward holds the reply of, or has just recalled, is refused; the record goes. */
void forward_refuse(struct forward *forward, enum deny_rule rule, uint64_t detail);
/* Keep the current caller's reply until the next step of the clock. false: its thread is gone. */
bool forward_hold(struct forward *forward);
/* The thread of a held reply runs its instruction again. */
void forward_run_again(struct forward *forward);
/* All of a pager that has ended are refused. */
void forwards_end(const struct custom *custom);
/* @supply goes. */
void forwards_forget(const struct supply *supply);

/* clock.c */
void clock_open(void);
extern uint64_t clock_next;  /* when the timer fires, in ticks */
extern uint64_t clock_early; /* what is due before this needs an earlier step */
void clock_set(uint64_t due);
void clock_tick(void);
static inline void clock_arm(uint64_t due)
{
	if (due < clock_early)
		clock_set(due);
}
uint64_t clock_ticks(uint64_t ms);
uint64_t clock_ms(uint64_t ticks);

/* bounced.c: a forwarded fault that came back. */
enum next bounced_serve(struct process *process, struct message *m);

request_handler request_register, request_grant, request_publish, request_withdraw, request_supplier,
	request_frames_in_use, request_pagers, request_objects, request_why, request_object_control,
	request_event;

#endif
