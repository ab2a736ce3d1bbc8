/* SPDX-License-Identifier: MIT */
/* Notifications: flags that can be waited for; Timers and Irqs that set them. */
#ifndef OBJECT_NOTIFICATION_H
#define OBJECT_NOTIFICATION_H

#include "hw/plic.h"
#include "object/thread.h"

struct notification {
	struct object object;
	uint64_t flags;	      /* [K] set and not yet collected */
	struct list waiters;  /* [K] threads in wait on this notification itself */
	struct thread *bound; /* [K] the thread bound to it, or NULL */
};

struct timer {
	struct object object;
	struct alarm alarm;	  /* [K] */
	struct slot notification; /* [K] */
};

struct irq_line {
	uint8_t created;	  /* [K] a capability for this line exists */
	uint8_t claimed;	  /* [K] delivered, not yet acknowledged */
	uint16_t number;	  /* [I] */
	uint32_t references;	  /* [K] */
	struct slot notification; /* [K] */
};

extern struct irq_line irq_lines[PLIC_LINES];

struct notification *notification_create(struct pool *pool);
bool notification_reap_step(struct notification *notification);

/* Set @flags; wakes the bound thread's wait, or the first waiter. */
void notification_signal(struct notification *notification, uint64_t flags);

/* Take what is set for a wait that is about to begin: true, and the thread's registers hold it. */
bool notification_collect(struct notification *notification, struct thread *thread);

struct timer *timer_create(struct pool *pool);
bool timer_reap_step(struct timer *timer);
void timer_fired(struct timer *timer);

/* The external interrupt: claim lines and signal them. */
void irq_interrupt(void);

/* One capability of the line less; the last one lets go of it. */
void irq_line_release(struct irq_line *line);

/* No more interrupts from the line; one that is not acknowledged is forgotten. */
void irq_line_quiet(struct irq_line *line);

/* Is there somebody to signal? A slot that is being deleted may name a notification that is gone. */
static inline bool notification_is_held(const struct slot *slot)
{
	return slot->kind == KIND_NOTIFICATION && !(slot->flags & SLOT_DYING);
}

#endif
