/* SPDX-License-Identifier: MIT */
/* Kinds of capability (made from object.def) and the rights they carry. */
#ifndef UAPI_OBJECT_H
#define UAPI_OBJECT_H

enum object_kind {
#define OBJECT(name, number, made_by, text) KIND_##name = number,
#include "uapi/object.def"
#undef OBJECT
};

/*
 * Rights of a capability, one byte. Copy and mint can only take rights away.
 *
 *   7 6 5 4 3 2 1 0
 *   . . . | | | | '- READ    Memory: map readable;  Endpoint: receive; Notification: wait
 *   . . . | | | '--- WRITE   Memory: map writable;  Endpoint: send and call; Notification: signal
 *   . . . | | '----- EXECUTE Memory: map executable
 *   . . . | '------- GRANT   Endpoint: a capability may travel with a message
 *   . . . '--------- MANAGE  make Pools from Memory, objects from a Pool; change the object; mint badges
 */
enum rights {
	RIGHT_READ = 1,
	RIGHT_WRITE = 2,
	RIGHT_EXECUTE = 4,
	RIGHT_GRANT = 8,
	RIGHT_MANAGE = 16,
	RIGHTS_ALL = 31,
	RIGHTS_RWX = 7,
};

/* What thread_bind() binds. */
enum thread_binding {
	BIND_CSPACE = 0,
	BIND_SPACE = 1,
	BIND_PAGER = 2,	       /* endpoint that gets the thread's faults, with this capability's badge */
	BIND_NOTIFICATION = 3, /* wakes every wait of the thread */
	BIND_MESSAGE = 4,      /* Memory of one page: the thread's message page */
	BIND_COUNT = 5,
};

enum thread_state {
	THREAD_STOPPED = 0, /* never started, or suspended */
	THREAD_READY = 1,   /* running or in the ready queue */
	THREAD_SENDING = 2, /* queued at an endpoint: send, call or fault */
	THREAD_WAITING = 3, /* in wait: at an endpoint, a notification, a deadline */
	THREAD_CALLED = 4,  /* its call was received; the answer is owed */
	THREAD_FAULTED = 5, /* its fault was received; the answer is owed */
};

#endif
