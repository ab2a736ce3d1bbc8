/* SPDX-License-Identifier: MIT */
/* All invariants of the kernel in one call. */
#ifndef OBJECT_CHECK_H
#define OBJECT_CHECK_H

#include "object/cap.h"

/* The CSpace in which the derivation trees are rooted (init's). */
extern struct cspace *check_roots;

/**
 * Verify every invariant; a broken one panics with its name.
 *
 * Errors    E_UNSUPPORTED in a release build: the walk is long, with interrupts off
 */
err_t check_system(void) MUST_USE;

#endif
