/* SPDX-License-Identifier: MIT */
/* The line editor: what the screen shows is always the text with the cursor in it, for every sequence of
 * keys. */
#include "line.h"
#include "test.h"

#define SCREEN_BYTES 4096

static struct line line;

/* A terminal of one endless row: characters, backspace. Cells hold whole characters. */
static struct {
	char cells[SCREEN_BYTES][4];
	size_t used, at;
	bool strange; /* something else was printed */
} screen;

static void screen_clear(void)
{
	memset(&screen, 0, sizeof(screen));
}

static void screen_print(const char *text, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		unsigned char byte = (unsigned char)text[i];
		if (byte == '\b') {
			screen.strange |= screen.at == 0;
			screen.at -= screen.at > 0;
		} else if ((byte & 0xc0) == 0x80) {
			char *cell = screen.at > 0 ? screen.cells[screen.at - 1] : screen.cells[0];
			if (strlen(cell) < 3)
				cell[strlen(cell)] = (char)byte;
		} else if (byte < ' ' || screen.at == SCREEN_BYTES) {
			screen.strange = true;
		} else {
			memset(screen.cells[screen.at], 0, 4);
			screen.cells[screen.at++][0] = (char)byte;
			screen.used = screen.at > screen.used ? screen.at : screen.used;
		}
	}
}

/* The row without blanks at its end. */
static void screen_text(char *out)
{
	*out = 0;
	for (size_t i = 0; i < screen.used; i++)
		strcat(out, screen.cells[i]);
	for (size_t bytes = strlen(out); bytes > 0 && out[bytes - 1] == ' '; bytes--)
		out[bytes - 1] = 0;
}

static void begin(void)
{
	line.print = screen_print;
	line_begin(&line);
	screen_clear();
}

static enum line_event type(const char *keys)
{
	enum line_event event = LINE_GOES_ON;

	for (; *keys != 0; keys++)
		event = line_feed(&line, *keys);
	CHECK_EQ(line_check(&line), 0);
	return event;
}

#define CHECK_LINE(keys, wanted)                                       \
	do {                                                           \
		begin();                                               \
		type(keys);                                            \
		if (strcmp(line.text, wanted) != 0) {                  \
			printf("keys %s: seen %s\n", keys, line.text); \
			test_fail(__FILE__, __LINE__);                 \
		}                                                      \
	} while (0)

TEST(keys_edit_the_text)
{
	CHECK_LINE("abc", "abc");
	CHECK_LINE("ac\x1b[Db", "abc");
	CHECK_LINE("bc\001a\005d", "abcd");
	CHECK_LINE("abx\x7f"
		   "c",
		   "abc");
	CHECK_LINE("one two\027three", "one three");
	CHECK_LINE("abc\x1b[H\x1b[3~", "bc");
	CHECK_LINE("abcd\002\002\013", "ab");
	CHECK_LINE("abcd\002\002\025", "cd");
	CHECK_LINE("a\x1b[1;5Cb\x1b[99~c", "abc");
	CHECK_LINE("h\xc3\xa9\x7fi", "hi");
	CHECK_LINE("\xc3\xa9y\x1b[D\x1b[Dx", "x\xc3\xa9y");
}

TEST(the_end_of_a_line_is_told)
{
	begin();
	CHECK_EQ(type("\004"), LINE_END);
	CHECK_EQ(type("a\001\004"), LINE_GOES_ON);
	CHECK_EQ(line.bytes, 0);
	CHECK_EQ(type("a\t"), LINE_COMPLETE);
	CHECK_EQ(type("\003"), LINE_INTERRUPTED);
	begin();
	CHECK_EQ(type("abc\002\r"), LINE_DONE);
	CHECK_EQ(strcmp(line.text, "abc"), 0);
}

TEST(history_comes_back)
{
	begin();
	type("first\n");
	begin();
	type("second\n");
	begin();
	type("second\n"); /* no second time */
	CHECK_LINE("\x1b[A", "second");
	CHECK_LINE("\x1b[A\x1b[A", "first");
	CHECK_LINE("new\x1b[A\x1b[A\x1b[B\x1b[B", "new");
	CHECK_LINE("\020\020\016!", "second!");
	for (int i = 0; i < 200; i++) {
		char text[8];
		snprintf(text, sizeof(text), "l%d", i);
		line_remember(&line, text);
	}
	CHECK_EQ(line.history_count, LINE_HISTORY_MAX);
	CHECK_LINE("\x1b[A", "l199");
}

TEST(a_full_line_takes_no_more)
{
	begin();
	for (int i = 0; i < 2000; i++)
		line_feed(&line, 'x');
	CHECK_EQ(line.bytes, LINE_BYTES_MAX);
	CHECK_EQ(line_check(&line), 0);
}

TEST(the_screen_shows_the_text_whatever_is_typed)
{
	static const char *const keys[] = {
		"a",	  "b",	     " ",    "\xc3\xa9", "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1b[H",
		"\x1b[F", "\x1b[3~", "\x7f", "\001",	 "\005",   "\013",   "\025",   "\027",	 "\002",
		"\006",	  "\020",    "\016", "\x1b[5",	 "\x1bO",  "\x1b",   "\x80",   "word "};

	begin();
	for (uint64_t i = 0; i < test_ops; i++) {
		char shown[4 * SCREEN_BYTES], wanted[LINE_BYTES_MAX + 1];
		type(keys[test_random_below(test_random_below(20) == 0 ? sizeof(keys) / sizeof(*keys) : 21)]);
		if (line.escape != 0 || memchr(line.text, 0x80, line.bytes) != NULL ||
		    test_random_below(50) == 0) {
			line_remember(&line, line.text);
			begin();
			continue;
		}
		screen_text(shown);
		strcpy(wanted, line.text);
		for (size_t bytes = strlen(wanted); bytes > 0 && wanted[bytes - 1] == ' '; bytes--)
			wanted[bytes - 1] = 0;
		if (strcmp(shown, wanted) != 0 || screen.strange)
			printf("shown %s text %s\n", shown, wanted);
		CHECK_EQ(strcmp(shown, wanted), 0);
		CHECK_TRUE(!screen.strange);
	}
	line_free(&line);
}

TEST_MAIN(20000)
