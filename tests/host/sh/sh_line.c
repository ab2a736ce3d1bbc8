/* SPDX-License-Identifier: MIT */
/* The line editor: what the screen shows is always the text with the cursor in it, for every sequence of
 * keys. */
#include "line.h"
#include "test.h"

#define COLUMNS_MAX 100
#define ROWS_MAX    40
#define PROMPT	    "~ # "

static struct line line;

/* A terminal: characters of one or two columns, breaks, scrolling, and the sequences that the editor prints.
 * A wide character lies in its left cell; the right one has no text. */
static struct {
	char cells[ROWS_MAX][COLUMNS_MAX][5];
	size_t columns, rows;
	size_t row, column; /* of the cursor; column == columns: the next character goes to the next row */
	int escape;	    /* 0 none, 1 ESC, 2 ESC [ */
	size_t number;
	bool strange; /* something else was printed */
} screen;

static void screen_clear_row(size_t row, size_t from)
{
	for (size_t i = from; i < COLUMNS_MAX; i++)
		strcpy(screen.cells[row][i], " ");
}

static void screen_start(size_t columns, size_t rows)
{
	memset(&screen, 0, sizeof(screen));
	screen.columns = columns;
	screen.rows = rows;
	for (size_t i = 0; i < ROWS_MAX; i++)
		screen_clear_row(i, 0);
}

static void screen_down(void)
{
	if (++screen.row < screen.rows)
		return;
	memmove(screen.cells, screen.cells + 1, sizeof(screen.cells) - sizeof(screen.cells[0]));
	screen_clear_row(--screen.row, 0);
}

static size_t columns_of(const char *character)
{
	return strcmp(character, "\xe6\x97\xa5") == 0 ? 2 : 1;
}

static void screen_put(const char *character)
{
	size_t columns = columns_of(character);

	if (screen.column + columns > screen.columns) {
		screen.column = 0;
		screen_down();
	}
	strcpy(screen.cells[screen.row][screen.column], character);
	if (columns == 2)
		strcpy(screen.cells[screen.row][screen.column + 1], "");
	screen.column += columns;
}

static void screen_sequence(char last)
{
	size_t count = screen.number > 0 ? screen.number : 1;

	screen.column -= screen.column == screen.columns;
	if (last == 'A')
		screen.row -= count <= screen.row ? count : screen.row;
	else if (last == 'B')
		screen.row += screen.row + count < screen.rows ? count : screen.rows - 1 - screen.row;
	else if (last == 'C')
		screen.column +=
			screen.column + count < screen.columns ? count : screen.columns - 1 - screen.column;
	else if (last == 'H')
		screen.row = screen.column = 0;
	else if (last == 'J') {
		if (screen.number == 2)
			screen_clear_row(screen.row, 0);
		screen_clear_row(screen.row, screen.column);
		for (size_t i = screen.row + 1; i < screen.rows; i++)
			screen_clear_row(i, 0);
	} else
		screen.strange = true;
}

static void screen_control(char byte)
{
	if (byte == '\b') {
		screen.column -= screen.column == screen.columns;
		screen.strange |= screen.column == 0; /* most terminals stay there */
		screen.column -= screen.column > 0;
	} else if (byte == '\r') {
		screen.column = 0;
	} else if (byte == '\n') { /* the system adds the return */
		screen.column = 0;
		screen_down();
	} else if (byte == 0x1b) {
		screen.escape = 1;
	} else {
		screen.strange = true;
	}
}

static void screen_print(const char *text, size_t bytes)
{
	static char character[5];
	static size_t used;

	for (size_t i = 0; i < bytes; i++) {
		unsigned char byte = (unsigned char)text[i];
		if (screen.escape == 1) {
			screen.strange |= byte != '[';
			screen.escape = 2;
			screen.number = 0;
		} else if (screen.escape == 2 && byte >= '0' && byte <= '9') {
			screen.number = screen.number * 10 + (size_t)(byte - '0');
		} else if (screen.escape == 2) {
			screen_sequence((char)byte);
			screen.escape = 0;
		} else if (byte < ' ') {
			screen_control((char)byte);
		} else {
			character[used++] = (char)byte;
			character[used] = 0;
			size_t wanted = byte < 0x80 ? 1 : (unsigned char)character[0] >= 0xe0 ? 3 : 2;
			if (used == wanted) {
				screen_put(character);
				used = 0;
			}
		}
	}
}

/* The next character of *at, which goes behind it; where it lies goes to *row, *column, which go behind it.
 */
static void reference_step(const char **at, char character[5], size_t *row, size_t *column)
{
	size_t bytes = 1;

	while (((unsigned char)(*at)[bytes] & 0xc0) == 0x80)
		bytes++;
	memcpy(character, *at, bytes);
	character[bytes] = 0;
	*at += bytes;
	if (*column + columns_of(character) > screen.columns) {
		*column = 0;
		++*row;
	}
}

/* Whether the screen shows prompt and text, blanks behind, and the cursor in its place. */
static bool screen_is_right(void)
{
	char wanted[ROWS_MAX][COLUMNS_MAX][5], character[5];
	char all[LINE_BYTES_MAX + LINE_PROMPT_MAX];
	size_t row = 0, column = 0, top = screen.row - line.place.row, cursor_row = 0, cursor_column = 0;
	const char *at = all, *cursor = all + strlen(line.prompt) + line.cursor;

	for (size_t i = 0; i < ROWS_MAX; i++)
		for (size_t j = 0; j < COLUMNS_MAX; j++)
			strcpy(wanted[i][j], " ");
	sprintf(all, "%s%s", line.prompt, line.text);
	while (*at != 0) {
		const char *before = at;
		reference_step(&at, character, &row, &column);
		if (before == cursor) {
			cursor_row = row;
			cursor_column = column;
		}
		if (row >= ROWS_MAX)
			return false;
		strcpy(wanted[row][column], character);
		if (columns_of(character) == 2)
			strcpy(wanted[row][column + 1], "");
		column += columns_of(character);
	}
	if (column == screen.columns) {
		column = 0;
		row++;
	}
	if (at == cursor) {
		cursor_row = row;
		cursor_column = column;
	}
	if (screen.row != top + cursor_row || screen.column != cursor_column)
		return false;
	for (size_t i = 0; top + i < screen.rows; i++)
		for (size_t j = 0; j < screen.columns; j++)
			if (strcmp(screen.cells[top + i][j], wanted[i][j]) != 0)
				return false;
	return true;
}

/* Of a text that is too long, one row is shown: the character at the cursor, and the prompt. */
static bool window_is_right(void)
{
	char character[5] = " ";
	const char *at = line.text + line.cursor;
	size_t row = 0, column = 0;

	if (*at != 0)
		reference_step(&at, character, &row, &column);
	if (strstr(line.prompt, screen.cells[screen.row][0]) == NULL || line.place.row != 0)
		return false;
	return screen.column < screen.columns &&
	       strcmp(screen.cells[screen.row][screen.column], character) == 0;
}

static void begin_on(size_t columns, size_t rows)
{
	line.print = screen_print;
	screen_start(columns, rows);
	line_begin(&line, PROMPT, columns, rows);
}

static void begin(void)
{
	begin_on(80, 24);
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

TEST(keys_go_by_words_and_bring_back)
{
	CHECK_LINE("one two three\x1b[1;5D\x1b[1;5Dx", "one xtwo three");
	CHECK_LINE("one two\x1b"
		   "b\x1b"
		   "d!\x1b"
		   "bx",
		   "one x!");
	CHECK_LINE("one two\001\x1b"
		   "f.",
		   "one. two");
	CHECK_LINE("one two\027\001\031 ", "two one ");
	CHECK_LINE("ab\024\002\002\005c\002\024", "bca");
	CHECK_LINE("\x1b[\003", "");
}

TEST(a_search_finds_older_lines)
{
	begin();
	for (const char *const *text = (const char *const[]){"echo one", "echo two", "ls /bin", NULL};
	     *text != NULL; text++)
		line_remember(&line, *text);
	CHECK_LINE("\022cho", "echo two");
	CHECK_LINE("\022cho\022", "echo one");
	CHECK_LINE("\022cho\022\022", "echo one");
	CHECK_LINE("typed\022bin\007", "typed");
	CHECK_LINE("\022ech\x7f\x7f\x7f"
		   "bin\001x",
		   "xls /bin");
	begin();
	CHECK_EQ(type("\022one\r"), LINE_DONE);
	CHECK_EQ(strcmp(line.text, "echo one"), 0);
	CHECK_TRUE(!screen.strange);
}

TEST(bytes_that_make_no_character_are_left_out)
{
	CHECK_LINE("a\x80\xff\xc3(b\xe6\x97", "a(b");
	begin();
	CHECK_EQ(line_feed(&line, 0), LINE_GOES_ON);
	CHECK_EQ(line.bytes, 0);
}

TEST(a_full_line_takes_no_more)
{
	begin();
	for (int i = 0; i < LINE_BYTES_MAX + 100; i++)
		line_feed(&line, 'x');
	CHECK_EQ(line.bytes, LINE_BYTES_MAX);
	CHECK_EQ(line_check(&line), 0);
	CHECK_TRUE(!screen.strange);
}

TEST(a_long_line_is_changed_in_the_middle)
{
	begin();
	for (int i = 0; i < 200; i++)
		line_feed(&line, (char)('a' + i % 26));
	CHECK_TRUE(screen_is_right());
	type("\x1b[H\x1b[C\x1b[C\x1b[3~\x1b[3~X");
	CHECK_TRUE(screen_is_right());
	CHECK_EQ(strncmp(line.text, "abXefg", 6), 0);
	type("\005\x7f\x7f");
	CHECK_EQ(line.bytes, 197);
	CHECK_TRUE(screen_is_right());
	for (int i = 0; i < 5000; i++)
		line_feed(&line, (char)('a' + i % 26));
	CHECK_TRUE(line.windowed && window_is_right());
	type("\x1b[D\x1b[D!\001?");
	CHECK_TRUE(line.windowed && window_is_right());
	type("\013");
	CHECK_TRUE(!line.windowed && screen_is_right());
	CHECK_EQ(strcmp(line.text, "?"), 0);
	CHECK_TRUE(!screen.strange);
}

TEST(the_screen_shows_the_text_whatever_is_typed)
{
	static const char *const keys[] = {"a",
					   "b",
					   " ",
					   "\xc3\xa9",
					   "\x1b[A",
					   "\x1b[B",
					   "\x1b[C",
					   "\x1b[D",
					   "\x1b[H",
					   "\x1b[F",
					   "\x1b[3~",
					   "\x7f",
					   "\001",
					   "\005",
					   "\xe6\x97\xa5",
					   "\025",
					   "\027",
					   "\002",
					   "\006",
					   "\020",
					   "\016",
					   "\024",
					   "\031",
					   "\x1b[1;5D",
					   "\013",
					   "\x1b"
					   "f",
					   "a long word that goes on ",
					   "\022",
					   "\022a",
					   "\007",
					   "\014"};
	size_t windows = 0, several = 0;

	begin_on(20, 4); /* more than fits, whatever the seed */
	for (unsigned i = 0; i < 8; i++) {
		type("a long word that goes on ");
		windows += line.windowed;
		several += line.place.row > 0;
		CHECK_TRUE(line.windowed ? window_is_right() : screen_is_right());
	}
	for (uint64_t i = 0; i < test_ops; i++) {
		if (test_random_below(200) == 0) {
			line_remember(&line, line.text);
			begin_on(20 + test_random_below(COLUMNS_MAX - 20),
				 4 + test_random_below(ROWS_MAX - 4));
		}
		type(keys[test_random_below(sizeof(keys) / sizeof(*keys))]);
		windows += line.windowed;
		several += line.place.row > 0;
		bool right = line.windowed ? window_is_right() : screen_is_right();
		if (!right || screen.strange)
			printf("text %s cursor %zu columns %zu rows %zu\n", line.text, line.cursor,
			       screen.columns, screen.rows);
		CHECK_TRUE(right && !screen.strange);
	}
	CHECK_TRUE(windows > 0 && several > 0);
	line_free(&line);
}

TEST_MAIN(20000)
