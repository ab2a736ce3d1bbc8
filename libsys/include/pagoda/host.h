/* SPDX-License-Identifier: MIT */
/*
 * The kernel's face where there is no kernel: a server compiled for the host (PAGODA_HOST) makes the same
 * calls, and a fuzz target plays the kernel by defining what is declared here. <pagoda/syscall.h> and
 * <pagoda/ipc.h> include this instead of their instructions; nobody else does.
 */
#ifndef PAGODA_HOST_H
#define PAGODA_HOST_H

#include "uapi/message.h"
#include "uapi/types.h"

struct message;
struct cap_facts;

/* A system call by its number; arguments it does not have are 0. */
struct result host_syscall(uint64_t number, const uint64_t argument[6]);
/* cap_info's four answers: error, value, identity, bytes. */
void host_cap_info(cap_t cs, uint64_t slot, uint64_t answer[4]);
/* A message call by its number; *m is in and out. */
void host_message_call(uint64_t number, cap_t target, uint64_t deadline, struct message *m);

/* The server's message page. */
extern struct message_page host_message_page;

/* What the processor's counters would say. */
uint64_t host_ticks(void);
uint64_t host_instructions(void);

#endif
