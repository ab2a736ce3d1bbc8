/* SPDX-License-Identifier: MIT */
/* A caller's buffer while its request is served, now or after a wait. */
#ifndef VFS_TRANSFER_H
#define VFS_TRANSFER_H

#include "proto/records.h"
#include "uapi/error.h"
#include "uapi/message.h"
#include <pagoda/ipc.h>

struct process;

struct transfer {
	cap_t reply;		 /* slot of the caller's reply; CAP_NULL: the current caller */
	struct process *process; /* the caller, if it may have to wait; it stays meanwhile */
	uint64_t bytes;		 /* length of the buffer */
	uint64_t done;		 /* bytes moved so far */
};

/* The buffer of a message. Errors: E_ARGUMENT: it has none that allows @access (BUFFER_READ, BUFFER_WRITE) */
MUST_USE static inline err_t transfer_open(struct transfer *t, const struct message *m, uint64_t access)
{
	if (!(m->tag & TAG_BUFFER) || !(m->w[3] & access))
		return E_ARGUMENT;
	*t = (struct transfer){.reply = CAP_NULL, .bytes = BUFFER_LENGTH(m->w[3])};
	return E_OK;
}

/*
 * Move the next @bytes (no more than is left); t->done tells how far it came.
 * Errors    E_ABSENT: the caller has to make the page at t->done present; E_FAULT: it may not be touched;
 *           E_STALE: the caller is gone
 */
MUST_USE err_t transfer_to_caller(struct transfer *t, const void *from, uint64_t bytes);
MUST_USE err_t transfer_from_caller(struct transfer *t, void *to, uint64_t bytes);

/* Move no more than VFS_MOVE_MAX: the answer is short. */
static inline void transfer_bound(struct transfer *t)
{
	if (t->bytes > VFS_MOVE_MAX)
		t->bytes = VFS_MOVE_MAX;
}

static inline uint64_t transfer_left(const struct transfer *t)
{
	return t->bytes - t->done;
}

#endif
