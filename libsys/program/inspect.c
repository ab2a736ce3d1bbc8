/* SPDX-License-Identifier: MIT */
/* Requests of programs that look at the system. */
#include <pagoda/inspect.h>
#include <pagoda/ipc.h>
#include <pagoda/syscall.h>
#include <string.h>

const struct info_page *inspect_info(void)
{
	return (const struct info_page *)PROGRAM_INFO_PAGE;
}

/* A call without a buffer whose answer is a record from words[4] on. */
static err_t record_ask(struct message m, void *record, size_t bytes)
{
	ipc_call(SLOT_PAGER, &m);
	err_t error = message_error(&m);
	if (error == E_OK)
		memcpy(record, &message_page()->words[MESSAGE_REGISTERS], bytes);
	return error;
}

err_t inspect_frames(struct pager_counts *counts)
{
	return record_ask(message_make(PAGER_COUNTS, 0, 0), counts, sizeof(*counts));
}

err_t inspect_area(uint64_t pid, uint64_t cursor, struct pager_area *area)
{
	return record_ask(message_make(PAGER_AREAS, pid, cursor), area, sizeof(*area));
}

err_t inspect_check_server(enum inspect_server server, uint64_t *broken)
{
	bool pager = server == INSPECT_PAGER;
	struct message m = message_make(pager ? PAGER_CHECK : VFS_CHECK, 0, 0);

	ipc_call(pager ? SLOT_PAGER : SLOT_VFS, &m);
	*broken = m.w[0];
	return message_error(&m);
}

err_t inspect_check_kernel(void)
{
	return (err_t)sys_system_check().error;
}
