/* SPDX-License-Identifier: MIT */
/* The first line of a script: "#! interpreter [argument]". Pure. */
#ifndef PROC_CORE_SCRIPT_H
#define PROC_CORE_SCRIPT_H

#include <stdbool.h>

#define SCRIPT_LINE_MAX 256 /* with its end; a longer first line is no script's */

/*
 * The words of a script's first line, in place: the argument is all behind the interpreter, without blanks at
 * its ends, NULL if there is nothing.
 *
 * @line     the beginning of the file, ended by a zero
 * Returns   false: no script
 */
bool script_parse(char *line, char **interpreter, char **argument);

#endif
