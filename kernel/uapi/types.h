/* SPDX-License-Identifier: MIT */
/* Words that cross the kernel's border. */
#ifndef UAPI_TYPES_H
#define UAPI_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t vaddr_t; /* user address, bytes */
typedef uint64_t paddr_t; /* physical address, bytes */
typedef uint32_t cap_t;	  /* slot number in the caller's CSpace; 0 is never valid */

#define CAP_NULL 0u

/* What every call but the message calls returns: in a0 and a1. */
struct result {
	uint64_t error; /* enum error */
	uint64_t value;
};

#endif
