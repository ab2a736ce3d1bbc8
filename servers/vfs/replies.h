/* SPDX-License-Identifier: MIT */
/* Slots of the own CSpace where replies of waiting callers are kept. */
#ifndef VFS_REPLIES_H
#define VFS_REPLIES_H

#include "uapi/error.h"
#include "uapi/types.h"

#define REPLIES_MAX 256u

/* Keep the current caller's reply. Errors: E_TOO_MANY: no slot; the caller is still current */
MUST_USE err_t replies_save(cap_t *slot);

/* Answer and free the slot, whether or not the caller is still there. */
void replies_send(cap_t slot, err_t error, uint64_t w0);

/* Free the slot without an answer. */
void replies_drop(cap_t slot);

uint32_t replies_count(void);

#endif
