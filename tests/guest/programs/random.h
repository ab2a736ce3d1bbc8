/* SPDX-License-Identifier: MIT */
/* Numbers that a seed determines, for the programs that only tests run. A forked child goes on with its
 * parent's. */
#ifndef PROGRAMS_RANDOM_H
#define PROGRAMS_RANDOM_H

#include <stdint.h>

void random_seed(uint64_t seed);
uint64_t random_below(uint64_t bound);

#endif
