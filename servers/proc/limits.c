/* SPDX-License-Identifier: MIT */
/*
 * Limits: those of memory are kept by the pager, of open files by the vfs; that of processes by the records.
 * Each has a most beside it (POSIX: the hard limit), which nobody raises again.
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
	struct process *self = &proc.table.self;

	for (uint32_t which = 0; which < LIMIT_COUNT; which++)
		self->limits[which] = self->limits_most[which] = limit_default(which);
	self->limits_most[LIMIT_STACK] = PROC_LIMIT_NONE;
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

static uint64_t limit_cut(uint64_t value)
{
	return value < PROC_LIMIT_NONE ? value : PROC_LIMIT_NONE;
}

err_t request_limit(struct process *caller, const struct message *in, struct answer *out)
{
	uint64_t which = in->w[0], value = limit_cut(in->w[1]), most = limit_cut(in->w[2]);
	err_t error = E_OK;

	if (which >= LIMIT_COUNT)
		return E_ARGUMENT;
	out->w0 = caller->limits[which];
	out->w1 = caller->limits_most[which];
	if (in->w[1] == LIMIT_ASK)
		return E_OK;
	if (value > most)
		return E_ARGUMENT;
	if (most > out->w1)
		return E_DENIED;
	if (value != out->w0)
		error = limit_tell(caller, which, value);
	if (error != E_OK)
		return error;
	caller->limits[which] = value;
	caller->limits_most[which] = most;
	return E_OK;
}
