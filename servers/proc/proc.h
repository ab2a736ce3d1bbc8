/* SPDX-License-Identifier: MIT */
/*
 * The process server: makes, watches and ends processes. One thread; core/ holds what needs no system call.
 *
 *   main.c      receive loop, table of requests, who may ask what, news
 *   requests.c  the short requests;  records.c: those answered with a record;  limits.c
 *   fork.c, exec.c, spawn.c, session.c    the ways a program comes to run
 *   script.c    what a path stands for: a program, or a script's interpreter
 *   accounts.c  who pays
 *   image.c     an address space from an ELF file;  arguments.c: the top of its stack
 *   foreground.c  Ctrl-C, and the end of everything
 *   thread.c    CSpace and Thread of a process;  end.c: how a process ends, and what then goes
 *   calls.c     calls of the servers below;  console.c, killed.c: lines for people
 *
 * A process owns a Thread, and through its bindings alone a CSpace; a space at the pager and a table of files
 * at the vfs under its pid. A step that fails is undone by end_take_apart(), which knows from the record what
 * there is.
 */
#ifndef PROC_PROC_H
#define PROC_PROC_H

#include "core/account.h"
#include "format/elf.h"
#include <pagoda/batch.h>
#include <pagoda/counter.h>
#include <pagoda/ipc.h>
#include <pagoda/program.h>
#include <pagoda/server.h>

#define PROCESSES_MAX	   1024u
#define PRIORITY_FIRST	   33 /* account 0, the shell: it answers whatever its jobs do */
#define PRIORITY_PROGRAM   32
#define PRIORITY_LEADER	   31	/* whom the shell has started of what has become a crowd */
#define PRIORITY_CROWD	   30	/* the others of an account with many: see RECORDS_CROWD */
#define TABLE_LIMIT	   4096 /* page tables of one program */
#define STACK_BYTES	   (PROGRAM_STACK_TOP - PROGRAM_STACK_BASE)
#define PATH_ROOM	   1032	   /* the vfs takes no longer ones */
#define ARGUMENT_BYTES_MAX 131072u /* pointers and strings of argv and envp */
#define SIGNAL_KILL	   9
#define SIGNAL_STOP	   19
#define SIGNAL_MAX	   31

/* Slots of the own CSpace beyond those of server.h. */
enum proc_slot {
	SLOT_NEW_CSPACE = SERVER_FIRST_FREE, /* of the process that is being made: empty between requests */
	SLOT_NEW_ENDPOINT,
	SLOT_TIMER_NEWS,
	SLOT_PROCESSES = 64, /* two for each record: Thread, saved Reply */
};

/* A flag of the own notification beside PAGER_NEWS_FAULT and VFS_NEWS_TTY. */
#define NEWS_TIMER 4u

/* How the first process of the session ended. */
struct session {
	bool running;
	uint32_t first; /* pid */
	bool first_ended;
	uint32_t status; /* as waitpid(), of the first process */
};

struct proc {
	struct process_table table;
	struct session session;
	uint32_t foreground; /* whom Ctrl-C reaches, with all below; PID_SELF: everybody, 0: nobody */
	uint32_t listener;   /* Ctrl-C reaches it alone, and it goes on; 0: nobody listens */
	uint64_t timer_at;   /* what the Timer is set to */
	uint64_t crowds_at;  /* when the turn of crowds begins or ends; DEADLINE_NONE: there is no crowd */
	bool crowds_have_turn;
	uint64_t info_frame; /* page number of the info page */
	bool option_faults;
};
extern struct proc proc;

static inline cap_t thread_slot(const struct process *process)
{
	return SLOT_PROCESSES + 2 * (cap_t)(process - proc.table.records);
}

static inline cap_t reply_slot(const struct process *process)
{
	return thread_slot(process) + 1;
}

/* What a request is answered with besides its error. */
struct answer {
	uint64_t w0, w1;
	uint32_t record_words; /* that were put into the message page from words[4] on */
};

/* E_LATER: the reply is saved, or nobody is left to answer. @caller is NULL for init. */
typedef err_t request_handler(struct process *caller, const struct message *in, struct answer *out);
request_handler request_exit, request_getpid, request_getppid, request_signal_self, request_fork,
	request_exec, request_spawn, request_wait, request_kill, request_sleep, request_usage, request_list,
	request_limit, request_check, request_inject, request_foreground, request_ignore, request_poweroff,
	request_session, request_session_start, request_account;

/* accounts.c. An account of nobody yet is to have at most so many bytes of frames. */
MUST_USE err_t account_open(uint32_t account, uint64_t limit_bytes);
/* crowds.c. How a process runs. */
uint8_t account_priority(const struct process *process);
/* After each request: Threads of accounts that have become a crowd, or are one no more. The message page
 * stays as it is. */
void priorities_update(void);
/* At the Timer's news. */
void crowds_take_turns(void);
int priorities_check(void); /* as proc_check(); @crowds_changed is not set */

/* records.c: the answer is a record of whole words. */
void record_put(struct answer *out, const void *record, uint64_t bytes);

/* calls.c. An answer E_REQUEST (the other side does not build this) is E_UNSUPPORTED. */
MUST_USE err_t call_pager(uint32_t label, uint64_t w0, uint64_t w1, uint64_t w2);
/* The same with the process's Thread, which the pager binds to a space. */
MUST_USE err_t call_pager_with_thread(struct message *m, const struct process *process);
MUST_USE err_t call_vfs(uint32_t label, uint64_t w0, uint64_t w1);
MUST_USE err_t call_vfs_three(uint32_t label, uint64_t w0, uint64_t w1, uint64_t w2);
/* Something of @pid ends; an error says that it was not there. */
void call_to_end(cap_t server, uint32_t label, uint32_t pid);
/* How many open files are charged to an account. */
MUST_USE err_t call_vfs_files(uint64_t account, uint64_t *files);
void slot_clear(cap_t slot); /* it may be empty already */

/* arguments.c: the block at the top of a program's stack. */
struct arguments {
	uint64_t block_bytes; /* a multiple of 16, up to PROGRAM_STACK_TOP; 0: nothing prepared */
	const uint8_t *block;
};
/* Where @bytes of strings (argv, then envp) are to be put before arguments_finish(). Errors E_TOO_MANY. */
MUST_USE err_t arguments_prepare(uint64_t argument_count, uint64_t environment_count, uint64_t bytes,
				 char **strings);
/* Errors    E_ARGUMENT: not as many strings as announced, or the last one is not ended */
MUST_USE err_t arguments_finish(struct arguments *arguments);
/* After it: @count strings take the place of argv[0]. Errors E_TOO_MANY: nothing has changed. */
MUST_USE err_t arguments_replace_first(struct arguments *arguments, const char *strings, uint64_t bytes,
				       uint64_t count);

/* A program to be started. */
struct program {
	struct arguments arguments;
	struct elf_image image;
	struct vfs_stat file;
	char path[PATH_ROOM];
};

/* image.c */
struct elf_reader image_reader(const uint64_t *inode, uint64_t file_bytes);
/* Errors    of the look-up; E_ACCESS: no regular file, or not executable */
MUST_USE err_t image_find(uint32_t pid, const char *path, struct vfs_stat *file);
/* Errors    E_BAD_FORMAT: no program for this system */
MUST_USE err_t image_parse(const struct vfs_stat *file, struct elf_image *image);
/*
 * A space with segments, heap, stack with the arguments, message page, info page, for the process's Thread,
 * which is stopped then. It takes the place of the space that the process has; one that has none gets limits
 * and supplier from @parent, if that is not NULL. Errors    E_STATE: the old space has gone and there is no
 * new one; else nothing has changed
 */
MUST_USE err_t image_build(struct process *process, const struct program *program,
			   const struct process *parent);
/* Let the process's Thread begin. */
MUST_USE err_t image_start(const struct process *process, const struct program *program);
/*
 * What program->path stands for: a program, or a script's interpreter; then that becomes its path, and the
 * arguments are what it gets. Errors    of image_find() and image_parse(); E_TOO_MANY; E_LOOP: too many
 * interpreters of interpreters
 */
MUST_USE err_t program_find(uint32_t pid, struct program *program);
/* exec.c: the program that a request names, before anything changes. @done goes with E_ABSENT. Errors also
 * E_ARGUMENT, E_NO_ENTRY, E_NAME_TOO_LONG, E_FAULT */
MUST_USE err_t program_wanted(const struct process *caller, const struct message *in, struct program *program,
			      uint64_t *done);
void image_name(struct process *process, const struct program *program);

/* thread.c */
/* Add to @batch: a Thread with its CSpace. */
void thread_create(struct batch *batch, struct process *process);
/* Make the calls of @batch. With an error the slots SLOT_NEW_* are emptied; a Thread that was made stays. */
MUST_USE err_t thread_build(struct batch *batch);
void thread_destroy(struct process *process);
/* The caller waits in its Reply slot: E_LATER, what the request then answers. */
MUST_USE err_t reply_keep(struct process *process);
void reply_give(struct process *process, err_t error, uint64_t w0, uint64_t w1);

/* end.c. Statuses are as waitpid() gives them. */
static inline uint32_t status_of_exit(uint64_t code)
{
	return (uint32_t)(code & 0xff) << 8;
}
static inline uint32_t status_of_signal(uint64_t signal)
{
	return (uint32_t)(signal & 0x7f);
}
/* Thread, files, space: whatever the record says it has. */
void end_take_apart(struct process *process);
/* What its parent is answered: the pid, or @error, with which it could not be built and is taken apart. */
MUST_USE err_t child_born(struct process *child, err_t error, struct answer *out);
bool signal_is_fatal(uint64_t signal);
bool signal_is_ignored(const struct process *process, uint64_t signal); /* by its own wish */
void end_process(struct process *process, uint32_t status);
/* As by kill(): the default action of the signal. Errors E_ARGUMENT, E_UNSUPPORTED (stop signals). */
MUST_USE err_t end_by_signal(struct process *process, uint64_t signal);
void end_refused(void); /* processes whose fault the pager refused */

/* foreground.c */
void foreground_interrupt(void); /* Ctrl-C */
/* @process ends, or becomes another program, which does not listen. */
void foreground_leave(const struct process *process, bool ends);

/* session.c */
void session_note_end(const struct process *process, uint32_t status);
void session_check_over(void);

/* requests.c */
void sleepers_wake(void);
/* For which the Timer is to be set; DEADLINE_NONE: none. */
uint64_t next_deadline(void);
void timer_update(void); /* the Timer stands at the first deadline */

/* main.c: 0, or the line of the broken invariant. */
int proc_check(void);

/* records.c */
struct proc_usage usage_by(uint32_t request, const struct process *process);

/* limits.c */
void limits_init(void);

/* killed.c: the line for a process whose fault was refused. */
void killed_print(const struct process *process, const struct pager_news *news);
const char *signal_name(uint64_t signal);

/* console.c */
void console_print(uint8_t channel, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
