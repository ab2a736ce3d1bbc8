/* SPDX-License-Identifier: MIT */
/* Expansion of words: values, splitting, quotes, names; random text never breaks it. */
#include "expand.h"
#include "test.h"

static char *arguments[] = {"sh", "one", "two words", "", NULL};

static const char *separators; /* IFS */
static const char *set_value;  /* of SET */
static char set_room[64];

static const char *variable(void *context, const char *name)
{
	(void)context;
	if (strcmp(name, "X") == 0)
		return "value";
	if (strcmp(name, "SPACED") == 0)
		return " a  b ";
	if (strcmp(name, "EMPTY") == 0)
		return "";
	if (strcmp(name, "STAR") == 0)
		return "*.c";
	if (strcmp(name, "HOME") == 0)
		return "/home";
	if (strcmp(name, "?") == 0)
		return "7";
	if (strcmp(name, "IFS") == 0)
		return separators;
	if (strcmp(name, "SET") == 0)
		return set_value;
	if (strcmp(name, "PATHS") == 0)
		return "/a/b.c.d::x y";
	return NULL;
}

static bool assign(void *context, const char *name, const char *value)
{
	(void)context;
	if (strcmp(name, "SET") == 0)
		snprintf(set_room, sizeof(set_room), "%s", value);
	set_value = strcmp(name, "SET") == 0 ? set_room : set_value;
	return true;
}

/* The "output" is the text itself and two line ends. */
static char *command(void *context, const char *text)
{
	char *out = malloc(strlen(text) + 3);

	(void)context;
	if (out != NULL)
		sprintf(out, "%s\n\n", text);
	return out;
}

static bool match(void *context, const char *pattern, struct strings *list)
{
	(void)context;
	if (strcmp(pattern, "*.c") != 0 && strcmp(pattern, "\\*\\*.c*") != 0)
		return true;
	return strings_add(list, strdup("a.c")) && strings_add(list, strdup("b.c"));
}

static const struct expand_source source = {
	.variable = variable,
	.assign = assign,
	.arguments = arguments,
	.argument_count = 4,
	.command = command,
	.match = match,
};

static struct word *word_make(const char *text)
{
	struct word *word = malloc(sizeof(*word) + strlen(text) + 1);

	word->next = NULL;
	strcpy(word->text, text);
	return word;
}

/* Fields between brackets, or the error. */
static const char *expanded(const char *text)
{
	static char out[4096];
	struct strings list = {0};
	struct word *word = word_make(text);
	expand_error error = expand_words(&source, word, &list);

	out[0] = 0;
	for (size_t i = 0; i < list.count; i++)
		sprintf(out + strlen(out), "[%.200s]", list.items[i]);
	if (error != NULL)
		strcpy(out, error);
	strings_free(&list);
	free(word);
	return out;
}

#define CHECK_WORD(text, wanted)                                                    \
	do {                                                                        \
		const char *seen_text = expanded(text);                             \
		if (strcmp(seen_text, wanted) != 0) {                               \
			printf("%s: seen %s wanted %s\n", text, seen_text, wanted); \
			test_fail(__FILE__, __LINE__);                              \
		}                                                                   \
	} while (0)

TEST(quotes_go_and_protect)
{
	CHECK_WORD("plain", "[plain]");
	CHECK_WORD("'a  $X'", "[a  $X]");
	CHECK_WORD("\"a  $X\"b", "[a  valueb]");
	CHECK_WORD("a\\ \\$X", "[a $X]");
	CHECK_WORD("\"\\$X \\n \\\\\"", "[$X \\n \\]");
	CHECK_WORD("''", "[]");
	CHECK_WORD("\"\"$EMPTY", "[]");
	CHECK_WORD("a\\\nb", "[ab]");
}

TEST(values_are_put_in_and_split)
{
	CHECK_WORD("$X${X}x$?", "[valuevaluex7]");
	CHECK_WORD("$SPACED", "[a][b]");
	CHECK_WORD("x${SPACED}y", "[x][a][b][y]");
	CHECK_WORD("\"$SPACED\"", "[ a  b ]");
	CHECK_WORD("$EMPTY", "");
	CHECK_WORD("$UNSET", "");
	CHECK_WORD("$", "[$]");
	CHECK_WORD("a$.b", "[a$.b]");
	CHECK_WORD("${UNSET:-d e}", "[d][e]");
	CHECK_WORD("${EMPTY:-d}${EMPTY-x}", "[d]");
	CHECK_WORD("\"${UNSET-$X y}\"", "[value y]");
	CHECK_WORD("${#X}", "[5]");
	CHECK_WORD("${X!}", "bad substitution");
	CHECK_WORD("${}", "bad substitution");
}

TEST(values_stand_in_and_are_trimmed)
{
	set_value = NULL;
	CHECK_WORD("${SET:=a b}$SET", "[a][ba][b]");
	CHECK_WORD("${X+yes}${UNSET+no}${EMPTY:+no}", "[yes]");
	CHECK_WORD("${UNSET?why it fails}", "UNSET: why it fails");
	CHECK_WORD("${EMPTY:?}", "EMPTY: is not set");
	CHECK_WORD("${X?}", "[value]");
	CHECK_WORD("${PATHS#*.}=${PATHS##*.}", "[c.d::x][y=d::x][y]");
	CHECK_WORD("\"${PATHS%.*}\"=\"${PATHS%%.*}\"", "[/a/b.c=/a/b]");
	CHECK_WORD("\"${PATHS%%'*'*}\"", "[/a/b.c.d::x y]");
	CHECK_WORD("${X#\"v\"}${X%z}", "[aluevalue]");
	CHECK_WORD("${1=x}", "[one]");
	CHECK_WORD("${9=x}", "bad substitution");
	CHECK_WORD("${#@}", "[3]");
}

TEST(separators_can_be_chosen)
{
	separators = ":";
	CHECK_WORD("$PATHS", "[/a/b.c.d][][x y]");
	CHECK_WORD("$SPACED", "[ a  b ]");
	separators = "";
	CHECK_WORD("$PATHS", "[/a/b.c.d::x y]");
	separators = NULL;
}

TEST(arithmetic_follows_c)
{
	CHECK_WORD("$((1 + 2 * 3 - 4 / 2 % 3))", "[5]");
	CHECK_WORD("$(((1 + 2) * 3))", "[9]");
	CHECK_WORD("$((1 << 4 | 3 ^ 1 & 7))", "[18]");
	CHECK_WORD("$((-7 / 2))=$((-7 % 2))", "[-3=-1]");
	CHECK_WORD("$((! 0 + ~5 - -3))", "[-2]");
	CHECK_WORD("$((3 > 2 && 2 >= 2 || 0))=$((1 == 2 != 1))", "[1=1]");
	CHECK_WORD("$((0x1f + 010))=$((2 ? 3 : 4))=$((0 ? 1 : 0 ? 2 : 5))", "[39=3=5]");
	CHECK_WORD("$((9223372036854775807 + 1))", "[-9223372036854775808]");
	CHECK_WORD("$(((-9223372036854775807 - 1) / -1))", "[-9223372036854775808]");
	set_value = "4";
	CHECK_WORD("$((SET + $SET))=$((SET += 2))=$SET=$((SET++ + ++SET))=$((SET--))$((--SET))",
		   "[8=6=6=14=86]");
	CHECK_WORD("$((0 && (SET = 99)))=$((1 || 1 / 0))=$SET", "[0=1=6]");
	CHECK_WORD("$((UNSET + EMPTY))=$(( ))", "[0=0]");
	CHECK_WORD("$((1 / 0))", "division by zero");
	CHECK_WORD("$((1 +))", "arithmetic: an operand is missing");
	CHECK_WORD("$((1 2))", "arithmetic: syntax error");
	CHECK_WORD("$((X))", "no number in arithmetic");
	CHECK_WORD("$((08))", "no number in arithmetic");
	CHECK_WORD("\"$((  6*7 ))\"", "[42]");
}

TEST(here_documents_keep_quotes)
{
	char *out;

	CHECK_TRUE(expand_here(&source, "a \"$X\" '$?' \\$X \\\" $((1+1))\n", &out) == NULL);
	CHECK_EQ(strcmp(out, "a \"value\" '7' $X \\\" 2\n"), 0);
	free(out);
}

TEST(words_match_patterns)
{
	static const struct {
		const char *word, *value;
		bool matches;
	} cases[] = {{"*.c", "a.c", true},	 {"'*'.c", "a.c", false}, {"$STAR", "a.c", true},
		     {"\"$STAR\"", "*.c", true}, {"[a-c]?", "bx", true},  {"$X", "value", true},
		     {"a", "ab", false},	 {"''", "", true}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bool matches = !cases[i].matches;
		CHECK_TRUE(expand_match(&source, cases[i].word, cases[i].value, &matches) == NULL);
		CHECK_EQ(matches, cases[i].matches);
	}
}

TEST(arguments_keep_their_borders)
{
	CHECK_WORD("$1-$2", "[one-two][words]");
	CHECK_WORD("\"$@\"", "[one][two words][]");
	CHECK_WORD("x\"$@\"y", "[xone][two words][y]");
	CHECK_WORD("$@", "[one][two][words]");
	CHECK_WORD("\"$*\"", "[one two words ]");
	CHECK_WORD("$9", "");
	CHECK_WORD("${2}", "[two][words]");
}

TEST(commands_give_their_output)
{
	CHECK_WORD("$(a  b)", "[a][b]");
	CHECK_WORD("\"$(a  b)\"", "[a  b]");
	CHECK_WORD("x`y`z", "[xyz]");
	CHECK_WORD("$(a $(b) ')')", "[a][$(b)][')']");
}

TEST(names_match_unless_quoted)
{
	CHECK_WORD("*.c", "[a.c][b.c]");
	CHECK_WORD("'*.c'", "[*.c]");
	CHECK_WORD("\\*.c", "[*.c]");
	CHECK_WORD("$STAR", "[a.c][b.c]");
	CHECK_WORD("\"$STAR\"", "[*.c]");
	CHECK_WORD("'**'.c*", "[a.c][b.c]");
	CHECK_WORD("none?", "[none?]");
}

TEST(home_is_put_in_at_the_beginning)
{
	CHECK_WORD("~", "[/home]");
	CHECK_WORD("~/x", "[/home/x]");
	CHECK_WORD("a~", "[a~]");
	CHECK_WORD("'~'", "[~]");
	CHECK_WORD("~x", "[~x]");
}

TEST(text_is_one_string)
{
	char *out;

	CHECK_TRUE(expand_text(&source, "$SPACED'*'", &out) == NULL);
	CHECK_EQ(strcmp(out, " a  b *"), 0);
	free(out);
}

TEST(random_words_never_break_the_expansion)
{
	static const char *const pieces[] = {"a",   " ",  "$",	    "${",   "}",     "X",    "$(", ")",
					     "`",   "'",  "\"",	    "\\",   "$@",    "$*",   "*",  "?",
					     "[",   "]",  "~",	    "-",    ":",     "#",    "\n", "$1",
					     "$X",  "12", "SPACED", "\x80", "${X:-", "${#",  "=",  "\"$@\"",
					     "$((", "))", "+",	    "/",    "<<",    "SET=", "%",  "##"};
	char text[512];

	for (uint64_t round = 0; round < test_ops; round++) {
		size_t bytes = 0;
		for (uint64_t i = test_random_below(30); i > 0; i--) {
			const char *piece = pieces[test_random_below(sizeof(pieces) / sizeof(*pieces))];
			memcpy(text + bytes, piece, strlen(piece));
			bytes += strlen(piece);
		}
		text[bytes] = 0;
		struct word *word = word_make(text);
		struct strings list = {0};
		expand_error error = expand_words(&source, word, &list);
		CHECK_TRUE(error == NULL || *error != 0);
		strings_free(&list);
		free(word);
	}
}

TEST_MAIN(20000)
