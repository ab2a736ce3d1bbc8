/* SPDX-License-Identifier: MIT */
/* Pipes against a queue of bytes. */
#include "world.h"

#define QUEUE_BYTES (2 * PIPE_BYTES)

static uint8_t queue[QUEUE_BYTES];
static uint64_t first, count; /* of the queue */
static uint32_t pipe;

static void build(uint32_t pages)
{
	world_make(10, 1);
	while (cache_room(&world.cache) > pages) {
		struct cache_page *page;

		CHECK_EQ(cache_take(&world.cache, &page), E_OK);
		cache_put(&world.cache, page, 1, cache_room(&world.cache), PAGE_DIRTY);
	}
	CHECK_EQ(pipe_create(&world.pipes, &pipe), E_OK);
	first = count = 0;
}

static void check(uint32_t expected_room)
{
	uint32_t pages;

	CHECK_EQ(pipes_check(&world.pipes, &pages), 0);
	CHECK_EQ(cache_room(&world.cache) + pages, expected_room);
}

/* As the shell does: whole if short, else piece by piece. Bytes written, with the error that ended it. */
static uint64_t write_bytes(uint64_t bytes, err_t *error)
{
	uint64_t done = 0;

	while (done < bytes) {
		uint64_t room;
		uint8_t *to;

		*error = pipe_may_write(&world.pipes, pipe, bytes <= PIPE_BUF_BYTES ? bytes - done : bytes);
		if (*error != E_OK)
			break;
		pipe_write(&world.pipes, pipe, &to, &room);
		CHECK_TRUE(room > 0);
		if (room > bytes - done)
			room = bytes - done;
		for (uint64_t i = 0; i < room; i++) {
			to[i] = test_random();
			queue[(first + count++) % QUEUE_BYTES] = to[i];
		}
		pipe_write_done(&world.pipes, pipe, room);
		done += room;
	}
	if (bytes <= PIPE_BUF_BYTES)
		CHECK_TRUE(done == 0 || done == bytes);
	if (done > 0 && done < bytes && test_random_below(2) && bytes - done < PIPE_BUF_BYTES)
		*error = E_OK;
	return done;
}

static void read_bytes(uint64_t bytes)
{
	while (bytes > 0) {
		const uint8_t *from;
		uint64_t there;
		err_t error = pipe_read(&world.pipes, pipe, &from, &there);

		CHECK_EQ(error, count > 0 ? E_OK : E_LATER);
		if (error != E_OK)
			return;
		if (there > bytes)
			there = bytes;
		for (uint64_t i = 0; i < there; i++, count--)
			CHECK_EQ(from[i], queue[first++ % QUEUE_BYTES]);
		pipe_read_done(&world.pipes, pipe, there);
		bytes -= there;
	}
}

static uint64_t random_size(void)
{
	return 1 + test_random_below(test_random_below(4) ? 300 : 3 * PIPE_BUF_BYTES);
}

static void random_step(uint32_t pages)
{
	uint64_t bytes = random_size();
	err_t error = E_OK;
	uint32_t changed;

	if (test_random_below(2)) {
		read_bytes(bytes);
	} else if (write_bytes(bytes, &error) < bytes && error == E_LATER) {
		CHECK_TRUE(PIPE_BYTES - count <
			   (bytes <= PIPE_BUF_BYTES ? bytes + PAGE_BYTES : PAGE_BYTES + 1));
	} else if (error == E_NO_MEMORY) {
		CHECK_TRUE(cache_room(&world.cache) < 2 && pages <= PIPE_PAGES + 1);
	}
	while (pipe_take_changed(&world.pipes, &changed))
		CHECK_EQ(changed, pipe);
}

TEST(bytes_come_out_as_they_went_in)
{
	build(ARENA_PAGES);
	for (uint64_t op = 0; op < test_ops; op++) {
		random_step(ARENA_PAGES);
		if (op % 16 == 0)
			check(ARENA_PAGES);
	}
}

TEST(without_memory_a_writer_waits_and_nothing_is_lost)
{
	build(3);
	for (uint64_t op = 0; op < test_ops; op++) {
		random_step(3);
		if (op % 16 == 0)
			check(3);
	}
}

/* Files take all they may. */
static void fill_cache(void)
{
	struct cache_page *page;

	while (cache_may_hold(&world.cache)) {
		CHECK_EQ(cache_take(&world.cache, &page), E_OK);
		cache_put(&world.cache, page, 1, cache_room(&world.cache), PAGE_DIRTY);
	}
}

TEST(an_empty_pipe_has_a_page_whatever_else_is_full)
{
	struct cache_page *page;
	uint32_t pages;
	err_t error;

	build(ARENA_PAGES);
	fill_cache();
	CHECK_EQ(cache_room(&world.cache), 1);
	CHECK_EQ(cache_take(&world.cache, &page), E_NO_MEMORY); /* not for a lease either */
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(write_bytes(PIPE_BUF_BYTES, &error), PIPE_BUF_BYTES);
		CHECK_EQ(write_bytes(1, &error), 0);
		CHECK_EQ(error, E_NO_MEMORY);
		CHECK_EQ(pipes_check(&world.pipes, &pages), 0);
		read_bytes(PIPE_BUF_BYTES);
	}
	pipe_close(&world.pipes, pipe, PIPE_READER);
	CHECK_EQ(cache_take(&world.cache, &page), E_OK);
	CHECK_EQ(world.cache.promised, 0);
}

/* As a process does that keeps something in a pipe of its own. */
TEST(a_page_of_bytes_goes_in_wherever_they_begin)
{
	err_t error;

	build(ARENA_PAGES);
	fill_cache();
	CHECK_EQ(write_bytes(100, &error), 100);
	for (uint64_t op = 0; op < test_ops; op++) {
		uint64_t bytes = 1 + test_random_below(PAGE_BYTES - count), used = count;
		uint32_t pages;

		CHECK_EQ(write_bytes(bytes, &error), bytes);
		CHECK_EQ(pipes_check(&world.pipes, &pages), 0);
		CHECK_EQ(pages, 1);
		CHECK_EQ(pipe_may_write(&world.pipes, pipe, PAGE_BYTES + 1 - count), E_NO_MEMORY);
		read_bytes(test_random_below(2) ? bytes : used + bytes - 1);
	}
}

TEST(a_pipe_is_refused_that_no_page_can_be_promised)
{
	struct cache_page *page;
	uint32_t other;

	build(ARENA_PAGES);
	world.cache.reserve = 3;
	world.cache.commons = 2;
	fill_cache();
	for (uint32_t i = 0; i < world.cache.commons; i++)
		CHECK_EQ(pipe_create(&world.pipes, &other), E_OK);
	CHECK_EQ(pipe_create(&world.pipes, &other), E_NO_MEMORY);
	CHECK_EQ(world.pipes.count, 1 + world.cache.commons);
	for (uint32_t i = 0; i < world.cache.reserve; i++)
		CHECK_EQ(cache_take(&world.cache, &page), E_OK);
	CHECK_EQ(cache_take(&world.cache, &page), E_NO_MEMORY);
	CHECK_EQ(cache_room(&world.cache), 1 + world.cache.commons);
}

TEST(a_short_write_is_taken_back_whole)
{
	const uint8_t *from;
	uint64_t room, bytes;
	uint8_t *to;
	err_t error;

	build(ARENA_PAGES);
	CHECK_EQ(write_bytes(4000, &error), 4000);
	CHECK_EQ(pipe_may_write(&world.pipes, pipe, 200), E_OK);
	pipe_write(&world.pipes, pipe, &to, &room);
	CHECK_EQ(room, 96);
	pipe_write_done(&world.pipes, pipe, 96);
	pipe_unwrite(&world.pipes, pipe, 96);
	check(ARENA_PAGES);
	CHECK_EQ(pipe_read(&world.pipes, pipe, &from, &bytes), E_OK);
	CHECK_EQ(bytes, 4000);
	CHECK_EQ(ARENA_PAGES - cache_room(&world.cache), 1);
}

TEST(ends_close)
{
	const uint8_t *from;
	uint64_t bytes;
	uint32_t other, changed;
	err_t error;

	build(ARENA_PAGES);
	CHECK_EQ(write_bytes(5000, &error), 5000);
	pipe_close(&world.pipes, pipe, PIPE_WRITER);
	CHECK_EQ(pipe_read(&world.pipes, pipe, &from, &bytes), E_OK);
	CHECK_EQ(bytes, PAGE_BYTES);
	read_bytes(5000);
	CHECK_EQ(pipe_read(&world.pipes, pipe, &from, &bytes), E_OK);
	CHECK_EQ(bytes, 0);
	pipe_close(&world.pipes, pipe, PIPE_READER);
	CHECK_TRUE(pipe_take_changed(&world.pipes, &changed) && changed == pipe);
	CHECK_EQ(world.pipes.count, 0);
	CHECK_EQ(pipe_create(&world.pipes, &other), E_OK);
	pipe = other;
	first = count = 0;
	CHECK_EQ(write_bytes(9000, &error), 9000);
	pipe_close(&world.pipes, other, PIPE_READER);
	CHECK_EQ(pipe_may_write(&world.pipes, other, 1), E_PIPE);
	CHECK_EQ(cache_room(&world.cache), ARENA_PAGES);
	check(ARENA_PAGES);
}

TEST(pipes_end_somewhere)
{
	uint32_t other;

	build(ARENA_PAGES);
	for (unsigned i = 1; i < PIPES; i++)
		CHECK_EQ(pipe_create(&world.pipes, &other), E_OK);
	CHECK_EQ(pipe_create(&world.pipes, &other), E_TOO_MANY);
	check(ARENA_PAGES);
}

TEST_MAIN(50000)
