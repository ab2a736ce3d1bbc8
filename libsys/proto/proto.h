/* SPDX-License-Identifier: MIT */
/*
 * Requests between programs and servers. Each protocol is one .def list of
 *   REQUEST_COMMON(errors, text)                   what every request can be answered with
 *   REQUEST(NAME, number, in, out, errors, text)
 * number is the label of the tag; `in` and `out` name the words that travel, in order; `errors` are names of
 * uapi/error.def with a space between. An answer's label is E_OK or one of them; out words hold only with
 * E_OK. An error has changed nothing unless the text says so. A call can end with DEAD or CANCELLED besides,
 * which the kernel answers.
 *
 * A caller is known by the badge of the endpoint capability it calls through, never by a word.
 */
#ifndef PROTO_PROTO_H
#define PROTO_PROTO_H

#include "uapi/message.h"

/* Badges. A process has its pid as badge at proc, pager and vfs. */
#define BADGE_PID_MAX	   0x3fffffu   /* as Linux; custom.h has room for no more */
#define BADGE_PROC	   0x80000001u /* the process server; also init, which reads counts */
#define BADGE_PAGER	   0x80000002u /* the pager */
#define BADGE_VFS	   0x80000003u /* the vfs */
#define BADGE_INIT	   0x80000004u /* init, at proc */
#define BADGE_SERVER_FAULT 0x80000010u /* init's fault endpoint: server i of the manifest has this + i */

#define REQUEST_COMMON(...)

enum proc_label {
#define REQUEST(NAME, number, ...) PROC_##NAME = number,
#include "proto/proc.def"
#undef REQUEST
};

enum pager_label {
#define REQUEST(NAME, number, ...) PAGER_##NAME = number,
#include "proto/pager.def"
#undef REQUEST
};

enum vfs_label {
#define REQUEST(NAME, number, ...) VFS_##NAME = number,
#include "proto/vfs.def"
#undef REQUEST
};

enum uart_label {
#define REQUEST(NAME, number, ...) UART_##NAME = number,
#include "proto/uart.def"
#undef REQUEST
};

#undef REQUEST_COMMON

/* Channels of the console. On the wire: DLE (0x10) digit switches channel, DLE DLE is one 0x10.
 * Towards the guest: DLE 'e' is end of file, DLE 'd' ends what was sent for one DLE 'r', DLE DLE is one 0x10;
 * DLE digit, once for each digit, then DLE 'c' is how many columns the host's terminal has, with DLE 'l' its
 * lines (only if the session is interactive). DLE 'r' from the uart driver asks for input: the host sends at
 * most CONSOLE_INPUT_MAX raw bytes or the end of file for each (once; before the first one it sends nothing).
 * So nothing is read ahead, nothing is lost while the driver starts, and runs that read no input are equal to
 * the instruction. Any other pair is ignored. A panic may cut into a pair: it begins with DLE 'x' DLE '0'. */
enum console_channel {
	CHANNEL_KERNEL = 0, /* kernel panic, boot log */
	CHANNEL_STDOUT = 1,
	CHANNEL_STDERR = 2,
	CHANNEL_FAULTS = 3, /* lines of --faults */
	CHANNEL_LOG = 4,    /* servers' log */
	CHANNEL_END = 5,    /* the one key=value line at the end */
	CHANNEL_COUNT = 6,
};
#define CONSOLE_DLE	  0x10
#define CONSOLE_WANT	  'r' /* guest: input is wanted: a reader waits and nothing has arrived */
#define CONSOLE_EOF	  'e' /* host: end of input */
#define CONSOLE_PORTION	  'd' /* host: what was asked for has been sent */
#define CONSOLE_COLUMNS	  'c' /* host: the digits before are the columns of its terminal */
#define CONSOLE_LINES	  'l' /* host: its lines */
#define CONSOLE_INPUT_MAX 1024

/* mmap-like bits of PAGER requests: as in POSIX, fixed here because they cross a border. */
enum proto_prot {
	PROT_BIT_READ = 1,
	PROT_BIT_WRITE = 2,
	PROT_BIT_EXEC = 4,
};

/* Kinds of area (backings); the word `backing` of the pager's requests. */
enum area_backing {
	BACKING_NONE = 0,	   /* every fault refused: guard */
	BACKING_ANON = 1,	   /* demand zero */
	BACKING_INODE_PRIVATE = 2, /* file pages, written pages are copied */
	BACKING_STACK = 3,	   /* demand zero, grows down lazily, lowest page is a guard */
	BACKING_LINEAR = 4,	   /* fixed physical range */
	BACKING_INODE_SHARED = 5,  /* later issues: refused with E_UNSUPPORTED until built */
	BACKING_SHARED_ANON = 6,
	BACKING_EXTERNAL = 7,
	BACKING_COUNT = 8,
};

/* Why the pager refused a fault; the word `rule` of PAGER_NEWS and in the killed line. */
enum deny_rule {
	RULE_NONE = 0,
	RULE_OUT_OF_RANGE = 1, /* address outside user space */
	RULE_NO_AREA = 2,      /* no area there */
	RULE_GUARD = 3,	       /* guard area */
	RULE_RIGHTS = 4,       /* area lacks the access */
	RULE_PAST_END = 5,     /* past the end of the file: SIGBUS */
	RULE_NO_MEMORY = 6,    /* out of memory */
	RULE_EXCEPTION = 7,    /* not a page fault: illegal instruction and the like */
	RULE_IO = 8,	       /* the page could not be read: SIGBUS */
	RULE_LIMIT = 9,	       /* its account is at its limit; detail: frames */
	RULE_LARGEST = 10,   /* somebody needed a frame, and its account has most; detail: frames. No fault of
				its own */
	RULE_NO_TABLES = 11, /* no page table is left for its space; detail: how many it has */
	/* of a custom pager; PAGER_NEWS has its name */
	RULE_PAGER_ENDED = 12,	  /* it has ended */
	RULE_PAGER_LATE = 13,	  /* no answer within the deadline; detail: milliseconds */
	RULE_PAGER_FAILED = 14,	  /* it answered FAIL; detail: its code */
	RULE_PAGER_LIED = 15,	  /* an answer it may not give; detail: the label */
	RULE_PAGER_NO_FRAME = 16, /* it answered NO_MEMORY */
};

#endif
