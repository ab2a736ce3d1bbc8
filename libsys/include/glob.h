/* SPDX-License-Identifier: MIT */
/* picolibc's <glob.h>, which lacks an answer. */
#ifndef PAGODA_GLOB_H
#define PAGODA_GLOB_H

#include_next <glob.h>

#define GLOB_NOMATCH (-3)

#endif
