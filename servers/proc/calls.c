/* SPDX-License-Identifier: MIT */
/* Calls of the servers below. */
#include "proc.h"
#include <pagoda/syscall.h>

/* A request that the other side does not know is one that it does not build. */
static err_t answer_error(const struct message *m)
{
	err_t error = message_error(m);

	return error == E_REQUEST ? E_UNSUPPORTED : error;
}

err_t call_pager(uint32_t label, uint64_t w0, uint64_t w1, uint64_t w2)
{
	struct message m = message_make(label, w0, w1);

	m.w[2] = w2;
	ipc_call(PROC_PAGER, &m);
	return answer_error(&m);
}

err_t call_pager_with_thread(struct message *m, const struct process *process)
{
	message_page()->cap_send = thread_slot(process);
	message_page()->cap_send_rights = RIGHT_MANAGE;
	m->tag |= TAG_CAP;
	ipc_call(PROC_PAGER, m);
	return answer_error(m);
}

err_t call_vfs_three(uint32_t label, uint64_t w0, uint64_t w1, uint64_t w2)
{
	struct message m = message_make(label, w0, w1);

	m.w[2] = w2;
	ipc_call(PROC_VFS, &m);
	return answer_error(&m);
}

err_t call_vfs(uint32_t label, uint64_t w0, uint64_t w1)
{
	return call_vfs_three(label, w0, w1, 0);
}

err_t call_vfs_files(uint64_t account, uint64_t *files)
{
	struct message m = message_make(VFS_ACCOUNT, account, 0);

	ipc_call(PROC_VFS, &m);
	*files = m.w[0];
	return answer_error(&m);
}

void call_to_end(cap_t server, uint32_t label, uint32_t pid)
{
	struct message m = message_make(label, pid, 0);

	ipc_call(server, &m);
}

void slot_clear(cap_t slot)
{
	(void)sys_cap_delete(CAP_NULL, slot);
}
