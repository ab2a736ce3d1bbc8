/* SPDX-License-Identifier: MIT */
/*
 * exec: the pager builds the new space beside the old one and then puts it in its place. Until then every
 * error goes back to the caller and nothing has changed; after it there is no program to go back to, and a
 * failure ends the process as by SIGKILL.
 */
#include "proc.h"
#include <pagoda/syscall.h>
#include <string.h>

/* The caller's buffer from @offset on. Errors E_ABSENT: *done bytes of the whole buffer are there; E_FAULT.
 */
static err_t copy_in(uint64_t offset, void *to, uint64_t bytes, uint64_t *done)
{
	uint64_t at = 0;

	while (at < bytes) {
		struct result r = sys_buffer_copy(CAP_NULL, offset + at, (vaddr_t)to + at, bytes - at,
						  COPY_FROM_CALLER);

		at += r.value;
		*done = offset + at;
		if (r.error != E_OK)
			return r.error == E_ABSENT ? E_ABSENT : E_FAULT;
		if (r.value == 0)
			return E_FAULT;
	}
	return E_OK;
}

static err_t path_copy(const struct message *in, char path[PATH_ROOM], uint64_t *done)
{
	err_t error;

	if (in->w[0] == 0)
		return E_NO_ENTRY;
	if (in->w[0] >= PATH_ROOM)
		return E_NAME_TOO_LONG;
	error = copy_in(0, path, in->w[0] + 1, done);
	if (error != E_OK)
		return error;
	return strnlen(path, in->w[0] + 1) == in->w[0] ? E_OK : E_ARGUMENT;
}

static err_t strings_copy(const struct message *in, struct arguments *arguments, uint64_t *done)
{
	uint64_t from = in->w[0] + 1, bytes = BUFFER_LENGTH(in->w[3]) - from;
	char *strings;
	err_t error = arguments_prepare((uint32_t)in->w[1], in->w[1] >> 32, bytes, &strings);

	if (error == E_OK)
		error = copy_in(from, strings, bytes, done);
	return error == E_OK ? arguments_finish(arguments) : error;
}

/* All that the caller's buffer says, before anything changes. */
static err_t request_copy(const struct message *in, char path[PATH_ROOM], struct arguments *arguments,
			  uint64_t *done)
{
	err_t error;

	if (!(in->tag & TAG_BUFFER) || !(in->w[3] & BUFFER_READ) || BUFFER_LENGTH(in->w[3]) <= in->w[0])
		return E_ARGUMENT;
	error = path_copy(in, path, done);
	return error == E_OK ? strings_copy(in, arguments, done) : error;
}

err_t program_wanted(const struct process *caller, const struct message *in, struct program *program,
		     uint64_t *done)
{
	err_t error = request_copy(in, program->path, &program->arguments, done);

	return error == E_OK ? program_find(caller->pid, program) : error;
}

err_t request_exec(struct process *caller, const struct message *in, struct answer *out)
{
	struct program program;
	err_t error = program_wanted(caller, in, &program, &out->w0);

	if (error == E_OK)
		error = image_build(caller, &program, NULL);
	if (error != E_OK && error != E_STATE)
		return error;
	image_name(caller, &program);
	foreground_leave(caller, false);
	if (error == E_OK)
		error = call_vfs(VFS_PROCESS_EXEC, caller->pid, 0);
	if (error == E_OK)
		error = image_start(caller, &program);
	if (error != E_OK)
		end_process(caller, status_of_signal(SIGNAL_KILL));
	return E_LATER;
}
