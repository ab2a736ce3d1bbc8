/* SPDX-License-Identifier: MIT */
/* picolibc's <sys/select.h> with sets that every descriptor fits in, as large as those of other systems. */
#ifndef PAGODA_SYS_SELECT_H
#define PAGODA_SYS_SELECT_H

#ifndef FD_SETSIZE
#define FD_SETSIZE 1024
#endif

#include_next <sys/select.h>

#endif
