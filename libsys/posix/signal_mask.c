/* SPDX-License-Identifier: MIT */
/*
 * The mask of blocked signals: sigprocmask, sigpending, sigsetjmp, siglongjmp. It holds back what the process
 * raises itself, until it is unblocked. What another process sends has its default action at once: that is
 * decided where processes are kept, which knows no masks.
 */
#include "posix/posix.h"
#include <setjmp.h>
#include <signal.h>

#define BIT(number)   (1ul << (number))
#define NEVER_BLOCKED (BIT(SIGKILL) | BIT(SIGSTOP))

static sigset_t mask, pending;

bool posix_hold_signal(int number)
{
	if (!(mask & BIT(number)))
		return false;
	pending |= BIT(number);
	return true;
}

static void mask_set(sigset_t new)
{
	mask = new & ~NEVER_BLOCKED;
	for (int number = 1; (pending & ~mask) != 0; number++) {
		if (pending & ~mask & BIT(number)) {
			pending &= ~BIT(number);
			raise(number);
		}
	}
}

int sigprocmask(int how, const sigset_t *change, sigset_t *old)
{
	sigset_t before = mask;

	if (change != NULL && how != SIG_BLOCK && how != SIG_UNBLOCK && how != SIG_SETMASK)
		return posix_fail(E_ARGUMENT);
	if (change != NULL)
		mask_set(how == SIG_BLOCK ? mask | *change : how == SIG_UNBLOCK ? mask & ~*change : *change);
	if (old != NULL)
		*old = before;
	return 0;
}

int sigpending(sigset_t *set)
{
	*set = pending;
	return 0;
}

void __sigsetjmp_mask(sigjmp_buf place, int save_mask)
{
	place->mask_is_saved = save_mask;
	place->mask = mask;
}

_Noreturn void siglongjmp(sigjmp_buf place, int value)
{
	if (place->mask_is_saved)
		mask_set(place->mask);
	longjmp(place->jump, value);
}
