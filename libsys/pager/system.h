/* SPDX-License-Identifier: MIT */
/*
 * What the library asks of the system, and nothing else: messages on the guest (system_guest.c), a simulation
 * on the host (host/). Here ends what is compiled for both.
 */
#ifndef PAGER_SYSTEM_H
#define PAGER_SYSTEM_H

#include "proto/custom.h"
#include "uapi/error.h"
#include "uapi/message.h"

#define SYSTEM_ENDPOINT	     8u /* the slot that REGISTER's capability goes to: SLOT_FIRST_FREE */
#define SYSTEM_IN_USE_FRAMES 512u
#define SYSTEM_IN_USE_WORDS  (SYSTEM_IN_USE_FRAMES / 64)

struct system_grant {
	uint8_t *base;
	uint64_t bytes;
};

/* REGISTER, then GRANT until it is whole: @quota_bytes, rounded up to whole arenas. Errors: REGISTER's;
 * nothing is registered then. */
MUST_USE err_t system_register(const char *name, uint64_t quota_bytes, struct system_grant *grant);

/* PUBLISH. @deadline_ms as there. */
struct system_object {
	uint64_t size_bytes, deadline_ms;
	bool writable;
};
MUST_USE err_t system_publish(const char *name, const struct system_object *object, uint32_t *number);

/* WITHDRAW */
MUST_USE err_t system_withdraw(uint32_t number);

/* Whether the system still knows the object: areas may refer to one that was withdrawn. */
bool system_object_is_there(uint32_t number);

/* FRAMES_IN_USE: bit i of @bits is frame @first + i. */
MUST_USE err_t system_frames_in_use(uint32_t first, uint64_t bits[SYSTEM_IN_USE_WORDS]);

/* No space has the grant attached or is supplied by this pager. */
bool system_is_unused(void);

/* Whether there is a process with this pid. */
bool system_process_is_there(uint64_t pid);

/* Absolute time for a wait, @ms from now. */
uint64_t system_deadline(uint64_t ms);

#if PAGODA_HOST
struct message {
	uint64_t error, tag, w[MESSAGE_REGISTERS], badge;
};
err_t system_wait(uint64_t deadline, struct message *m);
err_t system_answer_wait(uint64_t deadline, struct message *m);
uint64_t *system_words(void);
uint64_t system_instructions(void);
/* A frame is about to be the program's to fill; it is zero now; it is not the program's any more. */
void system_frame_taken(const uint8_t *frame);
void system_frame_zeroed(const uint8_t *frame);
void system_frame_left(const uint8_t *frame);
#else
#include <pagoda/ipc.h>

/* The next request. Errors: E_TIMEOUT, E_DEAD, E_CANCELLED. */
static inline err_t system_wait(uint64_t deadline, struct message *m)
{
	return ipc_wait(SYSTEM_ENDPOINT, deadline, m);
}

/* Answer the current request and wait for the next. Errors of the answer leave it to be given again. */
static inline err_t system_answer_wait(uint64_t deadline, struct message *m)
{
	return ipc_reply_wait(SYSTEM_ENDPOINT, deadline, m);
}

/* Words of the message page: items of an answer beyond the first go to [4] and up. */
static inline uint64_t *system_words(void)
{
	return message_page()->words;
}

static inline uint64_t system_instructions(void)
{
	uint64_t count;

	__asm__ volatile("rdinstret %0" : "=r"(count));
	return count;
}

/* Only the simulation looks at these. */
static inline void system_frame_taken(const uint8_t *frame)
{
	(void)frame;
}

static inline void system_frame_zeroed(const uint8_t *frame)
{
	(void)frame;
}

static inline void system_frame_left(const uint8_t *frame)
{
	(void)frame;
}
#endif

#endif
