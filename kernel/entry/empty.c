/* SPDX-License-Identifier: MIT */
/* A program needs one source of its own; all of the kernel comes from its library. */
typedef int empty_t;
