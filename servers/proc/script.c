/* SPDX-License-Identifier: MIT */
/*
 * Which program a path stands for: the file itself, or the interpreter that a script names in its first line.
 * Here and not in libsys, so that the first program of a session can be a script, too, and needs no right to
 * read it.
 */
#include "core/script.h"
#include "proc.h"
#include <string.h>

#define DEPTH_MAX 4

/* The beginning of a file, ended by a zero. */
static err_t line_read(const struct vfs_stat *file, char line[SCRIPT_LINE_MAX])
{
	struct message m = message_make(VFS_INODE_READ, file->inode, 0);

	ipc_call_buffer(PROC_VFS, &m, line, SCRIPT_LINE_MAX - 1, BUFFER_WRITE);
	if (message_error(&m) != E_OK)
		return message_error(&m);
	line[m.w[0] < SCRIPT_LINE_MAX ? m.w[0] : 0] = 0;
	return E_OK;
}

/* argv[0] becomes: interpreter [argument] path. */
static err_t arguments_extend(struct arguments *arguments, const char *interpreter, const char *argument,
			      const char *path)
{
	static char strings[SCRIPT_LINE_MAX + PATH_ROOM];
	char *at = strings;

	at = stpcpy(at, interpreter) + 1;
	if (argument)
		at = stpcpy(at, argument) + 1;
	at = stpcpy(at, path) + 1;
	return arguments_replace_first(arguments, strings, (uint64_t)(at - strings), argument ? 3 : 2);
}

/* The program's path becomes the interpreter's. Errors E_BAD_FORMAT: no script. */
static err_t script_enter(struct program *program)
{
	char line[SCRIPT_LINE_MAX], *interpreter, *argument;
	err_t error = line_read(&program->file, line);

	if (error != E_OK)
		return error;
	if (!script_parse(line, &interpreter, &argument))
		return E_BAD_FORMAT;
	error = arguments_extend(&program->arguments, interpreter, argument, program->path);
	if (error == E_OK)
		strcpy(program->path, interpreter);
	return error;
}

err_t program_find(uint32_t pid, struct program *program)
{
	for (int depth = 0; depth <= DEPTH_MAX; depth++) {
		err_t error = image_find(pid, program->path, &program->file);

		if (error == E_OK)
			error = image_parse(&program->file, &program->image);
		if (error != E_BAD_FORMAT)
			return error;
		error = script_enter(program);
		if (error != E_OK)
			return error;
	}
	return E_LOOP;
}
