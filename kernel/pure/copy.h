/* SPDX-License-Identifier: MIT */
/* Bytes copied and zeroed by words, whatever their alignment: the kernel's memcpy() and memset() rest on
 * these. */
#ifndef PURE_COPY_H
#define PURE_COPY_H

#include <stdint.h>

/*
 * The ranges do not overlap. Reads whole aligned words that hold any byte of the source, so up to seven bytes
 * before and behind it; these never lie on another page.
 */
void copy_bytes(void *to, const void *from, uint64_t bytes);

void zero_bytes(void *to, uint64_t bytes);

#endif
