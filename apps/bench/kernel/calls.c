/* SPDX-License-Identifier: MIT */
/* Null call, messages between two spaces, notifications. */
#include "kbench.h"

#define CALLS	   1000
#define WARM_UP	   8
#define LONG_WORDS 64

static cap_t echo_endpoint;

/* Answers each message with itself: as many words back as came. */
static void echo_serve(uint64_t endpoint)
{
	struct message m;

	(void)ipc_wait((cap_t)endpoint, DEADLINE_NEVER, &m);
	for (;;)
		(void)ipc_reply_wait((cap_t)endpoint, DEADLINE_NEVER, &m);
}

/* Answers each with four words, however many came. */
static void short_serve(uint64_t endpoint)
{
	struct message m;

	(void)ipc_wait((cap_t)endpoint, DEADLINE_NEVER, &m);
	for (;;) {
		m.tag = TAG(0, MESSAGE_REGISTERS);
		(void)ipc_reply_wait((cap_t)endpoint, DEADLINE_NEVER, &m);
	}
}

struct pair {
	cap_t ping, pong;
};
static struct pair pair;

static void pong_serve(uint64_t unused)
{
	struct message m;

	(void)unused;
	for (;;) {
		(void)ipc_wait(pair.ping, DEADLINE_NEVER, &m);
		(void)sys_notify(pair.pong);
	}
}

static void bench_null(void)
{
	for (unsigned i = 0; i < CALLS; i++) {
		uint64_t start = instret();

		(void)sys_null();
		sample_add(instret() - start);
	}
	sample_report("null-call");
}

static inline __attribute__((always_inline)) uint64_t call_cost(uint64_t words)
{
	struct message m = {.tag = TAG(0, words), .w = {1, 2, 3, 4}};
	uint64_t start = instret();

	(void)ipc_call(echo_endpoint, &m);
	return instret() - start;
}

static void bench_call(const char *name, peer_function *serve, uint64_t words)
{
	echo_endpoint = object_new(KIND_ENDPOINT, 0);
	peer_start(serve, echo_endpoint);
	for (unsigned i = 0; i < WARM_UP; i++)
		(void)call_cost(words);
	for (unsigned i = 0; i < CALLS; i++)
		sample_add(call_cost(words));
	sample_report(name);
}

/* Notifications need a badge: the flag they set. */
static cap_t notification_new(void)
{
	cap_t plain = object_new(KIND_NOTIFICATION, 0), badged = slot_new();

	must(sys_cap_mint(CAP_NULL, badged, CAP_NULL, plain, RIGHTS_ALL, 1), "cap_mint");
	return badged;
}

static inline __attribute__((always_inline)) uint64_t notification_cost(void)
{
	struct message m;
	uint64_t start = instret();

	(void)sys_notify(pair.ping);
	(void)ipc_wait(pair.pong, DEADLINE_NEVER, &m);
	return instret() - start;
}

static void bench_notifications(void)
{
	pair = (struct pair){notification_new(), notification_new()};
	peer_start(pong_serve, 0);
	for (unsigned i = 0; i < CALLS; i++)
		sample_add(notification_cost());
	sample_report("notification");
}

void notification_once(void)
{
	(void)notification_cost();
}

void ipc_prepare(void)
{
	echo_endpoint = object_new(KIND_ENDPOINT, 0);
	peer_start(echo_serve, echo_endpoint);
	(void)call_cost(MESSAGE_REGISTERS);
}

void ipc_once(void)
{
	(void)call_cost(MESSAGE_REGISTERS);
}

void ipc_long_once(void)
{
	(void)call_cost(LONG_WORDS);
}

void bench_calls(void)
{
	bench_null();
	bench_call("ipc", echo_serve, MESSAGE_REGISTERS);
	bench_call("ipc-64-words", echo_serve, LONG_WORDS);
	bench_call("ipc-64-words-one-way", short_serve, LONG_WORDS);
	bench_notifications();
}
