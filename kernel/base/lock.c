/* SPDX-License-Identifier: MIT */
/* The word of the kernel lock: 0 free, 1 held. */
#include "base/lock.h"

uint32_t kernel_lock_word;
