/* SPDX-License-Identifier: MIT */
/* malloc's family keeps its promises, by examples and by random use against a model of every byte. */
#include "test.h"
#include "world.h"
#include <errno.h>

#define BLOCKS	    600
#define ALIGN_BYTES 16ul
#define LARGE	    (128ul << 10)
#define FILL_STRIDE 61 /* beyond FILL_WHOLE bytes only every so manieth is looked at */
#define FILL_WHOLE  2048

TEST(memory_is_lazy)
{
	char *a = guest_malloc(1 << 29), *b = guest_calloc(1 << 14, 1 << 14);

	CHECK_TRUE(a && b);
	CHECK_EQ(world_touched_pages(a, 1 << 29), 1);
	CHECK_EQ(world_touched_pages(b, 1 << 28), 1);
	for (size_t at = 0; at < 1 << 28; at += 1 << 22)
		CHECK_EQ(b[at], 0);
	guest_free(a);
	guest_free(b);
	char *c = guest_memalign(1 << 21, 1 << 26);
	CHECK_EQ((uintptr_t)c % (1 << 21), 0);
	CHECK_EQ(world_touched_pages(c, 1 << 26), 0);
	CHECK_TRUE(world.mapped_bytes <= (1 << 26) + 4096);
	guest_free(c);
	CHECK_EQ(world.mapped_bytes, 0);
}

TEST(top_is_lazy)
{
	char *a = guest_malloc(100 << 10), *b = guest_malloc(100 << 10);

	CHECK_TRUE(world_touched_pages(a, 100 << 10) <= 2);
	CHECK_TRUE(world_touched_pages(b, 100 << 10) <= 2);
	guest_free(a);
	guest_free(b);
	CHECK_EQ(malloc_check(), 0);
}

TEST(too_much_is_refused)
{
	void *a = guest_malloc(100), *untouched = a;

	errno = 0;
	CHECK_TRUE(!guest_malloc(SIZE_MAX) && errno == ENOMEM);
	errno = 0;
	CHECK_TRUE(!guest_malloc(SIZE_MAX / 2) && errno == ENOMEM);
	errno = 0;
	CHECK_TRUE(!guest_calloc((size_t)1 << 33, (size_t)1 << 33) && errno == ENOMEM);
	errno = 0;
	CHECK_TRUE(!guest_calloc(SIZE_MAX, 2) && errno == ENOMEM);
	errno = 0;
	CHECK_TRUE(!guest_reallocarray(a, SIZE_MAX / 2, 3) && errno == ENOMEM);
	errno = 0;
	CHECK_TRUE(!guest_realloc(a, SIZE_MAX - 20) && errno == ENOMEM);
	errno = 0;
	CHECK_TRUE(!guest_aligned_alloc((size_t)1 << 63, 1) && errno == ENOMEM);
	errno = 0;
	CHECK_TRUE(!guest_aligned_alloc(48, 1) && errno == EINVAL);
	errno = 7;
	CHECK_EQ(guest_posix_memalign(&untouched, 4, 1), EINVAL);
	CHECK_EQ(guest_posix_memalign(&untouched, (size_t)1 << 62, 1), ENOMEM);
	CHECK_TRUE(untouched == a && errno == 7);
	guest_free(a);
}

TEST(zero_and_null)
{
	void *a = guest_malloc(0), *b = guest_malloc(0), *c = guest_realloc(NULL, 10);

	CHECK_TRUE(a && b && c && a != b);
	errno = 7;
	guest_free(NULL);
	CHECK_EQ(guest_malloc_usable_size(NULL), 0);
	CHECK_TRUE(guest_realloc(c, 0) == NULL);
	guest_free(a);
	guest_free(b);
	CHECK_EQ(errno, 7);
	a = guest_malloc(LARGE);
	errno = 7;
	guest_free(a);
	CHECK_EQ(errno, 7);
}

TEST(heap_returns_to_the_break)
{
	static void *blocks[1000];
	char *start = guest_sbrk(0), *high;

	for (unsigned i = 0; i < 1000; i++)
		blocks[i] = guest_malloc(10000);
	high = guest_sbrk(0);
	CHECK_TRUE(high - start > 9 << 20);
	for (unsigned i = 0; i < 1000; i++)
		guest_free(blocks[i]);
	CHECK_TRUE((char *)guest_sbrk(0) - start < 300 << 10);
	CHECK_EQ(malloc_check(), 0);
}

TEST(the_break_rests_while_blocks_come_and_go)
{
	guest_free(guest_malloc(LARGE - 100));
	unsigned long calls = world.break_calls;

	for (unsigned i = 0; i < 1000; i++)
		guest_free(guest_malloc(LARGE - 100));
	CHECK_EQ(world.break_calls, calls);
}

TEST(a_growing_block_is_seldom_copied)
{
	unsigned moves = 0;
	char *block = guest_malloc(1);

	for (size_t bytes = 1; bytes < 64 << 20; bytes += 4096) {
		char *next = guest_realloc(block, bytes);
		CHECK_TRUE(next);
		moves += next != block;
		block = next;
		block[bytes - 1] = 1;
	}
	CHECK_TRUE(moves < 20);
	guest_free(block);
	CHECK_EQ(world.mapped_bytes, 0);
}

TEST(the_top_is_used_to_its_end)
{
	static void *blocks[20000];

	for (size_t odd = 0; odd < 2; odd++) { /* so that nothing is left of it, or half a block */
		blocks[0] = guest_malloc(24 + 16 * odd);
		for (unsigned i = 1; i < 20000; i++)
			blocks[i] = guest_malloc(24);
		CHECK_EQ(malloc_check(), 0);
		for (unsigned i = 0; i < 20000; i++)
			guest_free(blocks[i]);
	}
	CHECK_EQ(malloc_check(), 0);
}

TEST(blocks_grow_beside_others_who_use_the_break)
{
	static unsigned char *blocks[400];

	for (unsigned i = 0; i < 400; i++) {
		blocks[i] = guest_malloc(10000); /* the third of a growth cannot grow where it is */
		memset(blocks[i], (int)i, 10000);
		memset(guest_sbrk(16), 0xff, 16);
		blocks[i] = guest_realloc(blocks[i], 60000);
		memset(blocks[i] + 10000, (int)i, 50000);
		CHECK_EQ(malloc_check(), 0);
	}
	for (unsigned i = 0; i < 400; i++) {
		for (unsigned at = 0; at < 60000; at++)
			CHECK_EQ(blocks[i][at], (unsigned char)i);
		guest_free(blocks[i]);
	}
	CHECK_EQ(malloc_check(), 0);
}

/* ---- random use ---- */

struct held {
	unsigned char *payload;
	size_t bytes; /* as asked; all that is usable was filled */
	size_t filled;
	unsigned char tint;
};

static struct held held[BLOCKS];
static unsigned char *foreign; /* memory that another took from the break */
static size_t foreign_bytes;

static size_t fill_step(size_t bytes)
{
	return bytes <= FILL_WHOLE ? 1 : FILL_STRIDE;
}

static unsigned char tint_at(unsigned char tint, size_t at)
{
	return (unsigned char)(tint + at * 7 + (at >> 8));
}

static void held_fill(struct held *h)
{
	h->filled = guest_malloc_usable_size(h->payload);
	h->tint = (unsigned char)test_random();
	CHECK_TRUE(h->filled >= h->bytes);
	for (size_t at = 0; at < h->filled; at += fill_step(h->filled))
		h->payload[at] = tint_at(h->tint, at);
	h->payload[h->filled - 1] = tint_at(h->tint, h->filled - 1);
}

/* The first @bytes are as they were filled. */
static void held_verify(const struct held *h, const unsigned char *payload, size_t bytes)
{
	for (size_t at = 0; at < bytes; at += fill_step(h->filled))
		CHECK_EQ(payload[at], tint_at(h->tint, at));
	if (bytes == h->filled)
		CHECK_EQ(payload[bytes - 1], tint_at(h->tint, bytes - 1));
}

static size_t random_bytes(void)
{
	unsigned kind = (unsigned)test_random_below(100);

	if (kind < 60)
		return test_random_below(200);
	if (kind < 90)
		return test_random_below(5000);
	return kind < 99 ? test_random_below(LARGE) : test_random_below(8 * LARGE);
}

static void verify_zero(const unsigned char *payload, size_t bytes)
{
	for (size_t at = 0; at < bytes; at++)
		CHECK_EQ(payload[at], 0);
}

static void do_take(struct held *h)
{
	size_t bytes = random_bytes(), alignment = ALIGN_BYTES;
	unsigned kind = (unsigned)test_random_below(8);
	void *payload = NULL;

	errno = 0;
	if (kind < 5) {
		payload = guest_malloc(bytes);
	} else if (kind == 5) {
		payload = guest_calloc(bytes / 3 + 1, 3);
		if (payload)
			verify_zero(payload, bytes);
	} else {
		alignment = (size_t)8 << test_random_below(kind == 6 ? 4 : 14);
		if (test_random_below(2))
			payload = guest_aligned_alloc(alignment, bytes);
		else if (guest_posix_memalign(&payload, alignment, bytes))
			errno = ENOMEM;
	}
	if (!payload) {
		CHECK_TRUE(world.no_memory && errno == ENOMEM);
		return;
	}
	CHECK_EQ((uintptr_t)payload % alignment, 0);
	CHECK_EQ((uintptr_t)payload % ALIGN_BYTES, 0);
	*h = (struct held){.payload = payload, .bytes = bytes};
	held_fill(h);
}

static void do_resize(struct held *h)
{
	size_t bytes = random_bytes() + 1;
	unsigned char *payload = guest_realloc(h->payload, bytes);

	if (!payload) {
		CHECK_TRUE(world.no_memory);
		held_verify(h, h->payload, h->filled);
		return;
	}
	CHECK_EQ((uintptr_t)payload % ALIGN_BYTES, 0);
	held_verify(h, payload, bytes < h->bytes ? bytes : h->bytes);
	h->payload = payload;
	h->bytes = bytes;
	held_fill(h);
}

static void do_give(struct held *h)
{
	held_verify(h, h->payload, h->filled);
	errno = 7;
	guest_free(h->payload);
	CHECK_EQ(errno, 7);
	h->payload = NULL;
}

static void foreign_verify(void)
{
	for (size_t at = 0; at < foreign_bytes; at++)
		CHECK_EQ(foreign[at], 0xa5);
}

/* Another user of the break takes some. */
static void do_foreign(void)
{
	size_t bytes = 1 + test_random_below(10000);
	void *memory = guest_sbrk((ptrdiff_t)bytes);

	foreign_verify();
	if (memory == (void *)-1)
		return;
	foreign = memory;
	foreign_bytes = bytes;
	memset(foreign, 0xa5, bytes);
}

static int by_address(const void *left, const void *right)
{
	const struct held *const *a = left, *const *b = right;

	return (*a)->payload < (*b)->payload ? -1 : 1;
}

static void verify_all(void)
{
	const struct held *order[BLOCKS];
	unsigned count = 0;

	CHECK_EQ(malloc_check(), 0);
	for (unsigned i = 0; i < BLOCKS; i++) {
		if (!held[i].payload)
			continue;
		held_verify(&held[i], held[i].payload, held[i].filled);
		CHECK_EQ(guest_malloc_usable_size(held[i].payload), held[i].filled);
		order[count++] = &held[i];
	}
	qsort(order, count, sizeof(order[0]), by_address);
	for (unsigned i = 0; i + 1 < count; i++)
		CHECK_TRUE(order[i]->payload + order[i]->filled + 8 <= order[i + 1]->payload);
	foreign_verify();
}

static void do_one(uint64_t op)
{
	struct held *h = &held[test_random_below(op / 50000 % 2 ? 40 : BLOCKS)];

	world.no_memory = test_random_below(50) == 0;
	if (!h->payload)
		do_take(h);
	else if (test_random_below(4) == 0)
		do_resize(h);
	else
		do_give(h);
	world.no_memory = false;
}

TEST(random_use_agrees_with_the_model)
{
	for (uint64_t op = 0; op < test_ops; op++) {
		do_one(op);
		if (test_random_below(20000) == 0)
			do_foreign();
		if (op % 2000 == 0)
			verify_all();
	}
	verify_all();
	for (unsigned i = 0; i < BLOCKS; i++) {
		if (held[i].payload)
			do_give(&held[i]);
	}
	CHECK_EQ(malloc_check(), 0);
	CHECK_EQ(world.mapped_bytes, 0);
}

TEST_MAIN(1000000)
