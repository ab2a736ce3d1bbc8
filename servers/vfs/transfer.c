/* SPDX-License-Identifier: MIT */
/* Copying from and to the caller's buffer; the kernel does it and never faults. */
#include "transfer.h"
#include <pagoda/syscall.h>

static err_t transfer_move(struct transfer *t, uint64_t own, uint64_t bytes, enum copy_direction direction)
{
	uint64_t end = t->done + (bytes < transfer_left(t) ? bytes : transfer_left(t));
	struct result r;

	while (t->done < end) { /* the kernel copies a bounded number of bytes a call */
		r = sys_buffer_copy(t->reply, t->done, own, end - t->done, direction);
		if (r.error != E_OK && r.error != E_ABSENT)
			return r.error == E_STALE ? E_STALE : E_FAULT;
		t->done += r.value;
		own += r.value;
		if (r.error == E_ABSENT)
			return E_ABSENT;
		if (r.value == 0)
			return E_FAULT; /* no progress */
	}
	return E_OK;
}

err_t transfer_to_caller(struct transfer *t, const void *from, uint64_t bytes)
{
	return transfer_move(t, (uint64_t)from, bytes, COPY_TO_CALLER);
}

err_t transfer_from_caller(struct transfer *t, void *to, uint64_t bytes)
{
	return transfer_move(t, (uint64_t)to, bytes, COPY_FROM_CALLER);
}
