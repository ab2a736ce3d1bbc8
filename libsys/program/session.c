/* SPDX-License-Identifier: MIT */
/* Requests about the whole session. */
#include "proto/proto.h"
#include <pagoda/ipc.h>
#include <pagoda/program.h>
#include <pagoda/session.h>

err_t session_listen(uint64_t *interrupts)
{
	struct message m = message_make(PROC_FOREGROUND, 0, 1);

	ipc_call(SLOT_PROC, &m);
	*interrupts = m.w[0];
	return message_error(&m);
}

err_t session_poweroff(unsigned status)
{
	struct message m = message_make(PROC_POWEROFF, status, 0);

	ipc_call(SLOT_PROC, &m);
	return message_error(&m);
}
