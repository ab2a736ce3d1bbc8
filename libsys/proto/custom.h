/* SPDX-License-Identifier: MIT */
/*
 * What crosses between the system pager and a custom pager, besides requests: the badge of a forwarded fault,
 * and the label of an answer that is no page. docs/pager-protocol.md has the sequences.
 *
 * Badge of a forwarded fault, chosen by the system pager:
 *    63  60 59        38 37 36 35   32 31     26 25            0
 *   |  0   |   pid      |x |w | source | object |  page          |
 *      page    of the object; object 0: the page number of the address, truncated
 *      object  1.. as PUBLISH answered; 0: anonymous memory
 *      source  index of the grant in the client's space; map items name it
 *      w, x    the entry may be writable, executable
 *
 * Label of a plain answer (0 is E_OK: RETRY, too):
 *   FAIL      31........12 11....4 3..0        GIVE   31....26 25........4 3..0
 *            |    code    | signal | 4 |             | count-1 |  frame    | 3 |
 *   others: all zero above bit 3.
 */
#ifndef PROTO_CUSTOM_H
#define PROTO_CUSTOM_H

#include "uapi/types.h"

enum custom_answer {
#define ANSWER(NAME, number, text) CUSTOM_##NAME = number,
#define OPERATION(NAME, number, text)
#include "proto/custom.def"
#undef ANSWER
#undef OPERATION
};

enum custom_operation {
#define ANSWER(NAME, number, text)
#define OPERATION(NAME, number, text) CUSTOM_OPERATION_##NAME = number,
#include "proto/custom.def"
#undef ANSWER
#undef OPERATION
};

#define CUSTOM_PAGE_BITS       26
#define CUSTOM_OBJECTS_MAX     63 /* of one pager; numbers 1 to 63 */
#define CUSTOM_PID_MAX	       0x3fffffu
#define CUSTOM_NAME_MAX	       31
#define CUSTOM_DEADLINE_MS     1000 /* if PUBLISH or REGISTER names none */
#define CUSTOM_DEADLINE_MAX_MS 60000
#define CUSTOM_GIVE_MAX	       64 /* frames of one GIVE */

#define CUSTOM_BADGE(page, object, source, write, execute, pid)                                             \
	((uint64_t)(page) | (uint64_t)(object) << 26 | (uint64_t)(source) << 32 | (uint64_t)(write) << 36 | \
	 (uint64_t)(execute) << 37 | (uint64_t)(pid) << 38)
#define CUSTOM_BADGE_PAGE(badge)    ((badge)&0x3ffffff)
#define CUSTOM_BADGE_OBJECT(badge)  ((uint32_t)((badge) >> 26 & 0x3f))
#define CUSTOM_BADGE_SOURCE(badge)  ((uint32_t)((badge) >> 32 & 0xf))
#define CUSTOM_BADGE_WRITE(badge)   ((badge) >> 36 & 1)
#define CUSTOM_BADGE_EXECUTE(badge) ((badge) >> 37 & 1)
#define CUSTOM_BADGE_PID(badge)	    ((uint32_t)((badge) >> 38 & CUSTOM_PID_MAX))

#define CUSTOM_LABEL_KIND(label)    ((uint32_t)(label)&0xf)
#define CUSTOM_LABEL_FAIL(signal, code) \
	((uint32_t)CUSTOM_FAIL | ((uint32_t)(signal)&0xff) << 4 | ((uint32_t)(code)&0xfffff) << 12)
#define CUSTOM_LABEL_SIGNAL(label) ((uint32_t)(label) >> 4 & 0xff)
#define CUSTOM_LABEL_CODE(label)   ((uint32_t)(label) >> 12)
#define CUSTOM_LABEL_GIVE(frame, count) \
	((uint32_t)CUSTOM_GIVE | ((uint32_t)(frame)&0x3fffff) << 4 | (uint32_t)((count)-1) << 26)
#define CUSTOM_LABEL_FRAME(label) ((uint32_t)(label) >> 4 & 0x3fffff)
#define CUSTOM_LABEL_COUNT(label) (((uint32_t)(label) >> 26) + 1)

/* Bucket i: latencies from 2^i to 2^(i+1) - 1 instructions; the last: and more. */
#define CUSTOM_HISTOGRAM 24

/* First page of the grant: what the pager says of itself. Written by it, only shown by others. */
struct custom_report {
	uint64_t version; /* CUSTOM_REPORT_VERSION */
	uint64_t frames_total, frames_used;
	struct custom_report_object {
		uint64_t requests, supplied, zeroed, failed, later; /* supplied: pages, the others: answers */
		uint64_t latency_sum;				    /* instructions from fault to answer */
	} object[CUSTOM_OBJECTS_MAX + 1];			    /* [0]: anonymous memory */
	uint16_t histogram[CUSTOM_HISTOGRAM];			    /* of all objects; saturates */
};
#define CUSTOM_REPORT_VERSION 1

_Static_assert(sizeof(struct custom_report) <= 4096, "the report is a page");

#endif
