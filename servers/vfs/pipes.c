/* SPDX-License-Identifier: MIT */
/* The ends of pipes as files. */
#include "vfs.h"

static struct waiters waiting[PIPES][2];

struct waiters *pipe_waiters(uint32_t pipe, enum pipe_end end)
{
	return &waiting[pipe][end];
}

bool pipe_holds_bytes(const struct open_file *file)
{
	return file->kind == FILE_PIPE_WRITER && pipe_used(&vfs.pipes.pipes[file->target]) > 0;
}

static struct waiters *pipe_readers(const struct open_file *file)
{
	return pipe_waiters(file->target, PIPE_READER);
}

static struct waiters *pipe_writers(const struct open_file *file)
{
	return pipe_waiters(file->target, PIPE_WRITER);
}

/* What is there, up to what is wanted; nothing: wait. */
static err_t end_read(struct open_file *file, struct transfer *t)
{
	const struct pipe *pipe = &vfs.pipes.pipes[file->target];
	err_t error = E_OK;

	if (pipe_used(pipe) == 0 && transfer_left(t) > 0)
		return pipe->open[PIPE_WRITER] ? E_LATER : E_OK;
	while (transfer_left(t) > 0 && error == E_OK) {
		uint64_t before = t->done, bytes;
		const uint8_t *from;

		error = pipe_read(&vfs.pipes, file->target, &from, &bytes);
		if (error == E_LATER && t->done > 0)
			return E_OK;
		if (error != E_OK || bytes == 0)
			return error;
		error = transfer_to_caller(t, from, bytes);
		pipe_read_done(&vfs.pipes, file->target, t->done - before);
	}
	return error;
}

/* As much as fits in one go. */
static err_t end_write_piece(struct open_file *file, struct transfer *t)
{
	uint64_t before = t->done, room;
	uint8_t *to;
	err_t error;

	pipe_write(&vfs.pipes, file->target, &to, &room);
	error = transfer_from_caller(t, to, room);
	pipe_write_done(&vfs.pipes, file->target, t->done - before);
	return error;
}

/* A short write goes in whole: pages are there for all of it, and a piece that fails takes the others back.
 */
static err_t end_write_whole(struct open_file *file, struct transfer *t)
{
	err_t error = pipe_may_write(&vfs.pipes, file->target, t->bytes);

	while (transfer_left(t) > 0 && error == E_OK) {
		error = end_write_piece(file, t);
		if (error != E_OK) {
			pipe_unwrite(&vfs.pipes, file->target, t->done);
			t->done = 0;
		} else if (transfer_left(t) > 0) {
			error = pipe_may_write(&vfs.pipes, file->target, transfer_left(t));
		}
	}
	return error;
}

/*
 * Who waits to read has found nothing in the pipe, so what comes now is for it: it goes from buffer to buffer
 * and never into a page. False: nobody waits, or it cannot go this way.
 */
static bool end_pass(const struct open_file *file, const struct transfer *t)
{
	struct waiter *reader = pipe_waiters(file->target, PIPE_READER)->first;

	return reader && t->reply == CAP_NULL && t->done == 0 && t->bytes > 0 &&
	       pipe_used(&vfs.pipes.pipes[file->target]) == 0 && waiter_pass_to(reader, t->bytes);
}

static err_t end_write(struct open_file *file, struct transfer *t)
{
	err_t error = E_OK;

	if (end_pass(file, t))
		return E_LATER;
	if (t->bytes <= PIPE_BUF_BYTES)
		return t->bytes > 0 ? end_write_whole(file, t) : E_OK;
	while (transfer_left(t) > 0 && error == E_OK) {
		error = pipe_may_write(&vfs.pipes, file->target, t->bytes);
		if (error == E_OK)
			error = end_write_piece(file, t);
	}
	return error;
}

static err_t end_refuse(struct open_file *file, struct transfer *t)
{
	(void)file, (void)t;
	return E_BAD_FD; /* not opened for this */
}

static uint16_t reader_ready(const struct open_file *file)
{
	const struct pipe *pipe = &vfs.pipes.pipes[file->target];

	return (pipe_used(pipe) > 0 ? POLL_BIT_IN : 0) | (pipe->open[PIPE_WRITER] ? 0 : POLL_BIT_HANG_UP);
}

/* Room for a write that goes in whole. */
static uint16_t writer_ready(const struct open_file *file)
{
	const struct pipe *pipe = &vfs.pipes.pipes[file->target];

	return (pipe_room(pipe) >= PIPE_BUF_BYTES ? POLL_BIT_OUT : 0) |
	       (pipe->open[PIPE_READER] ? 0 : POLL_BIT_ERROR);
}

const struct file_kind pipe_reader_kind = {{end_read, end_refuse}, NULL, {pipe_readers, NULL}, reader_ready};
const struct file_kind pipe_writer_kind = {{end_refuse, end_write}, NULL, {NULL, pipe_writers}, writer_ready};
