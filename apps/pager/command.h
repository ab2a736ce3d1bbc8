/* SPDX-License-Identifier: MIT */
/* What the files of the command `pager` share. */
#ifndef PAGER_COMMAND_H
#define PAGER_COMMAND_H

#include <pagoda/inspect.h>

/* The pager of this name that has not ended. Errors: E_NO_ENTRY. */
MUST_USE err_t pager_find(const char *name, struct pager_custom *pager);

/* Say on standard error what did not work; answers 1. */
int complain(const char *what, err_t error);

/* Each a command, with the words behind its name; answers the status. */
int command_list(int argc, char **argv);
int command_stat(int argc, char **argv);
int command_run(int argc, char **argv);
int command_kill(int argc, char **argv);
int command_why(int argc, char **argv);

#endif
