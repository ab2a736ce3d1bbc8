/* SPDX-License-Identifier: MIT */
/* The terminal's line discipline. */
#include "test.h"
#include "tty.h"

static struct tty tty;

static void build(uint8_t mode)
{
	memset(&tty, 0, sizeof(tty));
	tty.mode = mode;
}

static void type(const char *text)
{
	tty_type(&tty, (const uint8_t *)text, strlen(text));
	CHECK_EQ(tty_check(&tty), 0);
}

static void reads(const char *expected)
{
	const uint8_t *from;
	uint64_t bytes;

	CHECK_EQ(tty_read(&tty, 100, &from, &bytes), E_OK);
	CHECK_EQ(bytes, strlen(expected));
	CHECK_EQ(memcmp(from, expected, bytes), 0);
	tty_read_done(&tty, bytes);
	CHECK_EQ(tty_check(&tty), 0);
}

static void waits(void)
{
	const uint8_t *from;
	uint64_t bytes;

	CHECK_EQ(tty_read(&tty, 100, &from, &bytes), E_LATER);
}

static void shows(const char *expected)
{
	CHECK_EQ(tty.shown_bytes, strlen(expected));
	CHECK_EQ(memcmp(tty.shown, expected, tty.shown_bytes), 0);
	tty.shown_bytes = 0;
}

TEST(lines_are_handed_over_whole_and_one_by_one)
{
	build(TTY_DEFAULT);
	type("ab");
	waits();
	type("c\rde\n");
	reads("abc\n");
	reads("de\n");
	waits();
	shows("abc\nde\n");
}

TEST(characters_and_lines_are_taken_back)
{
	build(TTY_DEFAULT);
	type("abx\x7f"
	     "c\b\bd\n");
	reads("ad\n");
	shows("abx\b \bc\b \b\b \bd\n");
	type("gone\x15"
	     "new\n");
	reads("new\n");
	tty.shown_bytes = 0;
	type("a\xc3\xa4\x7f"
	     "b\n"); /* two bytes, one column */
	reads("ab\n");
	shows("a\xc3\xa4\b \bb\n");
	type("\x01\x7f\x7f\n");
	reads("\n");
	shows("^A\b \b\b \b\n");
}

TEST(ctrl_d_ends_a_read_or_the_file)
{
	build(TTY_DEFAULT);
	type("ab\x04");
	reads("ab");
	waits();
	type("\x04");
	reads("");
	waits();
	type("x\ny\x04\x04z\n");
	reads("x\n");
	reads("y");
	reads("");
	reads("z\n");
	type("typed ahead\n\x04");
	reads("typed ahead\n");
	reads("");
	waits();
}

TEST(ctrl_c_drops_what_was_typed_and_interrupts)
{
	build(TTY_DEFAULT);
	type("first\nsec\x03");
	CHECK_TRUE(tty_take_interrupt(&tty));
	CHECK_TRUE(!tty_take_interrupt(&tty));
	waits();
	shows("first\nsec^C\n");
	tty_set_mode(&tty, TTY_LINE);
	type("\x03\n");
	CHECK_TRUE(!tty_take_interrupt(&tty));
	reads("\x03\n");
}

TEST(without_lines_bytes_pass_as_they_are)
{
	build(0);
	type("a\r\x04\x7f");
	reads("a\r\x04\x7f");
	waits();
	shows("");
	tty.ended = true;
	reads("");
	reads("");
}

TEST(a_begun_line_is_handed_over_when_the_mode_changes)
{
	build(TTY_DEFAULT);
	type("abc");
	tty_set_mode(&tty, 0);
	reads("abc");
}

TEST(what_nobody_has_read_is_typed_anew_when_lines_begin)
{
	build(0);
	type("cat\rone\rtwx\x7fo\r\x04"
	     "after\r");
	tty_read_done(&tty, 4); /* a shell reads its command, and no more */
	tty_set_mode(&tty, TTY_DEFAULT);
	CHECK_EQ(tty_check(&tty), 0);
	reads("one\n");
	reads("two\n");
	reads("");
	tty_set_mode(&tty, 0);
	reads("after\n");
	waits();
}

TEST(an_end_that_nobody_met_is_a_byte_without_lines)
{
	build(TTY_DEFAULT);
	type("a\n\x04"
	     "b\x04\x04");
	tty_set_mode(&tty, 0);
	CHECK_EQ(tty_check(&tty), 0);
	reads("a\n\x04"
	      "b\x04\x04");
	waits();
}

TEST(words_are_taken_back)
{
	build(TTY_DEFAULT);
	type("one two  \x17x\n");
	reads("one x\n");
	type("\x17\n");
	reads("\n");
}

TEST(as_much_as_there_is_room_for_is_never_lost)
{
	static uint8_t bytes[TTY_READY_BYTES + 100];
	uint64_t typed = 0, seen = 0, count;
	const uint8_t *from;

	build(TTY_DEFAULT);
	for (int round = 0; round < 200; round++) {
		uint64_t piece = test_random_below(tty_room(&tty) + 1);
		for (uint64_t i = 0; i < piece; i++)
			bytes[i] = (typed + i) % 61 == 60 ? '\n' : 'x';
		tty_type(&tty, bytes, piece);
		tty.shown_bytes = 0;
		typed += piece;
		CHECK_EQ(tty_check(&tty), 0);
		while (tty_read(&tty, sizeof(bytes), &from, &count) == E_OK && test_random_below(8) > 0) {
			CHECK_EQ(from[count - 1], '\n');
			tty_read_done(&tty, count);
			seen += count;
		}
	}
	while (tty_read(&tty, sizeof(bytes), &from, &count) == E_OK) {
		tty_read_done(&tty, count);
		seen += count;
	}
	CHECK_EQ(seen, typed / 61 * 61);
	CHECK_TRUE(typed > TTY_READY_BYTES);
}

TEST(a_small_read_leaves_the_rest)
{
	const uint8_t *from;
	uint64_t bytes;

	build(TTY_DEFAULT);
	type("abcd\x04");
	CHECK_EQ(tty_read(&tty, 3, &from, &bytes), E_OK);
	CHECK_EQ(bytes, 3);
	tty_read_done(&tty, 3);
	reads("d");
	waits();
}

TEST(whatever_is_typed_leaves_a_whole_terminal)
{
	build(TTY_DEFAULT);
	for (uint64_t op = 0; op < test_ops; op++) {
		static const char keys[] = "ab\n\r\x04\x7f\x15\x03\t\x01\xc3\xa4";
		uint8_t text[64];
		const uint8_t *from;
		uint64_t bytes, count = test_random_below(sizeof(text));

		for (uint64_t i = 0; i < count; i++)
			text[i] = test_random_below(4) ? keys[test_random_below(sizeof(keys) - 1)]
						       : (char)test_random();
		tty_type(&tty, text, count);
		if (test_random_below(50) == 0)
			tty_set_mode(&tty, test_random_below(TTY_DEFAULT + 1));
		if (test_random_below(2) && tty_read(&tty, 1 + test_random_below(90), &from, &bytes) == E_OK)
			tty_read_done(&tty, bytes);
		if (test_random_below(3) == 0)
			tty.shown_bytes = 0;
		CHECK_EQ(tty_check(&tty), 0);
	}
}

TEST_MAIN(50000)
