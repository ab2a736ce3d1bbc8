/* SPDX-License-Identifier: MIT */
/* Arguments at random, by letter, most of them nearly right. */
#include "fuzz.h"

struct fuzz_shared fuzz;

/*
 * What a letter of a call stands for:
 *   c CSpace, mostly its own; s slot in use there; e slot there that may be empty
 *   M Memory; P Pool; S Space; T Thread; E Endpoint; N Notification; I Timer
 *   Q Irq; q one line's; R Reply or none; Z Reply
 *   k kind; K its argument; r rights; g priority; w what to bind; B what that takes
 *   i source; j source of own Space; n small number; h arenas; o page offset; O pages
 *   a address; v address of an arena; b bounds of a reply
 *   A address and rights; u source and pages; f offset, and the three as one superpage needs them
 *   l address of own memory; z bytes; m offset in bytes; t direction
 *   F flags of the trace, but for the one that forgets how long interrupts were off
 *   L interrupt line; D deadline; p where a thread begins; y badge; x anything
 */

/* Kinds of capability by letter, and the toy that is one. */
static const struct {
	char letter;
	uint8_t kind, toy;
} letters[] = {
	{'M', KIND_MEMORY, TOY_MEMORY},	    {'P', KIND_POOL, TOY_POOL},
	{'S', KIND_SPACE, TOY_SPACE},	    {'T', KIND_THREAD, TOY_VICTIM},
	{'E', KIND_ENDPOINT, TOY_ENDPOINT}, {'N', KIND_NOTIFICATION, TOY_NOTIFICATION},
	{'I', KIND_TIMER, TOY_TIMER},	    {'Q', KIND_IRQ, TOY_IRQ_ALL},
	{'R', KIND_REPLY, CAP_NULL},	    {'c', KIND_CSPACE, TOY_OTHER},
	{'Z', KIND_REPLY, CAP_NULL},	    {'q', KIND_IRQ, TOY_LINE},
};

/* xorshift64*. Marsaglia 2003, Vigna 2016: An experimental exploration of Marsaglia's xorshift generators. */
uint64_t random_next(unsigned actor)
{
	uint64_t x = fuzz.random[actor];

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	fuzz.random[actor] = x;
	return (x * 0x2545f4914f6cdd1d) >> 8;
}

/* Anything: a small number, an address, a power of two, or near the end of the numbers. */
static uint64_t random_word(uint64_t v)
{
	switch (v % 4) {
	case 0:
		return v / 4 % (TOY_SLOTS + 2);
	case 1:
		return (FAULT_VA + v / 4 % 2048 * PAGE_BYTES) | (v >> 20) % 8;
	case 2:
		return (1ul << v / 4 % 64) + (v >> 10) % 3 - 1;
	default:
		return ~0ul - v / 4 % 8;
	}
}

/* A slot of @cspace that holds @kind (KIND_NONE: is empty), from a random one on; @otherwise if there is
 * none. */
static uint64_t find_slot(unsigned cspace, unsigned kind, uint64_t v, uint64_t otherwise)
{
	if (cspace == CSPACE_UNKNOWN)
		return v % TOY_SLOTS;
	for (unsigned i = 0; i < TOY_SLOTS; i++) {
		unsigned slot = (unsigned)(v + i) % TOY_SLOTS;

		if (fuzz.kinds[cspace][slot] == kind && slot != 0)
			return slot;
	}
	return otherwise;
}

/* A slot in use, mostly one that the director did not fill. */
static uint64_t used_slot(unsigned cspace, uint64_t v)
{
	if (cspace == CSPACE_UNKNOWN || v % 4 == 0)
		return v / 4 % TOY_SLOTS;
	for (unsigned i = 0; i < TOY_SLOTS - TOY_END; i++) {
		unsigned slot = TOY_END + (unsigned)(v / 4 + i) % (TOY_SLOTS - TOY_END);

		if (fuzz.kinds[cspace][slot] != KIND_NONE)
			return slot;
	}
	return 1 + v / 4 % (TOY_SLOTS - 1);
}

static uint64_t draw_cspace(unsigned actor, struct drawn *call, uint64_t v)
{
	call->cspace = actor % HANDS;
	if (v % 8 < 5)
		return CAP_NULL;
	if (v % 8 == 5)
		return TOY_OWN;
	call->cspace = v % 8 == 6 ? !(actor % HANDS) : CSPACE_UNKNOWN;
	return v % 8 == 6 ? (uint64_t)TOY_OTHER : find_slot(actor % HANDS, KIND_CSPACE, v >> 8, TOY_OTHER);
}

/* By its kind's letter, a capability of that kind; now and then any. */
static uint64_t draw_capability(unsigned actor, const struct drawn *call, char letter, uint64_t v)
{
	for (unsigned i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
		if (letters[i].letter != letter)
			continue;
		if (v % 16 == 0)
			return v / 16 % TOY_SLOTS;
		if (letter == 'M' && v % 16 < 5)
			return (uint64_t[]){TOY_MEMORY, TOY_ARENA, TOY_DEVICE, TOY_BIG}[v / 16 % 4];
		if (v % 16 < (letter == 'R' ? 11 : 5) && letter != 'Z')
			return letters[i].toy;
		return find_slot(call->cspace, letters[i].kind, v / 16, letters[i].toy);
	}
	(void)actor;
	return random_word(v);
}

static uint64_t draw_address(unsigned actor, uint64_t v)
{
	if (v % 8 == 0)
		return FAULT_VA + v / 8 % 4 * ARENA_BYTES;
	if (v % 64 == 1)
		return INIT_BASE + v / 64 % 128 * PAGE_BYTES;
	if (v % 64 == 2)
		return USER_END - v / 64 % 3 * PAGE_BYTES;
	if (v % 4 == 3)
		return fuzz.fault_at[actor] & ~(PAGE_BYTES - 1);
	return FAULT_VA + v / 8 % 1024 * PAGE_BYTES;
}

static uint64_t draw_pages(uint64_t v)
{
	static const uint64_t edges[] = {
		0, 512, 511, 513, 1024, 63, 64, 65, USER_END / PAGE_BYTES, ~0ul >> PAGE_SHIFT, ~0ul};

	if (v % 4 == 0)
		return edges[v / 4 % (sizeof(edges) / sizeof(edges[0]))];
	return v % 4 == 1 ? 1 : 1 + v / 4 % 16;
}

/* The second of two: it depends on the one before. */
static uint64_t draw_after(unsigned actor, const struct drawn *call, char letter, uint64_t before, uint64_t v)
{
	static const char bound[] = "cSENM";

	if (letter == 'B')
		return v % 8 == 0 ? CAP_NULL
				  : draw_capability(actor, call, before < BIND_COUNT ? bound[before] : 'x',
						    v / 8);
	if (before == KIND_CSPACE)
		return v % 4 == 0 ? CSPACE_SLOTS_MAX - 1 + v / 8 % 3 : 1 + v / 8 % TOY_SLOTS;
	return before == KIND_SPACE ? v / 8 % 6 : 0;
}

static uint64_t draw_bytes(uint64_t v)
{
	if (v % 32 == 0)
		return random_word(v / 32);
	if (v % 4 == 0)
		return v / 32 % 3 * PAGE_BYTES;
	return v % 2 ? v / 32 % 16 : v / 32 % 5000;
}

static uint64_t draw_deadline(uint64_t v)
{
	switch (v % 8) {
	case 0:
		return DEADLINE_NEVER;
	case 1:
		return v / 8 % 2 ? ticks_from_now(100000) : 1;
	case 2:
	case 3:
	case 4:
		return ticks_from_now(0) + v / 8 % 64;
	default:
		return DEADLINE_NOW;
	}
}

/* pc, then sp: entries of puppets mostly; the stack matters to none. */
static uint64_t draw_entry(uint64_t v)
{
	switch (v % 16) {
	case 0:
		return random_word(v / 16);
	case 1:
		return USER_END - 2 + v / 16 % 5;
	case 2:
		return INIT_BASE + v / 16 % 65536 * 2;
	default:
		return v / 16 % 2 ? (uint64_t)puppet_calls : (uint64_t)puppet_touches;
	}
}

static uint64_t draw_priority(uint64_t v)
{
	uint64_t priority = v % 8 ? v / 8 % 4 : v / 8 % (PRIORITIES + 2);

	return priority == HAND_PRIORITY ? HAND_PRIORITY + 1
					 : priority; /* nobody shall interrupt a hand's call */
}

/* Own memory that others may write to is the scratch. */
static uint64_t draw_local(uint64_t v)
{
	uint64_t at = random_word(v / 8);

	if (v % 8 || (at >= INIT_BASE && at < FAULT_VA) ||
	    (at >= INIT_STACK_TOP - ARENA_BYTES && at < 1ul << 30))
		return SCRATCH_VA + v / 8 % (2 * PAGE_BYTES);
	return at;
}

static uint64_t draw_number(unsigned actor, const struct drawn *call, char letter, uint64_t v)
{
	static const uint8_t kinds[] = {KIND_CSPACE, KIND_THREAD,   KIND_THREAD,       KIND_SPACE,
					KIND_SPACE,  KIND_ENDPOINT, KIND_NOTIFICATION, KIND_TIMER};

	switch (letter) {
	case 'k':
		return v % 16 ? kinds[v / 16 % sizeof(kinds)] : v / 16 % 16;
	case 'r':
		return v % 4 ? (v % 4 == 1 ? RIGHTS_RWX : RIGHT_READ | RIGHT_WRITE | (v / 4 % 2 ? 24 : 0))
			     : v / 4 % 32;
	case 'w':
		return v % (BIND_COUNT * 8) ? v % BIND_COUNT : BIND_COUNT;
	case 'i':
		return v % 16 ? v / 16 % 4 : v / 16 % (SPACE_SOURCES + 2);
	case 'j':
		return v % 16 ? v / 16 % 4 : v / 16 % 2 ? SPACE_SOURCES - 1 + v / 32 % 3 : ~0ul;
	case 'o':
		return v % 4 ? v / 4 % 64 : v / 4 % 5 * (ARENA_PAGES / 2);
	case 'h':
		return v % 8 ? 1 + v / 8 % 3 : v / 8 % 3 * (USER_END / ARENA_BYTES);
	case 'u':
		return MAP_SOURCE(v % 8 ? v / 8 % 8 / 6 : v / 8 % 17,
				  v >> 8 & 15 ? 1 + (v >> 16) % 8 : (v >> 16) % 66) |
		       ((v >> 24) % 8 ? 0 : MAP_SUPERPAGE);
	case 'b':
		return FORWARD_BOUNDS(v % 4 ? v / 4 % 64 : (v >> 20) % (1ul << 28),
				      v >> 40 & 1 ? RIGHTS_RWX : v >> 41 & 7,
				      v >> 44 & 1 ? 0xffff : v >> 45 & 0xffff) &
		       (call->number == SYS_reply_narrow && v >> 50 & 7 ? UINT32_MAX : ~0ul);
	case 'F':
		return (v % 8 ? v / 8 % 4 : v / 8) & ~(uint64_t)TRACE_FLAG_IRQ_ANEW;
	case 'L':
		return v % 4 ? UART_LINE : v / 4 % 200;
	case 'y':
		return v % 2 ? 0 : v / 2 % 1024;
	case 'n':
		return v % 8 ? v / 8 % 4 : v / 8 % 100;
	case 'A':
		return draw_address(actor, v >> 8) | (v % 4 ? RIGHT_READ | RIGHT_WRITE : v / 4 % 8) |
		       (v % 64 == 0 ? 8 : 0);
	default:
		return random_word(v);
	}
}

/* The offset of a map item, which comes third: one of superpages is mostly made to fit. */
static uint64_t draw_offset(struct drawn *call, unsigned i, uint64_t v)
{
	if (!(call->w[i - 1] & MAP_SUPERPAGE) || v % 8 == 0)
		return v / 8 % 4 ? v / 32 % 64 : v / 32 % 5 * (ARENA_PAGES / 2);
	call->w[i - 2] &= ~(ARENA_BYTES - PAGE_BYTES);
	call->w[i - 1] = MAP_SOURCE(call->w[i - 1] & 0xff, 1) | MAP_SUPERPAGE;
	return v / 8 % 3 * ARENA_PAGES;
}

uint64_t draw_argument(unsigned actor, struct drawn *call, unsigned i)
{
	uint64_t v = random_next(actor);
	char letter = call->letters[i];

	if (v % 32 == 0 && !strchr("lgjF", letter))
		return random_word(v / 32);
	v /= 32;
	switch (letter) {
	case 'c':
		return draw_cspace(actor, call, v);
	case 's':
		return used_slot(call->cspace, v);
	case 'e':
		return v % 8 ? find_slot(call->cspace, KIND_NONE, v / 8, 0) : v / 8 % TOY_SLOTS;
	case 'a':
		return draw_address(actor, v / 16) + (v % 16 == 0 ? v >> 40 & 0xff : 0);
	case 'v':
		return FAULT_VA + v % 3 * ARENA_BYTES;
	case 'f':
		return draw_offset(call, i, v);
	case 'O':
		return draw_pages(v);
	case 'B':
	case 'K':
		return draw_after(actor, call, letter, call->w[i - 1], v);
	case 'z':
		return draw_bytes(v);
	case 'm':
		return v % 4 ? 0 : draw_bytes(v / 4);
	case 't':
		return v % 16 ? v % 2 : v / 16 % 4;
	case 'D':
		return draw_deadline(v);
	case 'p':
		return draw_entry(v);
	case 'g':
		return draw_priority(v);
	case 'l':
		return draw_local(v);
	case 'M':
	case 'P':
	case 'S':
	case 'T':
	case 'E':
	case 'N':
	case 'I':
	case 'Q':
	case 'q':
	case 'R':
	case 'Z':
		return draw_capability(actor, call, letter, v);
	default:
		return draw_number(actor, call, letter, v);
	}
}
