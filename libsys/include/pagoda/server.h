/* SPDX-License-Identifier: MIT */
/*
 * What init hands to a server: slots of its CSpace, and this record on its stack (a0 at the start).
 * A server is linked at PROGRAM_BASE and has stack, message page and info page where a program has
 * them; all of it is mapped before it runs. Its faults go to init and end the machine with a report.
 */
#ifndef PAGODA_SERVER_H
#define PAGODA_SERVER_H

#include "uapi/types.h"

enum server_slot {
	SERVER_ENDPOINT = 1,	 /* its own, with the right to receive and to mint */
	SERVER_NOTIFICATION = 2, /* its own, bound to its thread */
	SERVER_SPACE = 3,
	SERVER_THREAD = 4,
	SERVER_CSPACE = 5,
	SERVER_POOL = 6,
	SERVER_RECEIVE = 7, /* cap_receive */
	/* 8 and up differ */
	UART_REGISTERS = 8, /* Memory; also mapped at SERVER_DEVICE_BASE */
	UART_IRQ = 9,
	UART_NEWS_INPUT_CAP = 10, /* the vfs's notification, badge UART_NEWS_INPUT */
	UART_NEWS_ROOM_CAP = 11,
	VFS_UART = 8,	     /* endpoint */
	VFS_ARCHIVE = 9,     /* Memory; also mapped read-only at SERVER_ARCHIVE_BASE */
	VFS_PROC_NEWS = 10,  /* proc's notification, badge VFS_NEWS_TTY */
	VFS_PAGER_NEWS = 11, /* the pager's notification, badge VFS_NEWS_MEMORY */
	VFS_TIMER = 12,
	VFS_TIMER_NEWS = 13, /* its own notification for the Timer; empty at the start */
	PAGER_VFS = 8,	     /* endpoint, badge BADGE_PAGER */
	PAGER_UART = 9,
	PAGER_ARCHIVE = 10,
	PAGER_PROC_NEWS = 11, /* proc's notification, badge PAGER_NEWS_FAULT */
	PAGER_INFO_PAGE = 12,
	PAGER_TRACE_RINGS = 13,
	PAGER_TIMER = 14,
	PAGER_RAM = 16, /* ram[i] of server_start is in slot PAGER_RAM + i */
	PROC_PAGER = 8, /* endpoint, badge BADGE_PROC */
	PROC_VFS = 9,
	PROC_UART = 10,
	PROC_PAGER_ALL = 11, /* endpoint without a badge, to mint those of processes */
	PROC_VFS_ALL = 12,
	PROC_INFO_PAGE = 13,
	PROC_TIMER = 14,
	PROC_SESSION_NEWS = 15, /* init's notification */
	PROC_POOL = 16,		/* for Threads and CSpaces of processes */
	SERVER_FIRST_FREE = 32,
	SERVER_CSPACE_SLOTS = 1024, /* pager: 4096 */
	VFS_CSPACE_SLOTS = 1088,
	PROC_CSPACE_SLOTS = 2112,
};

/* Sources that init attached to a server's space; it may use those from SERVER_SOURCE_FREE on. */
enum server_source {
	SERVER_SOURCE_IMAGE = 0, /* text, data, stack, message page */
	SERVER_SOURCE_INFO = 1,
	SERVER_SOURCE_DEVICE = 2,
	SERVER_SOURCE_ARCHIVE = 3,
	SERVER_SOURCE_FREE = 4,
};

#define SERVER_DEVICE_BASE 0x3f000000ul
#ifndef SERVER_ARCHIVE_BASE
#define SERVER_ARCHIVE_BASE 0x2000000000ul /* the host needs another place */
#endif
#define SERVER_STACK_BYTES 0x10000ul
#define SERVER_RAM_MAX	   8

struct server_range {
	paddr_t base;
	uint64_t bytes;
};

struct server_start {
	char name[16];
	uint64_t archive_bytes;	     /* exact length, 0 if none */
	struct server_range archive; /* whole pages */
	uint64_t ram_count;	     /* pager: all RAM that is left, whole pages */
	struct server_range ram[SERVER_RAM_MAX];
	uint64_t option_faults;	     /* --faults */
	uint64_t option_interactive; /* a person types: the console has a line discipline */
	uint64_t pinned_frames;	     /* frames init and the servers hold for good */
	uint64_t frames_total;	     /* free + all in use, as free --raw counts */
};

struct message;

/*
 * Give *m as the answer if one is @owed, and wait for the next message. An answer that cannot be delivered
 * becomes its error, so that no caller waits in vain; one whose caller has gone is forgotten.
 */
void server_next(cap_t endpoint, struct message *m, bool owed);

/* The server's program: called once, never returns. */
_Noreturn void server_main(const struct server_start *start);

#endif
