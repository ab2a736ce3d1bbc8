/* SPDX-License-Identifier: MIT */
/* What the compiler calls for large assignments, and what others call by these names. */
#include <string.h>

#include "pure/copy.h"

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
	copy_bytes(to, from, bytes);
	return to;
}

/* The usual filling is 0. */
void *memset(void *to, int byte, size_t bytes)
{
	unsigned char *out = to;

	if (byte == 0)
		zero_bytes(to, bytes);
	else
		for (size_t i = 0; i < bytes; i++)
			out[i] = (unsigned char)byte;
	return to;
}
