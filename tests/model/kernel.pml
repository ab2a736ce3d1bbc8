/* SPDX-License-Identifier: MIT */
/*
 * The kernel's part in a fault: kernel/object/reply.c, one atomic step a visit.
 *
 * A Reply is good as long as its number is the thread's. Numbers never come back, so a Reply is a flag
 * here, and what moves the number (settle) clears the flags of all. Three places can hold one: the system
 * pager's record (kept), the custom pager's current-caller link (current), a slot of the custom pager
 * (saved; stale ones stay there, without saved_good).
 */
mtype = { RUNS, QUEUED, HELD, SENT, LENT, STOPPED };
mtype = { FAULT, CALL, FAULT_ANSWER, FAULT_REFUSE, FORWARD, RECALL, BOUNCE, THREAD_STOP, THREAD_START };
mtype = { NO_LABEL, RETRY, NOT_NOW, FAIL };

#define NOBODY 255

mtype state[THREADS] = RUNS;
bool bounced[THREADS];		    /* FAULT_BOUNCED of the message */
mtype label[THREADS] = NO_LABEL;    /* its w3 */
bool kept[THREADS], saved[THREADS], saved_good[THREADS];
byte current = NOBODY;		    /* the custom pager's current caller */
bool endpoint_dead = false;

inline step(t, event)
{
	if
#define STEP(from, what, to) :: state[t] == from && event == what -> state[t] = to
#include "steps.def"
#undef STEP
	:: else -> assert(false) /* a step that steps.def does not know */
	fi
}

inline settle(t)
{
	kept[t] = false;
#ifndef NO_SEQUENCE /* the number that makes other Replies stale */
	saved_good[t] = false;
#endif
	if
	:: current == t -> current = NOBODY
	:: else
	fi
}

inline bounce(t, why)
{
	settle(t);
	bounced[t] = true;
	label[t] = why;
	step(t, BOUNCE)
}

/* reply_find() of a Reply in the custom pager's slot. */
#ifdef NO_SEQUENCE
#define SAVED_IS_GOOD(t) (saved_good[t] && (state[t] == HELD || state[t] == SENT || state[t] == LENT))
#else
#define SAVED_IS_GOOD(t) (saved_good[t])
#endif
#define CAN_ANSWER(t) (current == t || (saved[t] && SAVED_IS_GOOD(t)))
#define HAS(t)	      (current == t || saved[t])
