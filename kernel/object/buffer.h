/* SPDX-License-Identifier: MIT */
/* The caller's buffer: copies between it and the receiver, through the kernel's own map of memory. */
#ifndef OBJECT_BUFFER_H
#define OBJECT_BUFFER_H

#include "object/thread.h"

/* One copy: at most BUFFER_STEP_BYTES a call are done. */
struct buffer_copy {
	uint64_t offset; /* in the caller's buffer */
	uint64_t bytes;
	uint64_t direction;    /* enum copy_direction */
	bool is_source;	       /* local end: a source of the receiver's space, else its memory */
	uint64_t local;	       /* user address, or source index */
	uint64_t source_bytes; /* offset in the source */
};

#define BUFFER_STEP_BYTES BUFFER_PASS_MAX

/**
 * Copy between the buffer of @caller and @server's memory.
 *
 * Errors    E_RANGE outside the buffer, or (with *done) the server's own page is absent or refused;
 *           E_RIGHTS not that direction; E_ABSENT (with *done) the caller's page is; E_FRAME
 * After     *done bytes are copied; E_OK with *done < bytes: go on
 */
err_t buffer_copy(struct thread *server, struct thread *caller, const struct buffer_copy *copy,
		  uint64_t *done) MUST_USE;

/**
 * Copy @bytes from the start of one caller's buffer to the start of another's.
 *
 * Errors    E_RANGE outside a buffer, or more than BUFFER_PASS_MAX; E_RIGHTS not open for this; E_ABSENT
 * After     with E_ABSENT a part may be copied
 */
err_t buffer_pass(struct thread *from, struct thread *to, uint64_t bytes) MUST_USE;

#endif
