/* SPDX-License-Identifier: MIT */
/*
 * Faults of one page of an area that a custom pager supplies (docs/pager-protocol.md): THREADS threads of a
 * client, the system pager, the custom pager, the clock; somebody who unmaps or replaces the area, somebody
 * who destroys the custom pager, somebody who destroys a thread of the client.
 *
 * What the kernel does in one visit is atomic; between two visits of a server everything else may happen. So
 * the custom pager dies between any two of its visits, and its destruction by the system pager is itself
 * many steps, in which faults come and bounce. Time: a tick comes at any moment, and surely; a deadline is DUE ticks.
 */
#ifndef THREADS
#define THREADS 1
#endif
#if THREADS > 1
#define DUE 1 /* the larger instance: one tick, and a custom pager with fewer answers */
#else
#define DUE 2
#endif
#define THREAD_FIRST 3 /* processes declared before: custom, pager, clock */

#include "kernel.pml"

/* What the area is in the books, and what its page's entry shows: the same names. */
#define NONE	 0
#define EXTERNAL 1 /* a page of the grant */
#define ANON	 2 /* a page of the system's */

mtype = { IDLE, OUT, LATER };	       /* of a record; OUT is FORWARD_SENT */
mtype = { UNMAP, DESTROY, NO_REQUEST }; /* to the system pager */

byte area = EXTERNAL, entry = NONE, replacement;
bool outside = false;	 /* an entry outside the window */
bool grant_free = false; /* the custom pager's frames went back */
mtype record[THREADS] = IDLE;
bool asked[THREADS];	 /* the record is of this page */
byte age[THREADS];	 /* ticks since it was asked for */
bool armed = false, news = false;
bool custom_ran = true;
mtype request = NO_REQUEST;
bool removing = false;	 /* between the books' change and the entries' */
byte stopper = NOBODY;	 /* a thread that is diverted by a signal: stopped, then started */
byte done = 0;		 /* threads that have their page, or were stopped for good */

/* --- the custom pager's visits */

inline map_supplied(t)
{
	assert(area == EXTERNAL);  /* no late answer maps what was unmapped */
	assert(!grant_free);	   /* nor a frame that went back */
	entry = EXTERNAL
}

inline custom_takes(t)
{
	atomic {
		custom_ran && !endpoint_dead && current == NOBODY && state[t] == SENT ->
		step(t, CALL);
		current = t
	}
}

inline custom_saves(t)
{
	atomic {
		custom_ran && current == t && !saved[t] ->
		saved[t] = true;
		saved_good[t] = true;
		current = NOBODY
	}
}

/* The page; a Reply in a slot may be used again, which finds it stale. */
inline custom_answers(t)
{
	atomic {
		custom_ran && HAS(t) ->
		if
		:: CAN_ANSWER(t) ->
			map_supplied(t);
			settle(t);
			step(t, FAULT_ANSWER)
		:: else -> saved[t] = false
		fi
	}
}

/* A page outside the window: refused, nothing is used up; it then tries something else. */
inline custom_reaches_out(t)
{
	atomic {
		custom_ran && CAN_ANSWER(t) && !saved[t] && !outside ->
#ifdef NO_BOUNDS
		outside = true;
#endif
		saved[t] = true;
		saved_good[t] = true;
		current = NOBODY
	}
}

inline custom_refuses(t, why)
{
	atomic {
		custom_ran && CAN_ANSWER(t) ->
		saved[t] = false;
		bounce(t, why)
	}
}

/* The kept Reply is another one, so nothing bounces: only the deadline sees this. */
inline custom_drops(t)
{
	atomic {
		custom_ran && saved[t] ->
		saved[t] = false;
		saved_good[t] = false
	}
}

#define CUSTOM_SERVES(t) \
	:: custom_takes(t) \
	:: custom_saves(t) \
	:: custom_answers(t) \
	:: custom_refuses(t, RETRY) \
	MORE_ANSWERS(t)
#if THREADS > 1
#define MORE_ANSWERS(t)
#else
#define MORE_ANSWERS(t) \
	:: custom_reaches_out(t) \
	:: custom_drops(t) \
	:: custom_refuses(t, NOT_NOW) \
	:: custom_refuses(t, FAIL)
#endif

active proctype custom()
{
end:	do
	CUSTOM_SERVES(0)
#if THREADS > 1
	CUSTOM_SERVES(1)
#endif
	:: custom_ran -> break /* hangs, or crashes, with whatever it holds */
	od
}

/* --- the system pager. Its current caller is HELD: only its own visit, or the thread's end, changes that. */

inline answer(t, frame)
{
	atomic {
		if
		:: state[t] == HELD ->
			if
			:: frame != NONE -> entry = frame
			:: else
			fi;
			settle(t);
			step(t, FAULT_ANSWER)
		:: else /* E_STALE */
		fi
	}
}

inline run_again(t)
{
	answer(t, NONE)
}

/* The Reply is kept for proc, which ends the process; a second thread's is stopped first. */
inline refuse(t)
{
	atomic {
		record[t] = IDLE;
		if
		:: state[t] == HELD ->
			settle(t);
			if
			:: true -> step(t, THREAD_STOP)
			:: true -> step(t, FAULT_REFUSE); step(t, THREAD_STOP)
			fi
		:: else
		fi
	}
}

/* reply_recall(): true if the thread is ours. */
inline recall(t, is_ours)
{
	atomic {
		is_ours = kept[t] && (state[t] == SENT || state[t] == LENT);
		if
		:: is_ours ->
			settle(t);
			kept[t] = true;
			step(t, RECALL)
		:: else
		fi
	}
}

inline forward(t)
{
	atomic {
		if
		:: !asked[t] -> age[t] = 0
		:: else
		fi;
		asked[t] = true
	}
	if
	:: age[t] == DUE -> refuse(t)
	:: age[t] < DUE ->
		if
		:: atomic { state[t] == HELD && !endpoint_dead ->
			kept[t] = true;
			step(t, FORWARD) };
			atomic { record[t] = OUT; armed = true }
		:: endpoint_dead -> refuse(t)
		:: state[t] != HELD /* destroyed meanwhile */
		fi
	fi
}

inline decide(t)
{
	if
	:: area == NONE -> refuse(t)
	:: area == ANON -> answer(t, ANON)
	:: area == EXTERNAL -> forward(t)
	:: area == EXTERNAL -> refuse(t) /* no record, node or slot is left */
	fi
}

inline serve_bounced(t)
{
	if
	:: record[t] != OUT -> run_again(t)
	:: else ->
		record[t] = IDLE;
		if
		:: endpoint_dead || label[t] == FAIL -> refuse(t)
		:: !endpoint_dead && (label[t] == NO_LABEL || label[t] == RETRY) -> run_again(t)
		:: !endpoint_dead && label[t] == NOT_NOW && age[t] == DUE -> refuse(t)
		:: !endpoint_dead && label[t] == NOT_NOW && age[t] < DUE ->
			atomic {
				if
				:: state[t] == HELD -> kept[t] = true; record[t] = LATER
				:: else
				fi
			}
		fi
	fi
}

inline serve_fault(t)
{
	if
	:: bounced[t] -> serve_bounced(t)
	:: else -> decide(t)
	fi
}

/* One record, when a tick came. */
inline look(t)
{
	if
	:: asked[t] && age[t] < DUE -> age[t]++
	:: else
	fi;
	if
	:: record[t] == OUT && age[t] == DUE ->
		recall(t, ours);
		if
		:: ours -> refuse(t)
		:: else -> record[t] = IDLE
		fi
	:: record[t] == LATER -> record[t] = IDLE; run_again(t)
	:: else ->
#ifdef FORGETS_IDLE /* that an idle record knows since when the page is asked for */
		if
		:: record[t] == IDLE && age[t] == DUE -> asked[t] = false
		:: else
		fi
#else
		skip
#endif
	fi
}

inline recall_for_unmap(t)
{
	asked[t] = false;
	if
	:: record[t] == OUT ->
		recall(t, ours);
		if
		:: ours -> run_again(t)
		:: else
		fi
	:: record[t] == LATER -> run_again(t)
	:: else
	fi;
	record[t] = IDLE
}

inline recall_all()
{
	recall_for_unmap(0);
#if THREADS > 1
	recall_for_unmap(1);
#endif
}

inline give_grant_back()
{
	if
	:: endpoint_dead && area != EXTERNAL -> assert(entry != EXTERNAL); grant_free = true
	:: else
	fi
}

inline unmap()
{
#if !defined(NO_RECALL) && !defined(RECALL_LATE)
	recall_all();
#endif
	atomic { removing = true; area = replacement };
#ifdef FREES_EARLY
	give_grant_back();
#endif
	atomic { entry = NONE; removing = false };
#ifdef RECALL_LATE
	recall_all();
#endif
	give_grant_back()
}

inline reap_queued(t)
{
	atomic {
		if
		:: state[t] == SENT -> bounce(t, NO_LABEL)
		:: else
		fi
	}
}

inline end_forward(t)
{
	if
	:: record[t] == OUT ->
		recall(t, ours);
		if
		:: ours -> refuse(t)
		:: else
		fi
	:: record[t] == LATER -> refuse(t)
	:: else
	fi
}

/* The kernel reaps one thread a step; the Replies in slots say nothing, as there are the kept ones. */
inline destroy_custom()
{
	custom_ran = false;
	endpoint_dead = true;
#ifndef NO_BOUNCE
	reap_queued(0);
#if THREADS > 1
	reap_queued(1);
#endif
	atomic {
		if
		:: current != NOBODY -> caller = current; bounce(caller, NO_LABEL)
		:: else
		fi
	}
#endif
#ifndef SAVED_FORGOTTEN
	end_forward(0);
#if THREADS > 1
	end_forward(1);
#endif
#endif
	assert(state[0] != SENT && state[0] != LENT);
#if THREADS > 1
	assert(state[1] != SENT && state[1] != LENT);
#endif
	give_grant_back()
}

/* A wait gives flags before messages. */
active proctype pager()
{
	bool ours;
	byte caller;

end:	do
	:: atomic { news -> news = false; armed = false };
		look(0);
#if THREADS > 1
		look(1);
		armed = armed || (asked[1] && (record[1] != IDLE || age[1] < DUE));
#endif
		armed = armed || (asked[0] && (record[0] != IDLE || age[0] < DUE))
	:: !news && request == UNMAP -> unmap(); request = NO_REQUEST
	:: !news && request == DESTROY -> destroy_custom(); request = NO_REQUEST
	:: atomic { !news && state[0] == QUEUED -> step(0, CALL) }; serve_fault(0)
#if THREADS > 1
	:: atomic { !news && state[1] == QUEUED -> step(1, CALL) }; serve_fault(1)
#endif
	od
}

/* --- the others */

active proctype clock()
{
end:	do
#ifndef NO_CLOCK
	:: atomic { armed && !news -> news = true }
#else
	:: false
#endif
	od
}

active [THREADS] proctype thread()
{
	byte t = _pid - THREAD_FIRST;

	do
	:: atomic { state[t] == RUNS && entry == NONE -> bounced[t] = false; label[t] = NO_LABEL; step(t, FAULT) }
	:: atomic { state[t] == RUNS && entry != NONE -> assert(entry == area || removing); break }
	:: state[t] == STOPPED && stopper != t -> break
	od;
	done++
}

active proctype unmapper()
{
	if
	:: true
	:: atomic { request == NO_REQUEST -> replacement = NONE; request = UNMAP }
	:: atomic { request == NO_REQUEST -> replacement = ANON; request = UNMAP }
	fi;
	request != UNMAP;
	assert(area == EXTERNAL || entry != EXTERNAL);
	assert(!outside)
}

active proctype destroyer()
{
	if
	:: true
	:: atomic { request == NO_REQUEST -> request = DESTROY }
	fi
}

active proctype stopper_of_threads()
{
	if
	:: true
#if THREADS == 1
	:: atomic { state[0] != STOPPED -> settle(0); step(0, THREAD_STOP) }
	:: atomic { state[0] != STOPPED -> settle(0); step(0, THREAD_STOP); stopper = 0 };
		atomic { step(0, THREAD_START); stopper = NOBODY }
#endif
	fi
}

ltl every_fault_ends { <> (done == THREADS) }
