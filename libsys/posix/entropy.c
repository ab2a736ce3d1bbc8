/* SPDX-License-Identifier: MIT */
/* getentropy(): there is no source of randomness for programs yet, and a guessable one would be worse. */
#include "posix/posix.h"
#include <stddef.h>

int getentropy(void *buffer, size_t bytes);

int getentropy(void *buffer, size_t bytes)
{
	(void)buffer;
	(void)bytes;
	return posix_fail(E_SYSCALL);
}
