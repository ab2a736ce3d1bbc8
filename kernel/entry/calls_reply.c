/* SPDX-License-Identifier: MIT */
/* System calls on replies and the caller's buffer. */
#include "entry/calls.h"
#include "object/buffer.h"
#include "object/reply.h"

struct result syscall_reply_save(struct thread *thread, uint64_t to)
{
	return failed(reply_save(thread, to));
}

static err_t read_bounds(vaddr_t at, uint64_t pages, uint64_t words, struct reply_bounds *bounds)
{
	if (!is_aligned(at, PAGE_BYTES))
		return E_ALIGN;
	if (pages > USER_END / PAGE_BYTES || !range_fits(at, pages * PAGE_BYTES, USER_END) ||
	    (words & ~(uint64_t)(RIGHTS_RWX | 0xffff0000ul)) != 0)
		return E_RANGE;
	*bounds = (struct reply_bounds){at / PAGE_BYTES, pages, (uint32_t)(words >> 16), words & RIGHTS_RWX};
	return E_OK;
}

struct result syscall_reply_narrow(struct thread *thread, uint64_t reply, uint64_t to, vaddr_t at,
				   uint64_t pages, uint64_t words)
{
	struct reply_bounds bounds;
	err_t error = read_bounds(at, pages, words, &bounds);

	if (error == E_OK)
		error = reply_narrow(thread, reply, to, &bounds);
	return failed(error);
}

err_t forward(struct thread *thread, uint64_t reply, const uint64_t *words)
{
	struct forward wanted = {.reply = reply, .keep = words[3], .badge = words[4]};
	struct slot *slot;
	err_t error = read_bounds(words[1], words[2] >> 32, words[2] & UINT32_MAX, &wanted.bounds);

	if (error == E_OK)
		error = cap_find(thread, words[0], KIND_ENDPOINT, RIGHT_WRITE, &slot);
	if (error != E_OK)
		return error;
	wanted.endpoint = slot;
	return reply_forward(thread, &wanted);
}

struct result syscall_reply_forward(struct thread *thread, uint64_t reply, uint64_t endpoint, vaddr_t at,
				    uint64_t pages_bounds, uint64_t keep, uint64_t badge)
{
	const uint64_t words[] = {endpoint, at, pages_bounds, keep, badge};

	return failed(forward(thread, reply, words));
}

struct result syscall_reply_recall(struct thread *thread, uint64_t reply)
{
	return failed(reply_recall(thread, reply));
}

static struct result copy(struct thread *thread, uint64_t reply, const struct buffer_copy *wanted)
{
	struct reply_target target;
	uint64_t done = 0;
	err_t error = reply_find(thread, reply, &target);

	if (error == E_OK)
		error = buffer_copy(thread, target.thread, wanted, &done);
	return result(error, done);
}

struct result syscall_buffer_copy(struct thread *thread, uint64_t reply, uint64_t offset, vaddr_t local,
				  uint64_t bytes, uint64_t direction)
{
	struct buffer_copy wanted = {offset, bytes, direction, false, local, 0};

	return copy(thread, reply, &wanted);
}

struct result syscall_buffer_copy_source(struct thread *thread, uint64_t reply, uint64_t offset,
					 uint64_t source, uint64_t source_bytes, uint64_t bytes,
					 uint64_t direction)
{
	struct buffer_copy wanted = {offset, bytes, direction, true, source, source_bytes};

	return copy(thread, reply, &wanted);
}
