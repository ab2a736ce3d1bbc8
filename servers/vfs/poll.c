/* SPDX-License-Identifier: MIT */
/*
 * Who waits until one of several files is ready, or until a time. Files are looked up by descriptor each
 * time: the caller waits, so nobody closes them. When a pipe or the console changed, those are looked at who
 * named it; of those who read at once and those who wait here, the former are served first. There is a place
 * for the poll of each process, so nobody takes another's.
 */
#include "vfs.h"
#include "watch.h"
#include <pagoda/counter.h>
#include <pagoda/log.h>
#include <pagoda/server.h>
#include <pagoda/syscall.h>
#include <string.h>

struct poll {
	uint64_t deadline;
	uint32_t count;
	int8_t fds[VFS_POLL_MAX];
	uint16_t wanted[VFS_POLL_MAX];
};

_Static_assert(FILES_DESCRIPTORS - 1 <= INT8_MAX, "who waits has named no others, or left them out");

struct waiters poll_waiters;
static struct poll polls[WAITERS_MAX]; /* by process, as waiters are */
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

static void timer_set(uint64_t deadline)
{
	timer_at = deadline;
	(void)sys_timer_set(VFS_TIMER, deadline);
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

static uint32_t source_of(const struct process *process, int fd)
{
	const struct open_file *file = fd >= 0 ? file_of(&vfs.files, process, fd) : NULL;

	if (!file)
		return WATCH_NOTHING;
	if (file->kind != FILE_INODE)
		return WATCH_PIPES + file->target;
	return file_kind_of(file) == &console_kind ? WATCH_CONSOLE : WATCH_NOTHING;
}

static void poll_keep(struct poll *poll, const struct process *process, const struct vfs_poll *entry)
{
	uint32_t source = source_of(process, entry->fd);

	poll->fds[poll->count] = entry->fd < 0 ? -1 : (int8_t)entry->fd;
	poll->wanted[poll->count] = entry->wanted;
	poll->count++;
	if (source != WATCH_NOTHING)
		watch_add(poll - polls, source);
}

/* None is ready, so each one is a descriptor or left out. */
static void poll_park(struct request *r, const struct vfs_poll *entries, uint32_t count)
{
	struct transfer nothing = {.process = r->process};
	struct waiter *waiter = waiter_park(&poll_waiters, NULL, &nothing, false);
	struct poll *poll = &polls[r->process->index];

	waiter->poll = poll;
	poll->deadline = r->m.w[0];
	poll->count = 0;
	for (uint32_t i = 0; i < count; i++)
		poll_keep(poll, r->process, &entries[i]);
	if (poll->deadline < timer_at)
		timer_set(poll->deadline);
}

err_t request_poll(struct request *r)
{
	struct vfs_poll entries[VFS_POLL_MAX];
	uint64_t count = r->m.w[1];

	if (count > VFS_POLL_MAX || TAG_WORDS(r->m.tag) < MESSAGE_REGISTERS + count)
		return E_ARGUMENT;
	memcpy(entries, &message_page()->words[MESSAGE_REGISTERS], count * sizeof(entries[0]));
	r->w[0] = entries_look(r->process, entries, count);
	if (r->w[0] == 0 && r->m.w[0] > counter_ticks()) {
		poll_park(r, entries, count);
		return E_LATER;
	}
	entries_put(entries, count);
	r->words = MESSAGE_REGISTERS + count;
	return E_OK;
}

static struct vfs_poll poll_entry(const struct poll *poll, uint32_t i)
{
	return (struct vfs_poll){.fd = poll->fds[i], .wanted = poll->wanted[i]};
}

/* Who waits for many looks by itself: looking for all who wake would keep others waiting. */
static bool poll_is_long(const struct poll *poll)
{
	return poll->count > VFS_POLL_LOOKS;
}

void poll_answer(struct waiter *waiter, struct message *m)
{
	struct vfs_poll entries[VFS_POLL_LOOKS];
	uint32_t count = waiter->poll->count;

	if (poll_is_long(waiter->poll)) {
		m->w[1] = 1;
		m->tag = TAG(E_OK, 2);
		return;
	}
	for (uint32_t i = 0; i < count; i++)
		entries[i] = poll_entry(waiter->poll, i);
	m->w[0] = entries_look(waiter->t.process, entries, count);
	entries_put(entries, count);
	m->tag = TAG(E_OK, MESSAGE_REGISTERS + count);
}

/* The Timer stays where it stands: it may find nothing to do. */
void poll_forget(struct poll *poll)
{
	watch_end(poll - polls);
}

static bool poll_may_be_ready(const struct waiter *waiter)
{
	if (poll_is_long(waiter->poll))
		return true;
	for (uint32_t i = 0; i < waiter->poll->count; i++) {
		struct vfs_poll entry = poll_entry(waiter->poll, i);

		if (entry_look(waiter->t.process, &entry) != 0)
			return true;
	}
	return false;
}

static void poll_serve(uint32_t source)
{
	if (!watch_is_watched(source))
		return;
	for (uint32_t i = watch_next(source, 0); i < WAITERS_MAX; i = watch_next(source, i + 1)) {
		struct waiter *waiter = waiter_at(i);

		if (poll_may_be_ready(waiter))
			waiter_answer(waiter, E_OK);
	}
}

void poll_serve_pipe(uint32_t pipe)
{
	poll_serve(WATCH_PIPES + pipe);
}

void poll_serve_console(void)
{
	poll_serve(WATCH_CONSOLE);
}

void poll_wake(void)
{
	uint64_t now = counter_ticks(), first = DEADLINE_NEVER;
	struct waiter *next;

	for (struct waiter *waiter = poll_waiters.first; waiter; waiter = next) {
		uint64_t deadline = waiter->poll->deadline;

		next = waiter->next;
		if (deadline <= now)
			waiter_answer(waiter, E_OK);
		else if (deadline < first)
			first = deadline;
	}
	timer_set(first);
}

int poll_check(void)
{
	for (uint32_t i = 0; i < WAITERS_MAX; i++) {
		const struct waiter *waiter = waiter_at(i);
		bool waits = waiter->queue && waiter->poll;

		if (!waits && watch_has_any(i))
			return __LINE__;
		if (waits && (waiter->poll != &polls[i] || waiter->poll->deadline < timer_at))
			return __LINE__;
	}
	return watch_check();
}
