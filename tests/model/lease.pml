/* SPDX-License-Identifier: MIT */
/*
 * Pages of a file on lease, and memory for the cache: two spaces that map the one page of a file, the pager,
 * the vfs with its driver, a program that cuts the file, one that writes WRITES pages of another file.
 *
 * Calls go down only: pager -> vfs -> driver; upwards goes a flag, which the pager takes when it waits. A page
 * that is cut or evicted while lent stays until the pager has unmapped it everywhere and given it back; who
 * cuts the file waits for that. A dirty page is freed by writing it back, which takes a frame itself: KEEP_IO
 * frames are for nothing else, KEEP_LEASE frames for leases only.
 */
#define FRAMES 3 /* the last is the pager's, until the vfs asks */
#ifndef WRITES
#define WRITES 4
#endif
#ifdef NO_RESERVE
#define KEEP_IO	   0
#define KEEP_LEASE 0
#else
#define KEEP_IO	   1
#define KEEP_LEASE 1
#endif
#define NO_FRAME 255

mtype = { FREE, FILE_PAGE, DIRTY, BUFFER, AWAY };		      /* what a frame is used for */
mtype = { LEASE, RETURN, GROW, GROW_NONE, OK, PAST_END, NO_MEMORY };  /* calls of the pager, answers */
mtype = { TOUCHES, FAULTED, HAS_IT, ENDED };			      /* a program's thread */

mtype use[FRAMES];
mtype thread[2] = TOUCHES;
byte mapped[2] = NO_FRAME;    /* the entry of each space */
byte leased = NO_FRAME;	      /* in the pager's books */
byte page = NO_FRAME;	      /* of the file, in the vfs's books */
byte frames_free = FRAMES - 1;
bool lent = false, cutting = false, past_end = false, cut = false;
bool cut_wanted = false, write_wanted = false, asked = false, no_more = false;
bool wants_return = false, wants_memory = false; /* the pager's flags */
bool returning = false;
bool io = false, io_done = false;
byte written = 0;
chan down = [0] of { mtype };
chan up = [0] of { mtype, byte };
#ifdef CALLS_UP
chan recall = [0] of { bool };
#endif

inline take(f, what)
{
	f = 0;
	do
	:: use[f] != FREE -> f++
	:: use[f] == FREE -> break
	od;
	use[f] = what;
	frames_free--
}

/* A frame is free only when nobody has it mapped, and nobody may map it. */
inline release(f)
{
	assert(mapped[0] != f && mapped[1] != f);
	assert(leased != f);
	use[f] = FREE;
	frames_free++
}

#ifdef CUTS_AT_ONCE
#define MAY_CUT true
#else
#define MAY_CUT (!lent)
#endif

/* --- vfs. It serves one request at a time, and never waits for the pager. */

inline finish_cut()
{
	if
	:: page != NO_FRAME -> release(page); page = NO_FRAME
	:: else
	fi;
	past_end = true;
	cutting = false;
	cut = true;
	assert(mapped[0] == NO_FRAME && mapped[1] == NO_FRAME)
}

inline ask_back()
{
#ifdef CALLS_UP
	recall!true;
#elif !defined(NO_NEWS)
	wants_return = true;
#endif
	returning = true
}

inline begin_cut()
{
	cut_wanted = false;
	cutting = true;
#ifndef LEASES_WHILE_CUTTING
	past_end = true;
#endif
	if
	:: lent && !returning -> ask_back()
	:: else
	fi
}

inline serve_lease(f)
{
	if
	:: past_end -> up!PAST_END, NO_FRAME
	:: !past_end && page != NO_FRAME -> lent = true; up!OK, page
	:: !past_end && page == NO_FRAME && frames_free > KEEP_IO ->
		take(f, FILE_PAGE);
		page = f;
		lent = true;
		up!OK, page
	:: !past_end && page == NO_FRAME && frames_free <= KEEP_IO -> up!NO_MEMORY, NO_FRAME
	fi
}

inline serve_grow()
{
	use[FRAMES - 1] = FREE;
	frames_free++;
	asked = false;
	up!OK, NO_FRAME
}

inline write_page(f)
{
	take(f, DIRTY);
	written++;
	write_wanted = false
}

/* A page for the writer: clean and not lent, or lent and then asked back, or dirty and then written back. */
inline evict(f)
{
	if
	:: page != NO_FRAME && !lent && !cutting -> release(page); page = NO_FRAME
	:: page != NO_FRAME && lent && !returning -> ask_back()
	:: !io && !io_done && frames_free > 0 && (use[0] == DIRTY || use[1] == DIRTY || use[2] == DIRTY) ->
		take(f, BUFFER);
		io = true
	fi
}

#define CAN_EVICT ((page != NO_FRAME && ((!lent && !cutting) || (lent && !returning))) || \
		   (!io && !io_done && frames_free > 0 &&                                       \
		    (use[0] == DIRTY || use[1] == DIRTY || use[2] == DIRTY)))

inline written_back(f)
{
	io_done = false;
	f = 0;
	do
	:: f < FRAMES && (use[f] == BUFFER) -> release(f); f++
	:: f < FRAMES && use[f] != BUFFER -> f++
	:: f == FRAMES -> break
	od;
	f = 0;
	do
	:: use[f] != DIRTY -> f++
	:: use[f] == DIRTY -> release(f); break
	od
}

/*
 * Who waits is tried before the next call is taken. Not so a cut, which in truth is of many pages and lasts
 * over many returns: between them come other calls.
 */
#ifdef NEWCOMERS_FIRST
#define HAS_WORK false
#else
#define HAS_WORK (io_done || (write_wanted && (frames_free > KEEP_IO + KEEP_LEASE || (no_more && CAN_EVICT))))
#endif

active proctype vfs()
{
	byte f;

	atomic { use[0] = FREE; use[1] = FREE; use[2] = AWAY };
end:	do
	:: atomic { down?LEASE -> serve_lease(f) }
	:: atomic { down?RETURN -> lent = false; returning = false; up!OK, NO_FRAME }
	:: atomic { down?GROW -> serve_grow() }
	:: atomic { down?GROW_NONE -> no_more = true; asked = false; up!OK, NO_FRAME }
	:: atomic { io_done -> written_back(f) }
	:: atomic { cut_wanted -> begin_cut() }
	:: atomic { cutting && lent && !returning -> ask_back() }
	:: atomic { cutting && MAY_CUT -> finish_cut() }
	:: atomic { write_wanted && frames_free > KEEP_IO + KEEP_LEASE -> write_page(f) }
	:: atomic { write_wanted && frames_free <= KEEP_IO + KEEP_LEASE && !no_more && !asked -> asked = true; wants_memory = true }
	:: atomic { write_wanted && frames_free <= KEEP_IO + KEEP_LEASE && no_more && CAN_EVICT -> evict(f) }
	od
}

active proctype driver()
{
end:	do
	:: atomic { io -> io = false; io_done = true }
	od
}

/* --- pager */

inline call(request)
{
	atomic { !HAS_WORK -> down!request };
	up?result, frame
}

inline end_thread(s)
{
	atomic { thread[s] = ENDED; mapped[s] = NO_FRAME }
}

inline map(s)
{
	atomic {
		assert(!cut);		 /* no late answer maps what was cut */
		assert(use[leased] == FILE_PAGE && page == leased); /* nor another's data */
		mapped[s] = leased;
		thread[s] = HAS_IT
	}
}

inline grow()
{
	if
	:: use[FRAMES - 1] == AWAY -> call(GROW)
	:: else -> call(GROW_NONE)
	fi
}

inline serve_fault(s)
{
	if
	:: leased != NO_FRAME -> map(s)
	:: else ->
		call(LEASE);
		if
		:: result == NO_MEMORY && use[FRAMES - 1] == AWAY -> call(GROW); call(LEASE)
		:: else
		fi;
		leased = frame;
		if
		:: result == OK -> map(s)
		:: else -> end_thread(s)
		fi
	fi
}

inline unmap(s)
{
	mapped[s] = NO_FRAME;
	if
	:: thread[s] == HAS_IT -> thread[s] = TOUCHES
	:: else
	fi
}

inline give_back()
{
	if
	:: leased != NO_FRAME ->
#ifdef RETURNS_FIRST
		leased = NO_FRAME;
		call(RETURN);
#endif
		atomic { unmap(0) };
		atomic { unmap(1) };
#ifndef RETURNS_FIRST
		leased = NO_FRAME;
		call(RETURN)
#endif
	:: else
	fi
}

active proctype pager()
{
	mtype result;
	byte frame;

end:	do
	:: wants_return -> wants_return = false; give_back()
	:: wants_memory -> wants_memory = false; grow()
#ifdef CALLS_UP
	:: recall?true -> give_back()
#endif
	:: !wants_return && !wants_memory && thread[0] == FAULTED -> serve_fault(0)
	:: !wants_return && !wants_memory && thread[1] == FAULTED -> serve_fault(1)
	od
}

/* --- programs: two read the page, again when it was taken away; one that is refused it ends. */

active [2] proctype reader()
{
	byte s = _pid - 3;

end:	do
	:: atomic { thread[s] == TOUCHES -> thread[s] = FAULTED }
	:: thread[s] == ENDED -> break
	od
}

active proctype cutter()
{
	if
	:: true
	:: cut_wanted = true; cut
	fi
}

active proctype writer()
{
	byte pages = 0;

	do
	:: pages < WRITES -> write_wanted = true; !write_wanted; pages++
	:: pages == WRITES -> break
	od
}

ltl all_are_served {
	(<> (written == WRITES)) && ([] (cut_wanted -> <> cut)) && ([] (thread[0] == FAULTED -> <> (thread[0] != FAULTED)))
}
