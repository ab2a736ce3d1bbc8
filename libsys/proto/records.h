/* SPDX-License-Identifier: MIT */
/* Records that travel in the words of an answer. */
#ifndef PROTO_RECORDS_H
#define PROTO_RECORDS_H

#include "proto/proto.h"

#define UART_WRITE_MAX	(8 * (MESSAGE_WORDS - MESSAGE_REGISTERS))
#define UART_NEWS_INPUT 1u
#define UART_NEWS_ROOM	2u

/* free --raw. Frames of 4 KiB. free + anon + cache + tables + objects + pinned = total. */
struct pager_counts {
	uint64_t frames_total;
	uint64_t frames_free;
	uint64_t anon;
	uint64_t cache;	  /* lent to the vfs */
	uint64_t tables;  /* frames of page tables, inside the pager's pools */
	uint64_t objects; /* the rest of the pager's and others' pools */
	uint64_t pinned;  /* message pages, servers */
	uint64_t spaces;
};

struct pager_area {
	uint64_t start, end;
	uint64_t prot_backing; /* prot bits 2..0, backing << 8 */
	uint64_t inode, offset_bytes;
	char name[32]; /* text data heap stack ... */
};

/* SPACE_BUILD: a program's space, */
struct pager_program {
	uint32_t table_limit;
	uint32_t area_count;		 /* of pager_area_wanted that follow */
	uint64_t message_page;		 /* address */
	uint64_t heap_start, heap_bytes; /* where it begins, its greatest size */
	uint64_t stack_top;		 /* where the buffer's bytes end */
	uint64_t entry;			 /* where it begins */
};

/* and an area of it. */
struct pager_area_wanted {
	uint64_t start, length;
	uint64_t prot_backing; /* prot bits 2..0, backing << 8 */
	uint64_t source;       /* inode or physical page */
	uint64_t offset_bytes;
	uint64_t file_bytes; /* past which the rest of the area is zero */
};

#define SPACE_BUILD_REPLACE 1u /* flag of SPACE_BUILD */
#define SPACE_BUILD_ACCOUNT 8  /* shift of the account in the same word, below the parent */
#define PROCESS_FORK_EXEC   1u /* flag of the vfs's PROCESS_FORK */

struct pager_faults {
	uint64_t faults, prefetched, fork_mapped, populate, present, other;
};

struct pager_news {
	uint64_t pid;
	uint64_t signal; /* SIGSEGV 11, SIGBUS 7, SIGILL 4, SIGTRAP 5, SIGKILL 9 */
	uint64_t address, pc;
	uint64_t access;				  /* enum fault_access */
	uint64_t rule;					  /* enum deny_rule */
	uint64_t area_start, area_end, area_prot_backing; /* 0 0 0: none */
	uint64_t fault_kind;				  /* enum fault_kind */
	uint64_t detail; /* of RULE_LIMIT, _LARGEST, _NO_TABLES, _PAGER_*; else 0 */
	char pager[32];	 /* custom pager's name; empty: none concerned */
};

/* A custom pager. */
struct pager_custom {
	uint64_t number;		     /* cursor of PAGERS */
	uint64_t pid;			     /* 0: it has ended, its grant is still in use */
	uint64_t grant_frames, given_frames; /* given: that books of others name */
	uint64_t clients;		     /* spaces with its grant attached */
	uint64_t supplied_spaces;	     /* whose supplier it is */
	uint64_t forwarded, failed, late, lied, pending;
	char name[32];
	/* what it says of itself: struct custom_report */
	uint64_t report_frames_used;
	uint16_t histogram[24];
};

/* An object of a custom pager; number 0: anonymous memory. */
struct pager_object {
	uint64_t number, size_bytes, deadline_ms;
	uint64_t areas;							  /* that refer to it */
	uint64_t forwarded, failed, late, lied;				  /* counted by the system */
	uint64_t requests, supplied, zeroed, refused, later, latency_sum; /* said by the pager */
	char name[32];
};

/* PAGER_WHY */
struct pager_why {
	uint64_t rule; /* enum deny_rule that a load there would meet; 0: none */
	uint64_t area_start, area_end, area_prot_backing;
	uint64_t frame, rights; /* as the kernel maps it now; 0: not mapped */
	uint64_t page;		/* of the object */
	uint64_t pending;	/* a thread of this process waits for this page; then since, deadline in ms */
	uint64_t since_ms, deadline_ms;
	uint64_t last_rule, last_detail, last_address; /* of the last fault of this process that a custom
							  pager did not resolve; 0: none */
	char area[32], pager[32], object[32];
};

enum vfs_mode {
	VFS_DIRECTORY = 0040000,
	VFS_REGULAR = 0100000,
	VFS_CHARACTER = 0020000,
	VFS_LINK = 0120000,
	VFS_FIFO = 0010000
};

struct vfs_stat {
	uint64_t inode;
	uint64_t mode; /* enum vfs_mode | permission bits */
	uint64_t size_bytes;
	uint64_t links;
	uint64_t mtime_s;
};

#define VFS_DESCRIPTORS_MAX 128u	  /* of one process */
#define VFS_MOVE_MAX	    (256ul << 10) /* bytes that one READ or WRITE moves: others wait meanwhile */
#define VFS_NEWS_MEMORY	    1u		  /* flag of the pager's notification: CACHE_GROW is wanted */
#define PAGER_NEWS_FAULT    1u		  /* flag of proc's notification: PAGER_NEWS */
#define VFS_NEWS_TTY	    2u /* flag of proc's notification (the pager's news has 1): VFS_TTY_NEWS */
#define TTY_NEWS_INTERRUPT  1u /* flag of the answer of VFS_TTY_NEWS: Ctrl-C was typed */

struct vfs_dirent {
	uint64_t inode;
	uint32_t mode;
	uint16_t record_bytes; /* this record, multiple of 8 */
	uint16_t name_bytes;
	char name[]; /* no terminating zero */
};

enum open_flag {
	OPEN_READ = 1,
	OPEN_WRITE = 2,
	OPEN_CREATE = 4,
	OPEN_EXCLUSIVE = 8,
	OPEN_TRUNCATE = 16,
	OPEN_APPEND = 32,
	OPEN_DIRECTORY = 64,
	OPEN_CLOEXEC = 128,
	OPEN_NONBLOCK = 256, /* a read or write that would have to wait: E_BUSY */
};

/* VFS_CHANGE and VFS_FCHANGE */
enum vfs_change {
	CHANGE_MODE = 0, /* permission bits */
	CHANGE_TIME = 1, /* of the last change, seconds since 1970 */
};

/* What VFS_POLL can tell, as in poll(). Those from POLL_BIT_ERROR on are told without being asked for. */
enum poll_bit {
	POLL_BIT_IN = 1,
	POLL_BIT_OUT = 4,
	POLL_BIT_ERROR = 8,    /* a pipe that nobody reads */
	POLL_BIT_HANG_UP = 16, /* a pipe that nobody writes any more */
	POLL_BIT_INVALID = 32, /* no open file */
};

struct vfs_poll {
	int32_t fd;	       /* below 0: left out */
	uint16_t wanted, seen; /* enum poll_bit */
};
#define VFS_POLL_MAX   (MESSAGE_WORDS - MESSAGE_REGISTERS)
#define VFS_POLL_LOOKS 8 /* of so many the vfs looks at each, when something changed for who waits */
_Static_assert(sizeof(struct vfs_poll) == sizeof(uint64_t), "one word each");

/* VFS_TTY_MODE */
enum tty_mode {
	TTY_LINE = 1, /* hand over whole lines; erase, kill line and end of file work */
	TTY_ECHO = 2,
	TTY_SIGNAL = 4, /* Ctrl-C is a signal */
	TTY_DEFAULT = 7,
};

#define PIPE_BUF_BYTES 4096u

enum proc_limit {
	LIMIT_AS = 0,	  /* bytes of address space */
	LIMIT_STACK = 1,  /* bytes */
	LIMIT_DATA = 2,	  /* bytes */
	LIMIT_NOFILE = 3, /* open files */
	LIMIT_NPROC = 4,  /* processes of the caller's account, when it makes one more */
	LIMIT_JOB = 5,	  /* bytes of frames of each account that the process makes from now on */
	LIMIT_COUNT = 6,
};

#define ACCOUNTS_MAX                                                                                        \
	128u /* accounts of process trees; 0 is the session's, the last one is shared by all that find none \
		free */

/* PAGER_ACCOUNT */
struct pager_account {
	uint64_t frames, limit_frames; /* all ones: no limit */
	uint64_t tables, areas, objects, spaces;
};

#define PROC_LIMIT_NONE (~0ul >> 1) /* and more: no limit */

struct proc_usage {
	uint64_t user_ticks; /* from start to now or end: no finer account is kept */
	uint64_t faults_minor, faults_major;
	struct pager_faults detail; /* of the pager; all 0: not collected */
};

struct proc_entry {
	uint64_t pid, ppid;
	uint64_t state; /* enum thread_state; 16: zombie */
	uint64_t account;
	uint64_t priority; /* of its thread */
	char name[32];
};
#define PROC_STATE_ZOMBIE 16

#define FORK_ACCOUNT_NEW  (~0ul) /* PROC_FORK: the child gets an account of its own */

/* An account: processes, zombies too, and what pager and vfs count. */
struct proc_account {
	uint64_t number, processes;
	struct pager_account memory;
	uint64_t files; /* open files */
};

struct vfs_counts {
	uint64_t inodes, open_files, cache_frames, cache_frames_used, leases, processes, parked;
};

#endif
