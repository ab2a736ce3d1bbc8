/* SPDX-License-Identifier: MIT */
/*
 * Reads and writes, now or after a wait.
 *
 *   try -> E_LATER      wait in the file's queue, behind those who came before
 *       -> E_LATER      of a file with OPEN_NONBLOCK: answer E_BUSY
 *       -> E_NO_MEMORY  wait in the queue for memory, if the pager can be asked
 *       -> else         answer
 *
 * Whoever waits is tried again from where it stands (t->done) when something changed. A file that somebody
 * waits for is pinned.
 */
#include "vfs.h"

static struct waiters *queue_of(const struct open_file *file, bool write)
{
	const struct file_kind *kind = file_kind_of(file);

	if (write)
		return kind->writers ? kind->writers(file) : NULL;
	return kind->readers ? kind->readers(file) : NULL;
}

static err_t move_try(struct open_file *file, struct transfer *t, bool write)
{
	const struct file_kind *kind = file_kind_of(file);

	return write ? kind->write(file, t) : kind->read(file, t);
}

/* What an answer is when not all was done: a short write, rather than none. */
static err_t move_answer(const struct transfer *t, err_t error)
{
	if (t->done > 0 && error != E_OK && error != E_ABSENT)
		return E_OK;
	return error;
}

err_t move_start(struct open_file *file, struct transfer *t, bool write)
{
	struct waiters *queue = queue_of(file, write);
	err_t error = queue && queue->count > 0 && t->bytes > 0 ? E_LATER : move_try(file, t, write);

	if (error == E_LATER && (file->flags & OPEN_NONBLOCK))
		error = E_BUSY;
	else if (error == E_NO_MEMORY && memory_ask())
		error = waiter_park(&memory_waiters, file, t, write);
	else if (error == E_LATER)
		error = waiter_park(queue, file, t, write);
	return error == E_LATER ? E_LATER : move_answer(t, error);
}

/* True: it is answered, or waits elsewhere. */
static bool waiter_serve(struct waiter *waiter)
{
	struct waiters *queue = queue_of(waiter->file, waiter->write);
	err_t error = move_try(waiter->file, &waiter->t, waiter->write);

	if (error == E_NO_MEMORY && memory_ask()) {
		if (waiter->queue == &memory_waiters)
			return false;
		waiter_move(waiter, &memory_waiters);
		return true;
	}
	if (error == E_LATER) {
		if (waiter->queue == queue)
			return false;
		waiter_move(waiter, queue);
		return true;
	}
	waiter_answer(waiter, move_answer(&waiter->t, error));
	return true;
}

void move_serve(struct waiters *waiters)
{
	while (waiters->first && waiter_serve(waiters->first))
		;
}

/* Serving one changes the pipe again for the other side; it ends when nobody can go on. */
void move_serve_pipes(void)
{
	bool changed = false;
	uint32_t pipe;

	while (pipe_take_changed(&vfs.pipes, &pipe)) {
		move_serve(pipe_waiters(pipe, PIPE_WRITER));
		move_serve(pipe_waiters(pipe, PIPE_READER));
		changed = true;
	}
	if (changed)
		poll_serve();
}

void move_cancel(struct process *process, err_t answer)
{
	while (process->parked > 0) {
		struct waiter *waiter = waiter_of(process->pid);

		if (answer == E_STALE)
			waiter_drop(waiter);
		else
			waiter_answer(waiter, move_answer(&waiter->t, answer));
	}
	console_serve();
}
