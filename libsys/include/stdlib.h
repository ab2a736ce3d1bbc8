/* SPDX-License-Identifier: MIT */
/* picolibc's <stdlib.h>, and the functions of other systems that it lacks. */
#ifndef PAGODA_STDLIB_H
#define PAGODA_STDLIB_H

#include_next <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif

int clearenv(void);

#ifdef __cplusplus
}
#endif

#endif
