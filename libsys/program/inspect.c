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
static err_t record_ask(cap_t server, struct message m, void *record, size_t bytes)
{
	ipc_call(server, &m);
	err_t error = message_error(&m);
	if (error == E_OK)
		memcpy(record, &message_page()->words[MESSAGE_REGISTERS], bytes);
	return error;
}

err_t inspect_frames(struct pager_counts *counts)
{
	return record_ask(SLOT_PAGER, message_make(PAGER_COUNTS, 0, 0), counts, sizeof(*counts));
}

err_t inspect_area(uint64_t pid, uint64_t cursor, struct pager_area *area)
{
	return record_ask(SLOT_PAGER, message_make(PAGER_AREAS, pid, cursor), area, sizeof(*area));
}

err_t inspect_present(uint64_t pid, uint64_t start, uint64_t end, uint64_t *pages)
{
	err_t error;

	*pages = 0;
	while (start < end) {
		struct message m = message_make(PAGER_PRESENT, pid, start);

		m.w[2] = end;
		ipc_call(SLOT_PAGER, &m);
		error = message_error(&m);
		if (error)
			return error;
		*pages += m.w[0];
		start = m.w[1];
	}
	return E_OK;
}

err_t inspect_process(uint64_t cursor, struct proc_entry *process)
{
	return record_ask(SLOT_PROC, message_make(PROC_LIST, cursor, 0), process, sizeof(*process));
}

err_t inspect_account(uint64_t cursor, struct proc_account *account)
{
	return record_ask(SLOT_PROC, message_make(PROC_ACCOUNT, cursor, 0), account, sizeof(*account));
}

err_t inspect_custom_pager(uint64_t cursor, struct pager_custom *pager)
{
	return record_ask(SLOT_PAGER, message_make(PAGER_PAGERS, cursor, 0), pager, sizeof(*pager));
}

err_t inspect_custom_object(uint64_t pager, uint64_t cursor, struct pager_object *object)
{
	return record_ask(SLOT_PAGER, message_make(PAGER_OBJECTS, pager, cursor), object, sizeof(*object));
}

err_t inspect_why(uint64_t pid, uint64_t address, struct pager_why *why)
{
	return record_ask(SLOT_PAGER, message_make(PAGER_WHY, pid, address), why, sizeof(*why));
}

err_t inspect_children_usage(struct proc_usage *usage)
{
	return record_ask(SLOT_PROC, message_make(PROC_USAGE, 1, 0), usage, sizeof(*usage));
}

err_t inspect_check_server(enum inspect_server server, uint64_t *broken)
{
	static const struct {
		cap_t slot;
		uint32_t request;
	} checks[] = {
		[INSPECT_PAGER] = {SLOT_PAGER, PAGER_CHECK},
		[INSPECT_VFS] = {SLOT_VFS, VFS_CHECK},
		[INSPECT_PROC] = {SLOT_PROC, PROC_CHECK},
	};
	struct message m = message_make(checks[server].request, 0, 0);

	ipc_call(checks[server].slot, &m);
	*broken = m.w[0];
	return message_error(&m);
}

err_t inspect_inject(enum inspect_server server, uint64_t first, uint64_t last, uint64_t exempt,
		     struct inject_report *report)
{
	static const struct {
		cap_t slot;
		uint32_t request;
	} servers[] = {
		[INSPECT_PAGER] = {SLOT_PAGER, PAGER_INJECT},
		[INSPECT_VFS] = {SLOT_VFS, VFS_INJECT},
		[INSPECT_PROC] = {SLOT_PROC, PROC_INJECT},
	};
	struct message m = message_make(servers[server].request, first, last);

	m.w[2] = exempt;
	return record_ask(servers[server].slot, m, report, sizeof(*report));
}

err_t inspect_check_kernel(void)
{
	return (err_t)sys_system_check().error;
}
