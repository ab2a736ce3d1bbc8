/* SPDX-License-Identifier: MIT */
/* Limits: those of memory are kept by the pager, of open files by the vfs; that of processes by the records.
 */
#include "proc.h"

#define LIMIT_ASK (~0ul)

static bool limit_is_of_space(uint64_t which)
{
	return which == LIMIT_AS || which == LIMIT_STACK || which == LIMIT_DATA;
}

static uint64_t limit_default(uint64_t which)
{
	switch (which) {
	case LIMIT_STACK:
		return STACK_BYTES;
	case LIMIT_NOFILE:
		return VFS_DESCRIPTORS_MAX;
	case LIMIT_NPROC:
		return PROCESSES_MAX;
	default:
		return PROC_LIMIT_NONE;
	}
}

void limits_init(void)
{
	for (uint32_t which = 0; which < LIMIT_COUNT; which++)
		proc.table.self.limits[which] = limit_default(which);
}

/* Whoever keeps this limit shall know. The space of an exec gets those of the one before, a child its
 * parent's. */
static err_t limit_tell(const struct process *process, uint64_t which, uint64_t value)
{
	if (limit_is_of_space(which))
		return call_pager(PAGER_SPACE_LIMIT, process->pid, which,
				  value == PROC_LIMIT_NONE ? ~0ul : value);
	if (which == LIMIT_NOFILE)
		return call_vfs(VFS_PROCESS_LIMIT, process->pid, value);
	return E_OK;
}

err_t request_limit(struct process *caller, const struct message *in, struct answer *out)
{
	uint64_t which = in->w[0], value = in->w[1];
	err_t error;

	if (which >= LIMIT_COUNT)
		return E_ARGUMENT;
	out->w0 = caller->limits[which];
	if (value == LIMIT_ASK || value == out->w0)
		return E_OK;
	if (value > PROC_LIMIT_NONE)
		value = PROC_LIMIT_NONE;
	if (which == LIMIT_NOFILE && value > VFS_DESCRIPTORS_MAX)
		value = VFS_DESCRIPTORS_MAX;
	error = limit_tell(caller, which, value);
	if (error == E_OK)
		caller->limits[which] = value;
	return error;
}
