/* SPDX-License-Identifier: MIT */
/* C11's short way out: what at_quick_exit() was given, last first, and neither buffers nor destructors. */
#include <stdlib.h>
#include <unistd.h>

#define ENDINGS_MAX 32 /* as C asks for at least */

static void (*endings[ENDINGS_MAX])(void);
static int count;

int at_quick_exit(void (*ending)(void))
{
	if (count == ENDINGS_MAX)
		return -1;
	endings[count++] = ending;
	return 0;
}

_Noreturn void quick_exit(int status)
{
	while (count > 0)
		endings[--count]();
	_exit(status);
}
