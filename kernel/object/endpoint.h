/* SPDX-License-Identifier: MIT */
/*
 * Endpoints: where senders and receivers meet; and the messages that pass.
 *
 * An endpoint's queue holds senders or receivers, never both.
 */
#ifndef OBJECT_ENDPOINT_H
#define OBJECT_ENDPOINT_H

#include "object/thread.h"

enum endpoint_state {
	ENDPOINT_IDLE = 0,
	ENDPOINT_SENDERS = 1,
	ENDPOINT_RECEIVERS = 2,
};

struct endpoint {
	struct object object;
	uint32_t state;	   /* [K] enum endpoint_state */
	struct list queue; /* [K] threads by their queue node */
};

struct endpoint *endpoint_create(struct pool *pool);
bool endpoint_reap_step(struct endpoint *endpoint);

/* Can @thread send a message with this tag? E_MESSAGE, and for TAG_CAP E_SLOT E_EMPTY E_RIGHTS. */
err_t message_check_send(const struct thread *thread, const struct slot *endpoint, uint64_t tag) MUST_USE;

/**
 * @thread, which is current and READY, sends: the message is delivered, or it is queued.
 *
 * Needs     message_check_send() was E_OK; send_kind, send_badge set
 */
void endpoint_send(struct thread *thread, struct endpoint *endpoint);

/**
 * @thread, which is current and READY, waits at @endpoint (or @notification, or neither).
 *
 * After     its registers hold the result, or it is WAITING
 */
void endpoint_wait(struct thread *thread, struct endpoint *endpoint, struct notification *notification,
		   uint64_t deadline);

/* Take @thread from the queue it is in. */
void endpoint_dequeue(struct thread *thread);

/**
 * Carry the words (and the capability, if TAG_CAP) of a message over.
 *
 * Errors    E_MESSAGE: the receiver has no message page for a long message; E_OCCUPIED: it declared no
 *           empty slot for the capability; nothing has been carried
 */
err_t message_carry(struct thread *from, struct thread *to, uint64_t tag, uint64_t badge) MUST_USE;

#endif
