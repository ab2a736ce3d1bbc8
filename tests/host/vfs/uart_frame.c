/* SPDX-License-Identifier: MIT */
/* Framing of the console line. */
#include "frame.h"
#include "proto/proto.h"
#include "test.h"

static uint8_t memory[64];
static struct byte_ring ring;
static struct frame_encoder encoder;

static void start(uint32_t size)
{
	ring = (struct byte_ring){.bytes = memory, .size = size};
	encoder = (struct frame_encoder){.channel = FRAME_NO_CHANNEL};
}

static void holds(const char *expected, uint32_t bytes)
{
	CHECK_EQ(ring_used(&ring), bytes);
	for (uint32_t i = 0; i < bytes; i++)
		CHECK_EQ(ring_take(&ring), (uint8_t)expected[i]);
}

TEST(the_channel_is_named_only_when_it_changes)
{
	start(64);
	CHECK_TRUE(frame_put(&encoder, &ring, 1, 'a'));
	CHECK_TRUE(frame_put(&encoder, &ring, 1, 'b'));
	CHECK_TRUE(frame_put(&encoder, &ring, 2, 'c'));
	CHECK_TRUE(frame_put(&encoder, &ring, 1, CONSOLE_DLE));
	holds("\x10"
	      "1ab\x10"
	      "2c\x10"
	      "1\x10\x10",
	      11);
}

TEST(input_is_asked_for_by_a_pair)
{
	start(4);
	CHECK_TRUE(frame_put_want(&ring));
	CHECK_TRUE(frame_put(&encoder, &ring, 1, 'a') == false);
	CHECK_TRUE(frame_put_want(&ring));
	CHECK_TRUE(!frame_put_want(&ring));
	holds("\x10r\x10r", 4);
}

TEST(without_room_nothing_changes)
{
	start(4);
	CHECK_TRUE(frame_put(&encoder, &ring, 1, 'a'));
	CHECK_TRUE(!frame_put(&encoder, &ring, 1, CONSOLE_DLE));
	CHECK_TRUE(!frame_put(&encoder, &ring, 2, 'x'));
	CHECK_EQ(encoder.channel, 1);
	CHECK_TRUE(frame_put(&encoder, &ring, 1, 'b'));
	CHECK_EQ(ring_room(&ring), 0);
	CHECK_EQ(ring_check(&ring), 0);
	holds("\x10"
	      "1ab",
	      4);
}

TEST(input_is_decoded_up_to_its_end)
{
	static const char line[] = "a\x10\x10"
				   "b\x10zc\x10"
				   "ed\x10\x10";
	struct frame_decoder decoder = {0};
	char out[16];
	uint32_t count = 0;
	uint8_t byte;

	for (uint32_t i = 0; i < sizeof(line) - 1; i++) {
		if (frame_take(&decoder, line[i], &byte))
			out[count++] = byte;
	}
	CHECK_EQ(count, 4);
	CHECK_EQ(memcmp(out,
			"a\x10"
			"bc",
			4),
		 0);
	CHECK_TRUE(decoder.ended);
}

TEST(the_size_of_the_terminal_comes_between_bytes)
{
	static const char line[] = "a\x10"
				   "1\x10"
				   "3\x10"
				   "2\x10"
				   "c"
				   "b\x10"
				   "4\x10"
				   "0\x10"
				   "l\x10\x10";
	struct frame_decoder decoder = {0};
	char out[16];
	uint32_t count = 0;
	uint8_t byte;

	for (uint32_t i = 0; i < sizeof(line) - 1; i++) {
		if (frame_take(&decoder, line[i], &byte))
			out[count++] = byte;
	}
	CHECK_EQ(count, 3);
	CHECK_EQ(memcmp(out, "ab\x10", 3), 0);
	CHECK_EQ(decoder.columns, 132);
	CHECK_EQ(decoder.lines, 40);
}

TEST(the_end_of_a_portion_is_told_until_the_next_byte)
{
	struct frame_decoder decoder = {0};
	uint8_t byte;

	CHECK_TRUE(frame_take(&decoder, 'a', &byte) && !decoder.whole);
	CHECK_TRUE(!frame_take(&decoder, CONSOLE_DLE, &byte) && !decoder.whole);
	CHECK_TRUE(!frame_take(&decoder, CONSOLE_PORTION, &byte) && decoder.whole);
	CHECK_TRUE(frame_take(&decoder, 'b', &byte) && !decoder.whole);
}

/* What is put on random channels comes out the same, channel by channel. */
TEST(random_bytes_survive_the_line)
{
	uint8_t line_channel = FRAME_NO_CHANNEL;
	bool escaped = false;

	start(64);
	for (uint64_t op = 0; op < test_ops; op++) {
		uint8_t channel = test_random_below(3),
			byte = test_random_below(4) ? test_random() : CONSOLE_DLE;
		bool seen = false;

		CHECK_TRUE(frame_put(&encoder, &ring, channel, byte));
		CHECK_TRUE(ring_used(&ring) <= FRAME_BYTES_MAX);
		while (ring_used(&ring) > 0) {
			uint8_t on_line = ring_take(&ring);

			if (!escaped && on_line == CONSOLE_DLE) {
				escaped = true;
			} else if (escaped && on_line != CONSOLE_DLE) {
				line_channel = on_line - '0';
				escaped = false;
			} else {
				escaped = false;
				CHECK_EQ(line_channel, channel);
				CHECK_EQ(on_line, byte);
				seen = true;
			}
		}
		CHECK_TRUE(seen);
	}
}

TEST_MAIN(100000)
