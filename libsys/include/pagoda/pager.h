/* SPDX-License-Identifier: MIT */
/*
 * Custom pagers: a program that supplies pages. Link with -lpager; docs/pager-guide.md begins at nothing.
 *
 *   static enum pager_verdict fill(struct pager_request *r)
 *   {
 *           char *page = pager_frame(r);
 *           if (page == NULL)
 *                   return PAGER_NO_MEMORY;
 *           ...
 *           return PAGER_SUPPLY;
 *   }
 *   int main(void) { return pager_serve("name", 1 << 20, &(struct pager_ops){ .missing = fill }); }
 *
 * A program is one pager: it holds one grant of frames and any number of objects, and its callbacks run one
 * after the other. A page that was supplied stays in its object and is mapped again without asking. What the
 * system does when a pager is late, wrong or gone: docs/pager-protocol.md.
 */
#ifndef PAGODA_PAGER_H
#define PAGODA_PAGER_H

#include "proto/custom.h"
#include "uapi/error.h"
#include "uapi/fault.h"
#include "uapi/layout.h"

#define PAGER_PAGE_BYTES PAGE_BYTES

/* What a callback decides. With anything but PAGER_SUPPLY the frames it took go back to the pool. */
enum pager_verdict {
	PAGER_SUPPLY,	 /* the frames taken with pager_frame() and pager_frame_at() are the pages */
	PAGER_ZERO,	 /* a page of zeroes; anonymous memory gets one of the system's */
	PAGER_FAIL,	 /* the process ends with SIGBUS, or as pager_fail() said */
	PAGER_NOT_NOW,	 /* ask again in some milliseconds, until the object's deadline has passed */
	PAGER_NO_MEMORY, /* no frame is left: SIGBUS, and the message says so */
};

/* Codes of PAGER_FAIL that the library gives by itself; a program's own are below. */
enum pager_code {
	PAGER_CODE_MAX = 0xfffef,
	PAGER_CODE_NO_CALLBACK = 0xffff0, /* nothing was missing that this pager could supply */
	PAGER_CODE_NO_FRAME = 0xffff1,	  /* PAGER_SUPPLY without a frame for the page */
	PAGER_CODE_VERDICT = 0xffff2,	  /* no verdict of the enum, or no signal that a pager may give */
	PAGER_CODE_REFUSED = 0xffff3,	  /* the kernel took no answer for this page */
};

/* A missing page. Valid until the callback returns. */
struct pager_request {
	uint32_t object;       /* as pager_publish() answered; 0: anonymous memory */
	uint32_t generation;   /* of the object: which PUBLISH of this pager made it, from 1; 0: anonymous */
	uint64_t offset_bytes; /* of the page in the object; anonymous: its address. Whole pages */
	uint64_t address, pc;  /* what was touched, to the byte, and by which instruction */
	uint32_t access;       /* enum fault_access; a store to a private area is asked for as a load */
	uint32_t process;      /* pid */
	uint32_t thread;       /* the kernel's number of the thread; unlike a pid never used again */
	bool writable;	       /* the page will be mapped writable: a shared area that may be written */
	uint64_t sequence;     /* of this request, from 1, counted by this pager */
	void *context;	       /* of the ops */
};

typedef enum pager_verdict pager_callback(struct pager_request *request);

/*
 * What a pager does. pager_open() uses the members up to context, pager_publish() those from missing on;
 * pager_serve() all. What is not set is 0.
 */
struct pager_ops {
	uint64_t quota_bytes;	   /* frames to ask the system for; 0: see pager_open() and pager_serve() */
	pager_callback *anonymous; /* a missing page of a program that this pager supplies; NULL: refused */
	void (*started)(void *);   /* all is published and requests come now */
	void (*ended)(void *);	   /* pager_run() is about to return */
	bool until_unused;	   /* pager_run() returns when the last client has gone */
	void *context;		   /* in each request; what started and ended are given */
	pager_callback *missing;   /* a missing page of the object */
	uint32_t deadline_ms;	   /* longest wait of a client for a page; 0: CUSTOM_DEADLINE_MS */
	bool writable;		   /* shared mappings may write */
};

struct pager_stats {
	uint64_t requests;	   /* received */
	uint64_t asked;		   /* callbacks made: the others found their page */
	uint64_t supplied, zeroed; /* pages; answers */
	uint64_t failed, later;	   /* answers; later: NOT_NOW and RETRY */
	uint64_t unwanted;	   /* answers that nobody waited for any more */
	uint64_t frames_total,
		frames_free;   /* free: known to be. What comes back is found when it is needed */
	uint64_t frames_given; /* to anonymous memory, and not found back yet */
};

/* In the environment, a pid: pager_run() returns when that process has ended and no client is left. `pager
 * run` sets it. */
#define PAGER_UNTIL_UNUSED "PAGER_UNTIL_UNUSED"

/**
 * Become the pager of one object of @size_bytes, /pagers/@name, and serve it. The whole life of a simple
 * pager.
 *
 * @size_bytes  0: no object, for a pager of anonymous memory alone
 * Quota        ops->quota_bytes, or else the whole object; if that much memory is not to be had, less by
 * halves Answers      0 after the last client (see until_unused); 1 when it could not start or was ended by
 * the system, and standard error says why
 */
int pager_serve(const char *name, uint64_t size_bytes, const struct pager_ops *ops);

/**
 * Become a pager: frames, an endpoint, a name for `pager stat`. Once in a program; its frames are zeroed now.
 *
 * @name     1 to CUSTOM_NAME_MAX printing characters of ASCII without space and /, not "." or ".."
 * Quota     ops->quota_bytes, rounded up to ARENA_BYTES; 0: ARENA_BYTES
 * Errors    E_ARGUMENT, E_EXISTS (the name, or this program is a pager), E_NO_MEMORY, E_TOO_MANY;
 * nothing has changed
 */
MUST_USE err_t pager_open(const char *name, const struct pager_ops *ops);

/**
 * Make an object, /pagers/@name, of @size_bytes. From then on programs can map it.
 *
 * @object   0, or where its number goes
 * Errors    E_STATE (pager_open() first), E_ARGUMENT (name, size, no missing, deadline), E_EXISTS,
 * E_TOO_MANY, E_NO_MEMORY; nothing has changed
 */
MUST_USE err_t pager_publish(const char *name, uint64_t size_bytes, const struct pager_ops *ops,
			     uint32_t *object);

/**
 * Take the object's name away. Later faults on its mappings are refused, pages that are mapped stay; its
 * frames can be used again when the last mapping has gone.
 *
 * Errors    E_ARGUMENT: no such object
 */
MUST_USE err_t pager_withdraw(uint32_t object);

/**
 * Serve requests until the last client has gone, if until_unused says so, or for ever.
 *
 * Errors    E_STATE (pager_open() first), E_DEAD (the system took the endpoint away)
 */
MUST_USE err_t pager_run(void);

/**
 * The missing page: a zeroed frame of this pager, to be filled. The same one if asked again.
 * Answers   NULL: no frame is left, or @request is over
 */
void *pager_frame(struct pager_request *request);

/**
 * A zeroed frame for another page, to go in the same answer: supply more than was asked.
 *
 * @offset_bytes  of that page in the object, as request->offset_bytes is; of anonymous memory: only the pages
 * that follow the missing one, in order and after pager_frame() Answers        NULL: outside the object,
 * supplied already, no frame is left, or the answer is full (MAP_PAGES_MAX pages, of anonymous memory
 * CUSTOM_GIVE_MAX): go on without it After          a client whose area is smaller gets the missing page
 * alone; the others stay in the object. Of anonymous pages the system takes those up to the first that is
 * there or in another area
 */
void *pager_frame_at(struct pager_request *request, uint64_t offset_bytes);

/**
 * Say how the process ends: `return pager_fail(r, SIGBUS, 7);`
 *
 * @signal   SIGBUS, SIGSEGV or SIGKILL
 * @code     0 to PAGER_CODE_MAX; stands in the message of the killed process
 */
enum pager_verdict pager_fail(struct pager_request *request, int signal, uint32_t code);

/* One line on standard error, "NAME: ..." with a line feed added. At most 200 bytes, cut without an error. */
void pager_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What this pager did so far. `pager stat` shows the same from outside. */
void pager_stats(struct pager_stats *stats);

/**
 * Have the pager @name (NULL: the system again) supply the anonymous memory of this program. For those that
 * start programs, such as `pager run`.
 *
 * @from_exec  from the next exec on, instead of now
 * Errors      E_NO_ENTRY (no such pager), E_LOOP (this program, or one that its pages depend on)
 */
MUST_USE err_t pager_set_supplier(const char *name, bool from_exec);

#endif
