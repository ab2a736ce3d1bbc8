/* SPDX-License-Identifier: MIT */
/* What the impure half of the shell shares: its state, and who does what. One shell a process. */
#ifndef SH_SHELL_H
#define SH_SHELL_H

#include "expand.h"
#include "syntax.h"
#include <stdbool.h>
#include <sys/types.h>

#define STATUS_SYNTAX	   2
#define STATUS_NOT_RUN	   126
#define STATUS_NOT_FOUND   127
#define STATUS_BY_SIGNAL   128
#define STATUS_INTERRUPTED 130

struct shell {
	int status;		  /* $? */
	pid_t pid;		  /* $$: also in subshells that of the first one */
	pid_t background;	  /* $!, 0: none yet */
	struct strings arguments; /* $0 $1 .. */
	bool interactive;	  /* a prompt, and Ctrl-C ends commands but not the shell */
	bool last_command;	  /* a forked shell runs its only command: no need to fork again */
	bool interrupted;	  /* unwinding to the prompt */
	bool exiting;
	int loops;	 /* around the running command */
	int skip_loops;	 /* break: how many are to be left */
	bool continuing; /* the outermost of them goes on */
	int calls;	 /* of functions and files that `return` can leave */
	bool returning;
	int conditions;	      /* around the running command: its failure is an answer */
	bool ends_on_failure; /* set -e */
	bool traces;	      /* set -x */
};

extern struct shell shell;

/* "sh: ..." on standard error. */
void shell_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Letters of -e -x, or with + to switch them off; false: others are among them, nothing has changed. */
bool shell_take_options(const char *word);

/* variables.c: values; those exported go to programs. */
void variables_import(char **environment);
const char *variable_get(const char *name);
bool variable_set(const char *name, const char *value, bool exported); /* once exported, always */
void variable_unset(const char *name);
char **variables_environment(void); /* from malloc; the strings too */
void variables_print(bool exported_only);
extern const struct expand_source variables_source;

/* run.c: executing a tree. The answer is also in shell.status. */
int run_node(const struct node *node);
int run_text(const char *text, const char *name); /* all commands of a text; name: for messages, or NULL */

bool run_unwinds(void);	    /* exit, break, return, Ctrl-C: the rest is left out */
int run_words(char **argv); /* a program */
int run_fail(expand_error error);
struct expand_source run_source(void);
/* @line     at which the text began */
void run_complain_syntax(const struct syntax *syntax, enum syntax_result result, const char *name,
			 size_t line);

/* run_control.c: if, loops, case, && and || */
int run_control(const struct node *node);

/* function.c */
struct function;
struct function *function_find(const char *name);
int function_define(const char *name, const struct node *body, struct syntax_store *store);
int function_call(struct function *function, const struct strings *words);
void function_forget(const char *name);
bool function_make_local(
	const char *name); /* the value comes back when the function ends; false: not in one */

/* run_child.c */
_Noreturn void run_child_end(int status);
_Noreturn void run_child(const struct node *node); /* a program then takes the place of the child */
int run_pipe(const struct node *node);
char *run_output(void *context, const char *text); /* for $( ) */

/* redirect.c. Descriptors as they were, to be put back. */
struct redirect_saved {
	struct redirect_saved *next;
	int fd, copy; /* copy -1: it was closed */
};

/* false: complained. @saved NULL: they stay for good. */
bool redirect_all(const struct redirect *redirect, struct redirect_saved **saved);
void redirect_restore(struct redirect_saved *saved);

/* job.c: children. */
pid_t job_fork(pid_t member);	/* into the job of @member, a child; 0: a new one. Complains; in the child the
				   shell is not interactive any more */
int job_wait(pid_t pid);	/* its status */
void job_foreground(pid_t pid); /* Ctrl-C ends it with all that it starts; until it was waited for */
int job_wait_foreground(pid_t pid);
void job_remember(pid_t pid);	    /* a background child, for `wait` */
size_t job_count(void);		    /* that run in the background */
void job_collect(void);		    /* those that have ended */
int job_wait_background(pid_t pid); /* 0: all */
bool job_interrupted(void);	    /* Ctrl-C was typed since this was last asked */
void job_listen(void);		    /* Ctrl-C is for the shell itself */

/* builtin.c */
typedef int (*builtin_run)(int argc, char **argv);
builtin_run builtin_find(const char *name);
const char *builtin_name(size_t index); /* NULL behind the last */

/* input.c */
int input_interactive(void);
int input_stream(int fd);
int input_file(const char *path); /* a script; its status */
void input_history_print(void);

/* complete.c */
struct line;
void complete_line(struct line *line);

#endif
