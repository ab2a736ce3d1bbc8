/* SPDX-License-Identifier: MIT */
/* picolibc's <setjmp.h>, and the jumps that take the mask of blocked signals along, POSIX. */
#ifndef PAGODA_SETJMP_H
#define PAGODA_SETJMP_H

#include_next <setjmp.h>
#include <signal.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef sigsetjmp

typedef struct {
	jmp_buf jump;
	int mask_is_saved;
	sigset_t mask;
} sigjmp_buf[1];

/* The first half of sigsetjmp(), a macro because setjmp() must be called by the function that is returned to.
 */
void __sigsetjmp_mask(sigjmp_buf place, int save_mask);
_Noreturn void siglongjmp(sigjmp_buf place, int value);

#define sigsetjmp(place, save_mask) (__sigsetjmp_mask(place, save_mask), setjmp((place)->jump))
#define _setjmp(place)		    setjmp(place)
#define _longjmp(place, value)	    longjmp(place, value)

#endif

#ifdef __cplusplus
}
#endif

#endif
