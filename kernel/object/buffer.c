/* SPDX-License-Identifier: MIT */
/*
 * Copies between a blocked caller's buffer and its server, page by page through the direct map.
 *
 * Both ends are looked up in the page tables at the time of the copy, with the rights they have there;
 * accessed and dirty bits are set as the machine would. The kernel itself never faults.
 */
#include "object/buffer.h"
#include "object/frame.h"
#include "object/reply.h"
#include "object/tables.h"
#include "pure/copy.h"

/* The first is enough for what the kernel reads, both for what it writes; U: it is the user's own. */
#define READABLE (PTE_V | PTE_U | PTE_R | PTE_A)
#define WRITABLE (READABLE | PTE_W | PTE_D)

/* Any page that was not yet accessed that way. */
static SELDOM uint8_t *unusual_byte(const struct space *space, vaddr_t at, uint64_t wanted)
{
	unsigned level;
	pte_t *entry = table_walk(space, at, &level), found = *entry;
	uint64_t needed = wanted & ~(PTE_A | PTE_D);

	if ((found & needed) != needed || !frame_is_ram(pte_pfn(found)))
		return NULL;
	__atomic_fetch_or(entry, wanted & (PTE_A | PTE_D), __ATOMIC_RELAXED);
	return (uint8_t *)spot_of_pfn(pte_pfn(found)) + (at & (sv39_level_bytes(level) - 1));
}

/* Kernel address of user address @at; NULL: absent, refused or no RAM. @wanted: READABLE or WRITABLE. */
static inline __attribute__((always_inline)) uint8_t *usual_byte(const struct space *space, vaddr_t at,
								 uint64_t wanted)
{
	pte_t entry;

	if (space == NULL || at >= USER_END)
		return NULL;
	entry = space->root[at >> 30];
	if (!pte_is_table(entry))
		return NULL;
	entry = table_below(entry)[at >> 21 & 511];
	if ((entry & wanted) == wanted && frame_is_ram(entry >> PTE_PFN_SHIFT)) /* a server's cache */
		return (uint8_t *)spot_of_pfn(entry >> PTE_PFN_SHIFT) + (at & (ARENA_BYTES - 1));
	if (!pte_is_table(entry))
		return unusual_byte(space, at, wanted);
	entry = table_below(entry)[at >> PAGE_SHIFT & 511];
	if ((entry & wanted) != wanted)
		return unusual_byte(space, at, wanted);
	entry >>= PTE_PFN_SHIFT;
	return frame_is_ram(entry) ? (uint8_t *)spot_of_pfn(entry) + (at & (PAGE_BYTES - 1)) : NULL;
}

/* The same where more is to be done than that. */
static __attribute__((noinline)) uint8_t *user_byte(const struct space *space, vaddr_t at, uint64_t wanted)
{
	return usual_byte(space, at, wanted);
}

/* The server's end: its own memory, or a frame of a source of its own space. */
static err_t local_byte(struct thread *server, const struct buffer_copy *copy, uint64_t done, uint8_t **byte)
{
	const struct slot *source;
	paddr_t at;

	if (!copy->is_source) {
		*byte = user_byte(server->space, copy->local + done,
				  copy->direction == COPY_TO_CALLER ? READABLE : WRITABLE);
		return *byte == NULL ? E_RANGE : E_OK;
	}
	source = &server->space->sources[copy->local];
	at = source->a + copy->source_bytes + done;
	if (word_kind(*frame_word(at >> PAGE_SHIFT)) != FRAME_USER)
		return E_FRAME;
	*byte = spot_of(at);
	return E_OK;
}

static err_t check_source(const struct thread *server, const struct buffer_copy *copy)
{
	unsigned rights = copy->direction == COPY_TO_CALLER ? RIGHT_READ : RIGHT_WRITE;
	const struct slot *source;

	if (!copy->is_source)
		return E_OK;
	if (server->space == NULL || copy->local >= SPACE_SOURCES)
		return E_RANGE;
	source = &server->space->sources[copy->local];
	if (source->kind != KIND_MEMORY || (source->flags & SLOT_DYING))
		return E_RANGE;
	if (source->flags & SLOT_DEVICE)
		return E_FRAME;
	if (!range_fits(copy->source_bytes, copy->bytes, source->b))
		return E_RANGE;
	return (rights & ~source->rights) != 0 ? E_RIGHTS : E_OK;
}

static err_t check_buffer(const struct thread *caller, const struct buffer_copy *copy)
{
	uint64_t needed = copy->direction == COPY_TO_CALLER ? BUFFER_WRITE : BUFFER_READ;

	if (copy->direction > COPY_TO_CALLER || copy->bytes > USER_END ||
	    !range_fits(copy->offset, copy->bytes, BUFFER_LENGTH(caller->buffer_word)) ||
	    caller->buffer_address + copy->offset < caller->buffer_address)
		return E_RANGE;
	return caller->buffer_word & needed ? E_OK : E_RIGHTS;
}

static uint64_t to_page_end(uint64_t at)
{
	return PAGE_BYTES - (at & (PAGE_BYTES - 1));
}

/* As far as both ends stay on their page. */
static err_t copy_piece(struct thread *server, struct thread *caller, const struct buffer_copy *copy,
			uint64_t *done, uint64_t limit)
{
	bool to_caller = copy->direction == COPY_TO_CALLER;
	vaddr_t remote = caller->buffer_address + copy->offset + *done;
	uint64_t local_at = (copy->is_source ? copy->source_bytes : copy->local) + *done;
	uint8_t *there = user_byte(caller->space, remote, to_caller ? WRITABLE : READABLE), *here;
	uint64_t bytes = min_u64(limit - *done, min_u64(to_page_end(remote), to_page_end(local_at)));
	err_t error;

	if (there == NULL)
		return E_ABSENT;
	error = local_byte(server, copy, *done, &here);
	if (error != E_OK)
		return error;
	if (to_caller)
		copy_bytes(there, here, bytes);
	else
		copy_bytes(here, there, bytes);
	*done += bytes;
	return E_OK;
}

err_t buffer_copy(struct thread *server, struct thread *caller, const struct buffer_copy *copy,
		  uint64_t *done)
{
	uint64_t limit = min_u64(copy->bytes, BUFFER_STEP_BYTES);
	err_t error = check_buffer(caller, copy);

	*done = 0;
	if (error == E_OK)
		error = check_source(server, copy);
	while (error == E_OK && *done < limit)
		error = copy_piece(server, caller, copy, done, limit);
	return error;
}

/* Over several pages of either buffer, or none. */
static SELDOM err_t pass_pieces(struct thread *from, struct thread *to, uint64_t bytes)
{
	vaddr_t source = from->buffer_address, target = to->buffer_address;

	while (bytes > 0) {
		uint64_t piece = min_u64(bytes, min_u64(to_page_end(source), to_page_end(target)));
		const uint8_t *in = user_byte(from->space, source, READABLE);
		uint8_t *out = user_byte(to->space, target, WRITABLE);

		if (in == NULL || out == NULL)
			return E_ABSENT;
		copy_bytes(out, in, piece);
		source += piece, target += piece, bytes -= piece;
	}
	return E_OK;
}

err_t buffer_pass(struct thread *from, struct thread *to, uint64_t bytes)
{
	vaddr_t source = from->buffer_address, target = to->buffer_address;
	const uint8_t *in;
	uint8_t *out;

	if (bytes > BUFFER_PASS_MAX || bytes > BUFFER_LENGTH(from->buffer_word) ||
	    bytes > BUFFER_LENGTH(to->buffer_word))
		return E_RANGE;
	if (!(from->buffer_word & BUFFER_READ) || !(to->buffer_word & BUFFER_WRITE))
		return E_RIGHTS;
	if (bytes == 0 || bytes > to_page_end(source) || bytes > to_page_end(target))
		return pass_pieces(from, to, bytes);
	in = usual_byte(from->space, source, READABLE);
	out = usual_byte(to->space, target, WRITABLE);
	if (in == NULL || out == NULL)
		return E_ABSENT;
	copy_bytes(out, in, bytes);
	return E_OK;
}
