/* SPDX-License-Identifier: MIT */
/* $(( )): the operators of C on whole numbers of 64 bits, variables by their names, assignments. Pure. */
#ifndef SH_ARITHMETIC_H
#define SH_ARITHMETIC_H

#include "expand.h"
#include <stdint.h>

/* @text     after expansion; a variable without a value is 0. Overflow wraps around. */
expand_error arithmetic_evaluate(const struct expand_source *source, const char *text, int64_t *value);

#endif
