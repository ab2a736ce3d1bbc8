/* SPDX-License-Identifier: MIT */
/* Built-in commands that stand in files of their own, for the table in builtin.c. */
#ifndef SH_BUILTIN_H
#define SH_BUILTIN_H

#include <stdbool.h>

int builtin_command(int argc, char **argv);
int builtin_eval(int argc, char **argv);
int builtin_export(int argc, char **argv);
int builtin_kill(int argc, char **argv);
int builtin_local(int argc, char **argv);
int builtin_read(int argc, char **argv);
int builtin_return(int argc, char **argv);
int builtin_set(int argc, char **argv);
int builtin_shift(int argc, char **argv);
int builtin_test(int argc, char **argv);
int builtin_type(int argc, char **argv);
int builtin_ulimit(int argc, char **argv);
int builtin_unset(int argc, char **argv);
int builtin_wait(int argc, char **argv);

/* A number from the command line; complains. */
bool builtin_number(const char *command, const char *text, long *number);

#endif
