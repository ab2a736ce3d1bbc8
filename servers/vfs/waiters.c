/* SPDX-License-Identifier: MIT */
/*
 * Callers that wait. table[i] is that of process i, whose reply is kept in slot REPLIES_FIRST + i: it is
 * there whatever others do.
 */
#include "vfs.h"
#include <pagoda/log.h>
#include <pagoda/server.h>
#include <pagoda/syscall.h>

#define REPLIES_FIRST (SERVER_FIRST_FREE + 32)

_Static_assert(REPLIES_FIRST + WAITERS_MAX <= VFS_CSPACE_SLOTS, "every waiter has a slot");

static struct waiter table[WAITERS_MAX];
static uint32_t total;

struct turn turn;

struct waiter *waiter_at(uint32_t index)
{
	return &table[index];
}

struct waiter *waiter_of(const struct process *process)
{
	return &table[process->index];
}

static void queue_put(struct waiters *queue, struct waiter *waiter)
{
	waiter->queue = queue;
	waiter->next = NULL;
	waiter->prev = queue->last;
	if (queue->last)
		queue->last->next = waiter;
	else
		queue->first = waiter;
	queue->last = waiter;
	queue->count++;
}

static void queue_remove(struct waiter *waiter)
{
	struct waiters *queue = waiter->queue;

	if (waiter->prev)
		waiter->prev->next = waiter->next;
	else
		queue->first = waiter->next;
	if (waiter->next)
		waiter->next->prev = waiter->prev;
	else
		queue->last = waiter->prev;
	queue->count--;
}

/* Apart, so that what is usual needs no registers saved. */
static __attribute__((noinline)) struct waiter *
waiter_park_anew(struct waiters *queue, struct open_file *file, const struct transfer *t, bool write)
{
	struct waiter *before = waiter_of(t->process);

	waiter_answer(before, move_answer(before->file, &before->t, E_INTERRUPTED));
	return waiter_park(queue, file, t, write);
}

struct waiter *waiter_park(struct waiters *queue, struct open_file *file, const struct transfer *t,
			   bool write)
{
	struct process *process = t->process;
	uint32_t index = process->index;
	struct waiter *waiter = &table[index];

	if (waiter->queue)
		return waiter_park_anew(queue, file, t, write);
	waiter->t = *t;
	waiter->file = file;
	waiter->poll = NULL;
	waiter->write = write;
	waiter->t.reply = turn.unsaved = REPLIES_FIRST + index;
	if (file)
		file_pin(file);
	process->parked++;
	total++;
	queue_put(queue, waiter);
	return waiter;
}

void waiter_move(struct waiter *waiter, struct waiters *queue)
{
	queue_remove(waiter);
	queue_put(queue, waiter);
}

static inline void waiter_forget_move(struct waiter *waiter)
{
	struct open_file *file = waiter->file;

	waiter->t.process->parked--;
	queue_remove(waiter);
	waiter->queue = NULL;
	total--;
	if (file)
		file_unpin(&vfs.files, file);
}

/* Apart, so that the end of a read or write is short. */
static __attribute__((noinline)) void waiter_forget_poll(struct waiter *waiter)
{
	poll_forget(waiter->poll);
	waiter_forget_move(waiter);
}

static void waiter_forget(struct waiter *waiter)
{
	if (waiter->poll)
		waiter_forget_poll(waiter);
	else
		waiter_forget_move(waiter);
}

static cap_t take_unsaved(void)
{
	cap_t slot = turn.unsaved;

	turn.unsaved = CAP_NULL;
	return slot;
}

void waiters_save(void)
{
	if (turn.unsaved != CAP_NULL)
		(void)sys_reply_save(take_unsaved()); /* refused: the caller is gone */
}

bool waiter_pass_to(struct waiter *reader, uint64_t bytes)
{
	if (turn.pass_refused || bytes > reader->t.bytes || bytes > BUFFER_PASS_MAX)
		return false;
	turn.pass_to = reader;
	turn.pass_bytes = bytes;
	return true;
}

/* Answer both and wait. False: a buffer is not there, or somebody is gone. */
static bool pass(struct waiter *reader, struct message *m)
{
	struct message passing = message_pass(turn.pass_bytes, reader->t.reply);
	err_t error = ipc_reply_wait(SERVER_ENDPOINT, DEADLINE_NEVER, &passing);

	turn.pass_to = NULL;
	turn.pass_refused = error != E_OK && error != E_CANCELLED && error != E_DEAD;
	if (turn.pass_refused)
		return false;
	waiter_forget(reader);
	if (error == E_OK)
		*m = passing;
	else
		server_next(SERVER_ENDPOINT, m, false);
	return true;
}

bool waiters_turn(struct message *m)
{
	cap_t slot;
	err_t error;

	if (turn.pass_to)
		return pass(turn.pass_to, m);
	slot = take_unsaved();
	if (slot == CAP_NULL)
		return false;
	error = ipc_wait_keeping(SERVER_ENDPOINT, DEADLINE_NEVER, m, slot);
	if (error == E_OCCUPIED)
		server_panic("slot %u of a reply is not empty", slot);
	return error == E_OK;
}

/* An answer that its caller cannot take, for want of a message page, becomes the error that says so. */
static void answer_send(cap_t slot, struct message *m)
{
	err_t error = ipc_reply_send(slot, m);

	if (error == E_MESSAGE) {
		*m = message_make(error, 0, 0);
		error = ipc_reply_send(slot, m);
	}
	if (error != E_OK)
		sys_cap_delete(CAP_NULL, slot); /* its caller is gone */
}

void waiter_answer(struct waiter *waiter, err_t error)
{
	struct message m = message_make(error, waiter->t.done, 0);
	cap_t slot = waiter->t.reply;

	if (waiter->poll && error == E_OK)
		poll_answer(waiter, &m);
	answer_send(slot, &m);
	waiter_forget(waiter);
}

void waiter_drop(struct waiter *waiter)
{
	sys_cap_delete(CAP_NULL, waiter->t.reply);
	waiter_forget(waiter);
}

uint32_t waiters_total(void)
{
	return total;
}

/* Each one that waits stands in its queue, and its process counts it. */
int waiters_check(void)
{
	uint32_t waiting = 0, polling = 0, parked = 0, pins = 0;

	for (uint32_t i = 0; i < WAITERS_MAX; i++) {
		const struct waiter *waiter = &table[i];

		if (!waiter->queue)
			continue;
		waiting++;
		polling += waiter->file == NULL;
		if (waiter->t.done > waiter->t.bytes || (waiter->file && waiter->file->pins == 0) ||
		    (waiter->file != NULL) == (waiter->poll != NULL) || waiter->t.process->pid == 0 ||
		    waiter_of(waiter->t.process) != waiter)
			return __LINE__;
		if (waiter->prev ? waiter->prev->next != waiter : waiter->queue->first != waiter)
			return __LINE__;
		if (waiter->next ? waiter->next->prev != waiter : waiter->queue->last != waiter)
			return __LINE__;
	}
	for (uint32_t i = 0; i < vfs.files.top_process; i++)
		parked += vfs.files.processes[i].pid != 0 ? vfs.files.processes[i].parked : 0;
	for (uint32_t i = 0; i < vfs.files.top_open; i++)
		pins += vfs.files.open[i].references != 0 ? vfs.files.open[i].pins : 0;
	return waiting == total && parked == total && pins + polling == total && polling == poll_waiters.count
		       ? 0
		       : __LINE__;
}
