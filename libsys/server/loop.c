/* SPDX-License-Identifier: MIT */
/* The turn of a server's loop: one answer, one message. */
#include <pagoda/ipc.h>
#include <pagoda/server.h>

/* The answer was given, or there is nobody to give it to: what failed is the wait. */
static bool caller_is_gone(uint64_t error)
{
	return error == E_STALE || error == E_CANCELLED || error == E_TIMEOUT || error == E_DEAD;
}

void server_next(cap_t endpoint, struct message *m, bool owed)
{
	while (owed) {
		if (ipc_reply_wait(endpoint, DEADLINE_NEVER, m) == E_OK)
			return;
		owed = !caller_is_gone(m->error); /* a refused answer consumed nothing */
		*m = message_make((uint32_t)m->error, 0, 0);
	}
	while (ipc_wait(endpoint, DEADLINE_NEVER, m) != E_OK)
		continue;
}
