/* SPDX-License-Identifier: MIT */
/*
 * The session: its first program, started for init, and all descendants. It is over when none of them lives;
 * init hears of it by its notification and collects how the first one ended.
 */
#include "proc.h"
#include <pagoda/error.h>
#include <pagoda/syscall.h>
#include <string.h>

#define STATUS_NOT_FOUND   127
#define STATUS_NOT_STARTED 126

static const char environment[] = "PATH=/bin\0HOME=/\0TERM=dumb"; /* each ends with a zero */
#define ENVIRONMENT_COUNT 3

void session_note_end(const struct process *process, uint32_t status)
{
	if (process->pid != proc.session.first || proc.session.first_ended)
		return;
	proc.session.first_ended = true;
	proc.session.status = status;
}

void session_check_over(void)
{
	if (proc.session.first_ended && proc.foreground == 0 && proc.table.live > 0)
		proc.foreground = PID_SELF; /* what is left has no shell that could choose */
	if (proc.session.first_ended && proc.table.live == 0)
		(void)sys_notify(PROC_SESSION_NEWS);
}

err_t request_session(struct process *caller, const struct message *in, struct answer *out)
{
	uint32_t status = proc.session.status, signal = status & 0x7f;

	(void)caller;
	(void)in;
	if (!proc.session.first_ended || proc.table.live > 0)
		return E_LATER;
	out->w0 = signal ? 1 : 0;
	out->w1 = signal ? signal : status >> 8;
	return E_OK;
}

static const char *refusal_text(err_t error)
{
	switch (error) {
	case E_BAD_FORMAT:
	case E_CONFLICT:
		return "not a program for this system";
	case E_NO_MEMORY:
	case E_MEMORY:
	case E_TABLES:
		return "out of memory";
	case E_TOO_MANY:
		return "argument list too long";
	case E_NO_ENTRY:
	case E_NOT_DIRECTORY:
		return "not found";
	case E_ACCESS:
		return "not executable";
	default:
		return error_text(error);
	}
}

/* A name without a slash is looked for in /bin. */
static err_t first_path(const char *name, char path[PATH_ROOM])
{
	const char *folder = strchr(name, '/') ? "" : "/bin/";

	if (strlen(name) + strlen(folder) >= PATH_ROOM)
		return E_NAME_TOO_LONG;
	strcpy(path, folder);
	strcat(path, name);
	return E_OK;
}

static err_t first_build(struct process *process, const struct program *program)
{
	struct batch batch = {0};
	err_t error;

	thread_create(&batch, process);
	error = thread_build(&batch);
	if (error == E_OK)
		error = image_build(process, program, NULL);
	if (error == E_OK) {
		error = call_vfs(VFS_PROCESS_CREATE, process->pid, 0);
		process->has_files = error == E_OK;
	}
	return error == E_OK ? image_start(process, program) : error;
}

static err_t first_start(struct process *process, const char *name, struct program *program)
{
	err_t error = first_path(name, program->path);

	if (error == E_OK)
		error = program_find(PID_SELF, program);
	if (error != E_OK)
		return error;
	image_name(process, program);
	return first_build(process, program);
}

/* The strings of the caller's buffer and the environment that a first program gets. *name is the first
 * string. */
static err_t first_arguments(const struct message *in, struct arguments *arguments, const char **name)
{
	uint64_t bytes = BUFFER_LENGTH(in->w[3]), done = 0;
	char *strings;
	err_t error = arguments_prepare(in->w[0], ENVIRONMENT_COUNT, bytes + sizeof(environment), &strings);

	if (error != E_OK)
		return error;
	while (done < bytes) {
		struct result r = sys_buffer_copy(CAP_NULL, done, (vaddr_t)strings + done, bytes - done,
						  COPY_FROM_CALLER);

		if (r.error != E_OK || r.value == 0)
			return E_FAULT;
		done += r.value;
	}
	memcpy(strings + bytes, environment, sizeof(environment));
	*name = strings;
	return arguments_finish(arguments);
}

/* A program that does not start ends the session as a shell would tell it. */
static void first_refused(struct process *process, const char *name, err_t error)
{
	uint8_t status =
		error == E_NO_ENTRY || error == E_NOT_DIRECTORY ? STATUS_NOT_FOUND : STATUS_NOT_STARTED;

	console_print(CHANNEL_STDERR, "pagoda: %.300s: %s\n", name, refusal_text(error));
	end_process(process, status_of_exit(status));
}

err_t request_session_start(struct process *caller, const struct message *in, struct answer *out)
{
	struct program program;
	struct process *process;
	const char *name = "program";
	err_t error;

	(void)caller;
	(void)out;
	if (proc.session.running)
		return E_EXISTS;
	if (!(in->tag & TAG_BUFFER) || in->w[0] == 0)
		return E_ARGUMENT;
	error = process_create(&proc.table, &proc.table.self, ACCOUNT_FIRST, &process);
	if (error != E_OK)
		return error;
	proc.session.running = true;
	proc.session.first = proc.foreground = process->pid;
	process->start_ticks = counter_ticks();
	error = first_arguments(in, &program.arguments, &name);
	if (error == E_OK)
		error = first_start(process, name, &program);
	if (error != E_OK)
		first_refused(process, name, error);
	return E_OK;
}
