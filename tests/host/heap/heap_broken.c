/* SPDX-License-Identifier: MIT */
/* What a program can do wrong to the heap ends it with a message. Each test leaves its heap unusable, so the
 * damage is undone before the next. */
#include "test.h"
#include "world.h"

/* @statement must end in abort() with a message that has @word. */
#define CHECK_BROKEN(statement, word)                                           \
	do {                                                                    \
		world.message[0] = 0;                                           \
		if (setjmp(world.aborted) == 0) {                               \
			statement;                                              \
			printf("nothing was noticed: %s\n", #statement);        \
			test_fail(__FILE__, __LINE__);                          \
		}                                                               \
		CHECK_TRUE(strstr(world.message, "malloc: ") == world.message); \
		CHECK_TRUE(strstr(world.message, word));                        \
	} while (0)

TEST(second_free_is_noticed)
{
	void *a = guest_malloc(100), *b = guest_malloc(100), *c = guest_malloc(100);

	guest_free(b);
	CHECK_BROKEN(guest_free(b), "twice");
	guest_free(a); /* joins b */
	CHECK_BROKEN(guest_free(b), "twice");
	CHECK_BROKEN(guest_realloc(a, 10), "twice");
	guest_free(c);
	CHECK_BROKEN(guest_free(c), "twice");
	CHECK_EQ(malloc_check(), 0);
}

static uint64_t never_taken[8] __attribute__((aligned(16)));

TEST(pointer_into_a_block_is_noticed)
{
	char *a = guest_calloc(1, 1000), *large = guest_malloc(1 << 20);

	CHECK_BROKEN(guest_free(a + 8), "not a pointer");
	CHECK_BROKEN(guest_free(a + 16), "not a pointer");
	CHECK_BROKEN(guest_free(a + 512), "not a pointer");
	CHECK_BROKEN(guest_free(large + 4096), "not a pointer");
	CHECK_BROKEN(guest_realloc(a + 64, 2000), "not a pointer");
	CHECK_BROKEN(guest_free(&never_taken[4]), "not a pointer");
	guest_free(a);
	guest_free(large);
	CHECK_EQ(malloc_check(), 0);
}

TEST(write_past_the_end_is_noticed_at_free)
{
	char *a = guest_malloc(40), *b = guest_malloc(40);
	size_t held = guest_malloc_usable_size(a);
	char saved = a[held];

	a[held] ^= 1;
	CHECK_BROKEN(guest_free(a), "past its end");
	CHECK_BROKEN(guest_free(b), "not a pointer");
	a[held] = saved;
	guest_free(a);
	guest_free(b);
	CHECK_EQ(malloc_check(), 0);
}

TEST(write_before_a_mapping_is_noticed)
{
	char *a = guest_malloc(1 << 20);

	a[-16] ^= 1; /* the mapping's size */
	CHECK_BROKEN(guest_free(a), "not a pointer");
	a[-16] ^= 1;
	guest_free(a);
}

TEST(write_to_freed_memory_is_noticed_at_reuse)
{
	char *first = guest_malloc(64), *keep = guest_malloc(16), *second = guest_malloc(64),
	     *last = guest_malloc(16);
	char *links[2];

	guest_free(first);
	guest_free(second); /* its list goes on to first */
	memcpy(links, second, sizeof(links));
	memset(second, 0, sizeof(links));
	CHECK_BROKEN(guest_free(keep), "freed memory"); /* joins first, whose newer one denies it */
	memcpy(second, links, sizeof(links));
	guest_free(keep);
	guest_free(last);
	CHECK_EQ(malloc_check(), 0);
}

TEST_MAIN(1)
