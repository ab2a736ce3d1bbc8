/* SPDX-License-Identifier: MIT */
/*
 * Messages.
 *
 * Registers of call, send, reply, reply_wait, wait (a7 = number of the call):
 *
 *          in                                      out
 *   a0     endpoint (reply_send: Reply slot)       enum error
 *   a1     tag                                     tag
 *   a2-a5  words 0..3                              words 0..3
 *   a6     deadline of a wait, absolute ticks      badge of the sender
 *
 * A wait takes in a1, instead of a tag, the slot where it keeps the current caller's Reply (CAP_NULL: none).
 * forward_wait has in a0 and a6 what a wait has, in a1-a5 the arguments of reply_forward from endpoint on.
 *
 * Words 4.. of a long message are words[4]..words[MESSAGE_WORDS - 1] of both message pages.
 * In a message without words a2-a5 still travel: four words cost nothing.
 *
 * Tag:
 *    63            32 31      16 15 14 13 12 11 10  9  8 7       0
 *   |     label      |  items   |        |F |N |M |B |C |  words  |
 *      label  what is asked, or the server's enum error in an answer
 *      items  number of map items when M
 *      words  how many words travel, 0 to MESSAGE_WORDS
 */
#ifndef UAPI_MESSAGE_H
#define UAPI_MESSAGE_H

#include "uapi/layout.h"
#include "uapi/types.h"

#define MESSAGE_WORDS	  124
#define MESSAGE_REGISTERS 4

#define TAG_CAP		  (1ul << 8) /* one capability travels: message page cap_send to the receiver's cap_receive */
#define TAG_BUFFER                                                                                           \
	(1ul << 9)		      /* call: w2 = address, w3 = struct buffer_word of the caller's buffer; \
				       * reply_wait: w0 bytes pass from buffer to buffer, see syscall.def */
#define TAG_MAP		  (1ul << 10) /* answer to a fault: map items before the thread goes on */
#define TAG_NOTIFY	  (1ul << 11) /* received: no message but the notification's flags in w0 */
#define TAG_FAULT	  (1ul << 12) /* received: made by the kernel, see fault.h; no sender can set it */
#define TAG_WORDS(tag)	  ((tag)&0xff)
#define TAG_ITEMS(tag)	  ((tag) >> 16 & 0xffff)
#define TAG_LABEL(tag)	  ((uint32_t)((tag) >> 32))
#define TAG(label, words) ((uint64_t)(label) << 32 | (words))

#define DEADLINE_NEVER	  (~0ul)
#define DEADLINE_NOW	  0ul /* poll */

/* Fourth word of a call with TAG_BUFFER: length in bytes, and what the receiver may do. */
#define BUFFER_READ	    (1ul << 62) /* receiver may read from it */
#define BUFFER_WRITE	    (1ul << 63) /* receiver may write to it */
#define BUFFER_LENGTH(word) ((word) & ((1ul << 62) - 1))

/* Most that one reply_wait passes from buffer to buffer. */
#define BUFFER_PASS_MAX (8 * PAGE_BYTES)

/* Where buffer_copy() copies. */
enum copy_direction {
	COPY_FROM_CALLER = 0,
	COPY_TO_CALLER = 1,
};

/*
 * A map item: three words. The first of a TAG_MAP answer travels in w0-w2, further ones in
 * words[4 + 3 * (i - 1)] of the answerer's message page.
 *
 *   at_rights   63..12 user address    2..0 rights (RIGHT_READ | RIGHT_WRITE | RIGHT_EXECUTE)
 *   source      63..16 pages           7..0 index of the attached source    8: one 2 MiB leaf each
 *   offset      pages from the start of the source
 */
struct map_item {
	uint64_t at_rights;
	uint64_t source;
	uint64_t offset;
};
#define MAP_SUPERPAGE		 (1ul << 8) /* pages then count 2 MiB leaves, offset stays in 4 KiB pages */
#define MAP_SOURCE(index, pages) ((uint64_t)(pages) << 16 | (index))

/*
 * What answers to a fault are held to. reply_narrow() takes the pages apart, reply_forward() in the same
 * word.
 *
 *   63      32 31     16 15   3 2    0
 *  |   pages  | sources |   0  |rights|      sources: bit i is the source with index i
 */
#define REPLY_BOUNDS(rights, sources)	       ((uint64_t)(sources) << 16 | (rights))
#define FORWARD_BOUNDS(pages, rights, sources) ((uint64_t)(pages) << 32 | REPLY_BOUNDS(rights, sources))

#define BATCH_CALLS			       18

/* The message page of a thread, as user space and the kernel see it. */
struct message_page {
	uint64_t words[MESSAGE_WORDS]; /* [0..3] unused: they travel in registers */
	uint64_t cap_send;	       /* slot that TAG_CAP sends */
	uint64_t cap_send_rights;      /* rights that are left of it */
	uint64_t cap_receive;	       /* slot where one may arrive; 0: none wanted */
	struct batch_call {
		uint64_t number, argument[6];
	} batch[BATCH_CALLS]; /* of the call of that name */
	uint64_t unused[3];
	uint64_t saved[34]; /* divert: x1..x31 at [1..31], pc at [0], [32] reason, [33] valid */
	uint64_t reserved[512 - 290];
};
#define MESSAGE_SAVED_PC     0
#define MESSAGE_SAVED_REASON 32
#define MESSAGE_SAVED_VALID  33

_Static_assert(sizeof(struct message_page) == PAGE_BYTES, "a message page is a page");

#endif
