/* SPDX-License-Identifier: MIT */
/*
 * Processes as records: pids, who is whose child, who waits for whom, who sleeps, zombies. Pure.
 *
 *   FREE --create--> LIVE --end--> ZOMBIE --the parent waits--> FREE
 *                      '--forget, or the parent is pid 1--------^
 *
 * pid 1 is the process server itself: a record that never ends and whose children are reaped at once. A
 * parent has two lists: children that live, in the order of their start, and zombies, in the order of their
 * end.
 */
#ifndef PROC_CORE_PROCESS_H
#define PROC_CORE_PROCESS_H

#include "proto/records.h"
#include "uapi/error.h"
#include <stdbool.h>

#define PID_SELF	   1u
#define PID_FIRST	   2u
#define PID_LAST	   BADGE_PID_MAX
#define PROCESS_NAME_BYTES sizeof(((struct proc_entry *)0)->name)
#define PROCESS_BUCKETS	   256u
#define DEADLINE_NONE	   (~0ul)

enum process_state { PROCESS_FREE, PROCESS_LIVE, PROCESS_ZOMBIE };

/* What a live process waits for at the process server; its reply is saved then. */
enum process_wait { WAITS_NOT, WAITS_CHILD, WAITS_TIME };

struct process;
struct process_list {
	struct process *first, *last;
};

struct process {
	uint32_t pid;
	uint32_t account;	   /* that pays for it */
	bool leads;		   /* its parent is of another account: a member of the job itself */
	uint8_t state;		   /* enum process_state */
	uint8_t waits;		   /* enum process_wait */
	uint8_t priority;	   /* for the shell: that its Thread has */
	bool marked;		   /* process_mark() */
	bool has_space, has_files; /* for the shell: what pager and vfs hold under this pid */
	uint32_t wait_pid;	   /* WAITS_CHILD: for whom, 0: any */
	uint32_t ignored;	   /* bit n: signal n */
	uint32_t status;	   /* ZOMBIE: as waitpid() gives it */
	uint64_t deadline;	   /* WAITS_TIME */
	struct process *parent;
	struct process_list children, zombies;
	struct process *next, *previous;	     /* in the parent's list */
	struct process *sleep_next, *sleep_previous; /* WAITS_TIME, by rising deadline */
	struct process *hash_next;		     /* of the bucket, or of the free records */
	uint64_t interrupts, interrupts_told;	     /* Ctrl-C that it listened to */
	uint64_t start_ticks;
	struct proc_usage usage;	   /* its own, final once it is a zombie */
	struct proc_usage children_usage;  /* of those it has waited for */
	uint64_t limits[LIMIT_COUNT];	   /* that are kept */
	uint64_t limits_most[LIMIT_COUNT]; /* what it may set them to; never rises */
	uint64_t inode, file_bytes;	   /* of its program */
	char name[PROCESS_NAME_BYTES];
};

struct process_table {
	struct process *records;
	uint32_t count; /* of records */
	uint32_t live, zombies;
	uint32_t account_records[ACCOUNTS_MAX]; /* of the live and of zombies */
	bool account_is_crowd[ACCOUNTS_MAX];	/* see RECORDS_CROWD */
	bool crowds_changed;			/* since the shell has looked */
	uint32_t next_pid;
	struct process *free;
	struct process *sleep_first;
	struct process *bucket[PROCESS_BUCKETS];
	struct process self; /* pid 1 */
};

/* A child's end as waitpid() tells it. */
struct process_ended {
	uint32_t pid;
	uint32_t status;
};

void process_table_init(struct process_table *table, struct process *records, uint32_t count);

/* The live process or zombie with this pid (pid 1 too), or NULL. */
struct process *process_find(const struct process_table *table, uint64_t pid);

/* The one with the smallest pid above @cursor, pid 1 left out; NULL: none. */
const struct process *process_find_above(const struct process_table *table, uint64_t cursor);

/*
 * A new live child with a pid of its own, which inherits name, program and limits; @account pays for it.
 * Errors    E_TOO_MANY: no record left for the account, or it has as many as the limit of @parent
 */
MUST_USE err_t process_create(struct process_table *table, struct process *parent, uint32_t account,
			      struct process **made);

/* Take back what process_create() made; it has no child. */
void process_forget(struct process_table *table, struct process *process);

/*
 * @process, which lives, has ended. Its children go to pid 1. It becomes a zombie unless nobody can wait for
 * it. The parent that was waiting for it, or NULL; it waits no more, *ended is its answer and the zombie is
 * gone.
 */
MUST_USE struct process *process_end(struct process_table *table, struct process *process, uint32_t status,
				     struct process_ended *ended);

/*
 * Collect a zombie of @parent; @pid 0: any. The zombie is gone then.
 * Errors    E_NO_CHILD; E_LATER: there is a child, but none has ended: @parent waits now, unless @no_wait
 */
MUST_USE err_t process_wait(struct process_table *table, struct process *parent, uint32_t pid, bool no_wait,
			    struct process_ended *ended);

/* @process waits until @deadline. */
void process_sleep(struct process_table *table, struct process *process, uint64_t deadline);

/* A sleeper whose deadline is not after @now, which waits no more; NULL: none. */
struct process *process_wake(struct process_table *table, uint64_t now);

/* @process waits no more; true: it did. */
bool process_stop_waiting(struct process_table *table, struct process *process);

/* The first deadline, or DEADLINE_NONE. */
uint64_t process_next_deadline(const struct process_table *table);

/* Mark @root and all live processes below it (pid 1: all but pid 1); then take them one by one, NULL: no
 * more. */
void process_mark(struct process_table *table, struct process *root);
struct process *process_take_marked(struct process_table *table);

bool process_is_within(const struct process *process, const struct process *root);

/* 0, or the line of the broken invariant. Cost: all records, a few times. */
int process_check(const struct process_table *table);

#endif
