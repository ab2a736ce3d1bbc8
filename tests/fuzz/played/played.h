/* SPDX-License-Identifier: MIT */
/*
 * A played kernel: what a server sees of its system calls, on the host, with everything outside drawn from a
 * fuzzer's input. It checks every argument as the kernel does and gives the kernel's errors; what a server
 * may never do ends the run (FUZZ_TRUE).
 *
 *   input.c      draws from the input: words, names, paths;  shape.c: words for a request
 *   run.c        puts everything back before each input
 *   caps.c       the server's CSpace: kinds, rights, derivation
 *   memory.c     physical memory, and the server's own space
 *   objects.c    Pools, Threads, CSpaces, Endpoints;  spaces.c: other spaces, sources, mappings
 *   calls.c      the table of system calls
 *   callers.c    who sends: a caller's buffer, its Reply, its answer
 *   messages.c   message calls: a server waits, answers, calls others
 *   errors.c     which error a request may be answered with
 *
 * A server's static data lie in sections of their own (section.h) and are as at the start before each input.
 */
#ifndef PLAYED_H
#define PLAYED_H

#include "../fuzz.h"
#include "proto/proto.h"
#include "uapi/error.h"
#include "uapi/layout.h"
#include "uapi/object.h"
#include <pagoda/ipc.h>
#include <pagoda/server.h>
#include <pagoda/syscall.h>

/* --- what a target brings --- */

/* The next message, as played_deliver() and friends leave it in *m. False: the input is at its end. */
bool target_event(struct message *m);
/* A call through the endpoint in @slot; *m becomes the answer. */
void target_call(cap_t slot, struct message *m);
/* Between two messages: everything holds. */
void target_idle(void);
/* The answer to a caller was accepted. */
struct caller;
void target_answered(const struct caller *caller, const struct message *m);
/* What the request with this label may be answered with, and every one; NULL: no such request. */
const char *target_errors(uint32_t label);
const char *target_errors_common(void);

/* --- input.c --- */

void played_input_open(const uint8_t *data, size_t bytes);
uint8_t played_byte(void);
uint64_t played_below(uint64_t bound); /* of one byte; @bound 0: 0 */
bool played_chance(uint32_t of);       /* one in @of */
bool played_input_is_over(void);
uint64_t played_word(void);		     /* small, known, extreme or any */
void played_remember(uint64_t value);	     /* played_word() gives it again */
uint64_t played_remembered(void);	     /* one of them */
size_t played_path(char *text, size_t room); /* steps of known names; its length */
const char *played_name(void);		     /* one step */

/* --- shape.c --- */

/* Words for a request of this shape (its column `in`; NULL: none), each as target_word() gives it. */
void played_shape_words(const char *shape, uint64_t w[MESSAGE_REGISTERS]);
bool played_shape_has(const char *shape, const char *what);
/* target's: a word so called in the lists. */
uint64_t target_word(const char *name);

/* --- run.c --- */

/* Everything as at the start; the server has its space, endpoint and notification. */
void played_clear(void);
/* Serve the input: the server starts with @start and is stopped when target_event() says so. */
void played_run(const uint8_t *data, size_t bytes, const struct server_start *start);

/* --- caps.c --- */

#define PLAYED_SLOTS 4096

struct played_cap {
	uint8_t kind, rights;
	cap_t parent;	 /* it was derived from; 0: of what was there at the start */
	uint32_t object; /* or caller, of a Reply */
	uint64_t a, b;	 /* Memory: address, bytes; Endpoint, Notification: b = badge; Reply: b = sequence */
};

extern struct played_cap played_caps[PLAYED_SLOTS];

void played_caps_clear(void);
void played_cap_put(cap_t slot, struct played_cap cap); /* as init would */
bool played_cap_is_there(cap_t slot);
MUST_USE err_t played_cap_find(uint64_t slot, uint32_t kind, uint32_t rights, struct played_cap **cap);
MUST_USE err_t played_cap_find_empty(uint64_t slot, struct played_cap **cap);
void played_cap_derive(cap_t from, cap_t to, uint32_t rights);
uint32_t played_caps_of_kind(uint32_t kind);
uint32_t played_caps_count(void);
MUST_USE err_t played_cap_delete(uint64_t slot);
MUST_USE err_t played_cap_revoke(uint64_t slot);

/* --- memory.c --- */

/* A range of the server's addresses that it can map; all of it is poisoned until it does. */
void played_window(vaddr_t base, uint64_t bytes);
void played_memory_clear(void);
/* The server's own space. */
void played_own_map(vaddr_t at, uint64_t bytes);
void played_own_unmap(vaddr_t at, uint64_t bytes);

/* --- objects.c, spaces.c --- */

#define PLAYED_OBJECTS 600 /* number 1 is the server's own space */

struct played_source {
	uint64_t first, pages; /* 0 pages: none */
	uint32_t rights;
	cap_t parent;
};

struct played_mapping {
	uint32_t next, space; /* object; 0: none */
	uint64_t page, frame;
	uint64_t pages; /* 1, or those of a superpage */
	uint32_t rights;
	bool parked;
};

struct played_object {
	uint8_t kind;
	uint32_t references; /* capabilities, bindings */
	/* Pool */
	uint64_t first, pages, used;
	uint32_t pool; /* it was made from */
	/* Space */
	struct played_source source[SPACE_SOURCES];
	uint64_t limit, stored;
	bool given; /* somebody else has a capability for it */
	/* Thread */
	uint32_t state; /* enum thread_state */
	uint32_t binding[BIND_COUNT];
	uint64_t pager_badge;
	/* CSpace: which slots are in use */
	uint64_t slots;
	uint64_t badge; /* of the endpoint in SLOT_PROC of a CSpace; a Thread's through it */
};

extern struct played_object played_objects[PLAYED_OBJECTS];

void played_objects_clear(void);
uint32_t played_object_new(uint32_t kind); /* 0: the table is full */
void played_object_take(uint32_t object);
void played_object_drop(uint32_t object);
uint32_t played_objects_of_kind(uint32_t kind);

/* Its owner takes it away from everybody. */
void played_object_revoke(uint32_t object);
/* A Thread that runs, the one with this number or the last; 0: all wait or are stopped. */
uint32_t played_thread_take(uint32_t number);

struct result played_call_space(uint64_t number, const uint64_t *w);
struct result played_call_object(uint64_t number, const uint64_t *w);
void played_space_clear(struct played_object *space);
void played_sources_revoked(cap_t memory); /* those attached from this capability */
MUST_USE err_t played_map(struct played_object *space, const struct map_item *item, uint64_t *missing);
/* The entry that maps @page, or NULL. */
struct played_mapping *played_mapping_at(uint32_t space, uint64_t page);
/* Is the table of this page parked? */
bool played_block_is_parked(uint32_t space, uint64_t page);
/* All of all spaces, one after the other; NULL: the first, and the end. */
struct played_mapping *played_mapping_next(struct played_mapping *mapping);
void played_spaces_clear(void);

/* --- calls.c --- */

struct played {
	struct caller *current; /* whose message the server has and neither answered nor saved */
	uint64_t now;		/* ticks */
	uint64_t timer_at;
	uint64_t timer_flags; /* what it signals */
	uint64_t flags;	      /* of the server's own notification, not told yet */
	uint32_t trouble;     /* so many calls that need memory until one of them fails; 0: none does */
	uint64_t passed;      /* bit e: error e was given to the server by others since the message came */
	bool ending;	      /* the input is at its end: everything goes away */
};
extern struct played played;

/* True: this call shall fail for want of memory. */
bool played_trouble(void);
/* The notification in @slot, which is not the server's own, was signalled. */
void target_signalled(cap_t slot);

/* --- callers.c --- */

#define PLAYED_CALLERS 48

enum caller_at {
	CALLER_FREE = 0,  /* nobody */
	CALLER_SERVER,	  /* its message is the server's to answer: the current one, or its Reply is kept */
	CALLER_ELSEWHERE, /* a forwarded fault at a custom pager; a Reply may recall it */
	CALLER_COMES,	  /* a fault that is to be delivered again, with FAULT_BOUNCED and `label` */
	CALLER_STOPPED,	  /* a refused fault: its thread does nothing any more */
};

struct caller {
	enum caller_at at;
	bool is_fault;
	uint32_t label;
	bool has_page; /* it can get words, and a capability */
	bool has_slot;
	uint64_t badge, tag, sequence;
	uint64_t w[MESSAGE_REGISTERS];
	uint64_t buffer_word, absent_at; /* of its buffer, bytes from where a page is absent */
	uint8_t text[2200];		 /* what the buffer begins with */
	uint32_t thread;		 /* object, where threads are played; the number of a faulting one */
	uint32_t endpoint;		 /* object it was forwarded to */
	struct message forwarded;	 /* as forward_wait took it */
};
extern struct caller played_callers[PLAYED_CALLERS];

void played_callers_clear(void);
struct caller *played_caller_new(void); /* NULL: too many wait */
/* Nobody waits there any more: its thread is gone. */
void played_caller_gone(struct caller *caller);
/* It waits no more, its thread goes on, or stops: its Replies stay, stale. */
void played_caller_stop(struct caller *caller);
/* The fault of whom it was forwarded to comes back, refused with @label. */
void played_caller_bounce(struct caller *caller, uint32_t label);
void played_endpoint_gone(uint32_t object);
uint32_t played_callers_waiting(void);
struct result played_buffer_copy(const uint64_t *w);
MUST_USE err_t played_reply_save(uint64_t slot);
void played_reply_deleted(const struct played_cap *cap);
MUST_USE err_t played_answer(struct caller *caller, const struct message *m, uint64_t *missing);
MUST_USE err_t played_reply_find(uint64_t slot, struct caller **caller);
MUST_USE err_t played_reply_recall(uint64_t slot);
MUST_USE err_t played_forward(const struct message *m);
/* The space of a thread whose fault is answered with map items; 0: this target has no faults. */
uint32_t target_space_of(const struct caller *caller);

/* --- messages.c --- */

/* @caller's message is the next one. @extra: words from words[4] on. */
void played_deliver(struct caller *caller, struct message *m, const uint64_t *extra, uint32_t count);
void played_notify(struct message *m, uint64_t flags);
_Noreturn void played_end(void);
uint64_t played_message_count(void);

/* --- errors.c --- */

void played_check_answer(const struct caller *caller, const struct message *m);
/* One of a list of errors, for a server below that fails. */
err_t played_error_of(const char *list);

#endif
