/* SPDX-License-Identifier: MIT */
/*
 * Reads and writes, now or after a wait.
 *
 *   try -> E_LATER      wait in the file's queue, behind those who came before
 *       -> E_LATER      of a file with OPEN_NONBLOCK: answer E_BUSY
 *       -> E_NO_MEMORY  wait in the queue for memory, if the pager can be asked; else into a pipe that holds
 *                       something as E_LATER: once it is read, or a page comes free elsewhere, there is one
 *       -> else         answer
 *
 * Whoever waits is tried again from where it stands (t->done) when something changed. A file that somebody
 * waits for is pinned.
 */
#include "vfs.h"
#include <string.h>

static struct waiters *queue_of(const struct file_kind *kind, const struct open_file *file, bool write)
{
	return kind->waiters[write] ? kind->waiters[write](file) : NULL;
}

/* What an answer is when not all was done: a short write, rather than none. A file system without memory is
 * full. */
err_t move_answer(const struct open_file *file, const struct transfer *t, err_t error)
{
	if (t->done > 0 && error != E_OK && error != E_ABSENT)
		return E_OK;
	return error == E_NO_MEMORY && file->kind == FILE_INODE ? E_NO_ROOM : error;
}

/* What becomes of @error when no memory can be asked for, and of a wait when the caller does not want one. */
static err_t move_settle(const struct open_file *file, err_t error)
{
	bool starves = error == E_NO_MEMORY && pipe_holds_bytes(file);

	if (error != E_LATER && !starves)
		return error;
	if (file->flags & OPEN_NONBLOCK)
		return E_BUSY;
	if (starves)
		pipes_starve(&vfs.pipes);
	return E_LATER;
}

/* One read or write of the current caller; E_LATER: it waits, or its buffer is to be passed. */
static inline err_t move_start(struct open_file *file, struct transfer *t, bool write)
{
	const struct file_kind *kind = file_kind_of(file);
	struct waiters *queue = queue_of(kind, file, write);
	err_t error = queue && queue->count > 0 && t->bytes > 0 ? E_LATER : kind->move[write](file, t);

	if (error == E_OK || waiters_pass_is_due())
		return error;
	if (error == E_NO_MEMORY && memory_ask())
		queue = &memory_waiters;
	else if ((error = move_settle(file, error)) != E_LATER)
		return move_answer(file, t, error);
	waiter_park(queue, file, t, write);
	return E_LATER;
}

err_t move_request(struct request *r, bool write)
{
	struct open_file *file = file_of(&vfs.files, r->process, r->m.w[0]);
	struct transfer t;
	err_t error;

	if (!file || !(file->flags & (write ? OPEN_WRITE : OPEN_READ)))
		return E_BAD_FD;
	error = transfer_open(&t, &r->m, write ? BUFFER_READ : BUFFER_WRITE);
	if (error != E_OK)
		return error;
	t.process = r->process;
	transfer_bound(&t);
	error = move_start(file, &t, write);
	r->w[0] = t.done;
	return error;
}

err_t request_read(struct request *r)
{
	return move_request(r, false);
}

err_t request_write(struct request *r)
{
	return move_request(r, true);
}

enum memory { MEMORY_MAY_COME, MEMORY_REFUSED };

/* True: it is answered, or waits elsewhere. */
static bool waiter_serve(struct waiter *waiter, enum memory memory)
{
	const struct file_kind *kind = file_kind_of(waiter->file);
	struct waiters *queue = queue_of(kind, waiter->file, waiter->write);
	err_t error = kind->move[waiter->write](waiter->file, &waiter->t);

	if (error == E_NO_MEMORY && memory == MEMORY_MAY_COME && memory_ask()) {
		if (waiter->queue == &memory_waiters)
			return false;
		waiter_move(waiter, &memory_waiters);
		return true;
	}
	error = move_settle(waiter->file, error);
	if (error == E_LATER) {
		if (waiter->queue == queue)
			return false;
		waiter_move(waiter, queue);
		return true;
	}
	waiter_answer(waiter, move_answer(waiter->file, &waiter->t, error));
	return true;
}

static void move_serve_with(struct waiters *waiters, enum memory memory)
{
	while (waiters->first && waiter_serve(waiters->first, memory))
		;
}

void move_serve(struct waiters *waiters)
{
	move_serve_with(waiters, MEMORY_MAY_COME);
}

void move_serve_refused(void)
{
	move_serve_with(&memory_waiters, MEMORY_REFUSED);
}

static void move_serve_starving(void)
{
	vfs.pipes.starving = false;
	for (uint32_t pipe = 0; pipe < PIPES; pipe++)
		move_serve_with(pipe_waiters(pipe, PIPE_WRITER), MEMORY_REFUSED);
}

/* Serving one changes the pipe again for the other side; it ends when nobody can go on. */
void move_serve_changed(void)
{
	uint32_t pipe;

	waiters_save();
	if (pipes_can_be_fed(&vfs.pipes))
		move_serve_starving();
	while (pipe_take_changed(&vfs.pipes, &pipe)) {
		move_serve(pipe_waiters(pipe, PIPE_WRITER));
		move_serve(pipe_waiters(pipe, PIPE_READER));
		if (!vfs.pipes.pipes[pipe].changed)
			poll_serve_pipe(pipe);
	}
}

void move_serve_beside(void)
{
	static uint64_t words[MESSAGE_WORDS];

	memcpy(words, message_page()->words, sizeof(words));
	move_serve_changed();
	memcpy(message_page()->words, words, sizeof(words));
}

void move_cancel(struct process *process, err_t answer)
{
	struct waiter *waiter = waiter_of(process);

	if (waiter->queue && answer == E_STALE)
		waiter_drop(waiter);
	else if (waiter->queue)
		waiter_answer(waiter, move_answer(waiter->file, &waiter->t, answer));
	console_serve();
}
