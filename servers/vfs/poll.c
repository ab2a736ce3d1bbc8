/* SPDX-License-Identifier: MIT */
/*
 * Who waits until one of several files is ready, or until a time. Files are looked up by descriptor each
 * time: the caller waits, so nobody closes them. All who wait are looked at when a pipe changed or the
 * console has news; of those who read at once and those who wait here, the former are served first.
 */
#include "proto/inject.h"
#include "vfs.h"
#include <pagoda/counter.h>
#include <pagoda/log.h>
#include <pagoda/server.h>
#include <pagoda/syscall.h>
#include <string.h>

#define POLLS_MAX 64u /* each with room for VFS_POLL_MAX files */

struct poll {
	struct waiter *waiter; /* NULL: free */
	uint64_t deadline;
	uint32_t count;
	struct vfs_poll entries[VFS_POLL_MAX];
};

struct waiters poll_waiters;
static struct poll polls[POLLS_MAX];
static uint64_t timer_at = DEADLINE_NEVER;

/* The Timer tells by the own notification; without one nobody would wake. */
void poll_open(void)
{
	uint64_t error = sys_cap_mint(CAP_NULL, VFS_TIMER_NEWS, CAP_NULL, SERVER_NOTIFICATION, RIGHT_WRITE,
				      VFS_NEWS_TIMER)
				 .error;

	if (error == E_OK)
		error = sys_timer_bind(VFS_TIMER, VFS_TIMER_NEWS).error;
	if (error != E_OK)
		server_panic("binding the timer: error %lu", (unsigned long)error);
}

/* The Timer stands at the first deadline. */
static void timer_update(void)
{
	uint64_t next = DEADLINE_NEVER;

	for (uint32_t i = 0; i < POLLS_MAX; i++)
		if (polls[i].waiter && polls[i].deadline < next)
			next = polls[i].deadline;
	if (next == timer_at)
		return;
	timer_at = next;
	(void)sys_timer_set(VFS_TIMER, next);
}

static uint16_t entry_look(const struct process *process, const struct vfs_poll *entry)
{
	const struct open_file *file;

	if (entry->fd < 0)
		return 0;
	file = file_of(&vfs.files, process, entry->fd);
	if (!file)
		return POLL_BIT_INVALID;
	const struct file_kind *kind = file_kind_of(file);
	uint16_t seen = kind->ready ? kind->ready(file) : POLL_BIT_IN | POLL_BIT_OUT;
	return seen & (entry->wanted | POLL_BIT_ERROR | POLL_BIT_HANG_UP);
}

/* How many are ready now. */
static uint64_t entries_look(const struct process *process, struct vfs_poll *entries, uint32_t count)
{
	uint64_t ready = 0;

	for (uint32_t i = 0; i < count; i++) {
		entries[i].seen = entry_look(process, &entries[i]);
		ready += entries[i].seen != 0;
	}
	return ready;
}

static void entries_put(const struct vfs_poll *entries, uint32_t count)
{
	memcpy(&message_page()->words[MESSAGE_REGISTERS], entries, count * sizeof(*entries));
}

static struct poll *poll_find_free(void)
{
	if (allocation_refused("poll"))
		return NULL;
	for (uint32_t i = 0; i < POLLS_MAX; i++)
		if (!polls[i].waiter)
			return &polls[i];
	return NULL;
}

static err_t poll_park(struct request *r, const struct vfs_poll *entries, uint32_t count)
{
	struct transfer nothing = {.process = r->process};
	struct poll *poll = poll_find_free();
	err_t error = poll ? waiter_park(&poll_waiters, NULL, &nothing, false) : E_TOO_MANY;

	if (error != E_LATER)
		return error;
	poll->waiter = poll_waiters.last;
	poll->waiter->poll = poll;
	poll->deadline = r->m.w[0];
	poll->count = count;
	memcpy(poll->entries, entries, count * sizeof(*entries));
	timer_update();
	return E_LATER;
}

err_t request_poll(struct request *r)
{
	struct vfs_poll entries[VFS_POLL_MAX];
	uint64_t count = r->m.w[1];

	if (count > VFS_POLL_MAX || TAG_WORDS(r->m.tag) < MESSAGE_REGISTERS + count)
		return E_ARGUMENT;
	memcpy(entries, &message_page()->words[MESSAGE_REGISTERS], count * sizeof(entries[0]));
	r->w[0] = entries_look(r->process, entries, count);
	if (r->w[0] == 0 && r->m.w[0] > counter_ticks())
		return poll_park(r, entries, count);
	entries_put(entries, count);
	r->words = MESSAGE_REGISTERS + count;
	return E_OK;
}

uint64_t poll_put_answer(struct poll *poll)
{
	uint64_t ready = entries_look(poll->waiter->t.process, poll->entries, poll->count);

	entries_put(poll->entries, poll->count);
	return ready;
}

uint32_t poll_count(const struct poll *poll)
{
	return poll->count;
}

void poll_forget(struct poll *poll)
{
	poll->waiter = NULL;
	timer_update();
}

void poll_serve(void)
{
	struct waiter *next;

	for (struct waiter *waiter = poll_waiters.first; waiter; waiter = next) {
		struct poll *poll = waiter->poll;

		next = waiter->next;
		if (entries_look(waiter->t.process, poll->entries, poll->count) > 0)
			waiter_answer(waiter, E_OK);
	}
}

void poll_wake(void)
{
	uint64_t now = counter_ticks();

	timer_at = DEADLINE_NEVER; /* it has fired, or a set one is set again */
	for (uint32_t i = 0; i < POLLS_MAX; i++)
		if (polls[i].waiter && polls[i].deadline <= now)
			waiter_answer(polls[i].waiter, E_OK);
	timer_update();
}
