/* SPDX-License-Identifier: MIT */
/* The shell's parser: what it makes of good lines, incomplete ones and nonsense; random text never breaks it.
 */
#include "syntax.h"
#include "test.h"

static struct syntax syntax;

static enum syntax_result parse(const char *text)
{
	syntax_free(&syntax);
	return syntax_parse(text, &syntax);
}

/* The tree as text: (kind left right other "words"...). */
static void print(const struct node *node, char **at, const char *end)
{
	static const char *const names[] = {"cmd", "|",	 "!",	  "&&",	   "||",  ";",	  "&",	    "sub",
					    "{}",  "if", "while", "until", "for", "case", "choice", "fun"};

	if (node == NULL || end - *at < 100)
		return;
	*at += sprintf(*at, "(%s", names[node->kind]);
	if (node->name != NULL)
		*at += sprintf(*at, " %s", node->name);
	for (const struct word *word = node->words; word != NULL && end - *at > 100; word = word->next)
		*at += sprintf(*at, " %.40s", word->text);
	for (const struct redirect *r = node->redirects; r != NULL && end - *at > 100; r = r->next)
		*at += sprintf(*at, " %d%c%.40s", r->fd, "<>}&HT"[r->kind], r -> target -> text);
	print(node->left, at, end);
	print(node->right, at, end);
	if (node->other != node)
		print(node->other, at, end);
	*at += sprintf(*at, ")");
}

static const char *tree(const char *text)
{
	static char out[4096];
	char *at = out;

	out[0] = 0;
	CHECK_EQ(parse(text), SYNTAX_DONE);
	print(syntax.tree, &at, out + sizeof(out));
	return out;
}

#define CHECK_TREE(text, wanted)                                                    \
	do {                                                                        \
		const char *seen_tree = tree(text);                                 \
		if (strcmp(seen_tree, wanted) != 0) {                               \
			printf("%s: seen %s wanted %s\n", text, seen_tree, wanted); \
			test_fail(__FILE__, __LINE__);                              \
		}                                                                   \
	} while (0)

TEST(words_keep_their_quotes)
{
	CHECK_TREE("echo 'a b' \"c $X\" d\\ e", "(cmd echo 'a b' \"c $X\" d\\ e)");
	CHECK_TREE("a$(b c)d `e f` ${g:-h i}", "(cmd a$(b c)d `e f` ${g:-h i})");
	CHECK_TREE("a # b c", "(cmd a)");
	CHECK_TREE("a#b", "(cmd a#b)");
	CHECK_TREE("a \\\n b", "(cmd a b)");
}

TEST(operators_bind_as_in_posix)
{
	CHECK_TREE("a && b || c; d & e | f",
		   "(;(;(||(&&(cmd a)(cmd b))(cmd c))(&(cmd d)))(|(cmd e)(cmd f)))");
	CHECK_TREE("! a | b", "(!(|(cmd a)(cmd b)))");
	CHECK_TREE("a;", "(cmd a)");
	CHECK_TREE("a &", "(&(cmd a))");
	CHECK_TREE("a |\n b &&\n\n c", "(&&(|(cmd a)(cmd b))(cmd c))");
}

TEST(redirections_have_numbers)
{
	CHECK_TREE("a <b >c 2>>d 2>&1 <&3 >&-", "(cmd a 0<b 1>c 2}d 2&1 0&3 1&-)");
	CHECK_TREE("a2>b", "(cmd a2 1>b)");
	CHECK_TREE(">a", "(cmd 1>a)");
	CHECK_TREE("{ a; } >b", "({} 1>b(cmd a))");
}

TEST(compound_commands_nest)
{
	CHECK_TREE("if a; then b; elif c; then d; else e; fi", "(if(cmd a)(cmd b)(if(cmd c)(cmd d)(cmd e)))");
	CHECK_TREE("while a\ndo\n b\ndone <c", "(while 0<c(cmd a)(cmd b))");
	CHECK_TREE("until a; do b; done | c", "(|(until(cmd a)(cmd b))(cmd c))");
	CHECK_TREE("for i in 1 2 *; do a $i; done", "(for i 1 2 *(cmd a $i))");
	CHECK_TREE("for i; do a; done", "(for i(cmd a))");
	CHECK_TREE("(a; (b))", "(sub(;(cmd a)(sub(cmd b))))");
	CHECK_TREE("echo if then fi", "(cmd echo if then fi)");
}

TEST(cases_have_choices)
{
	CHECK_TREE("case $X in a) b;; esac", "(case $X(choice a(cmd b)))");
	CHECK_TREE("case x in\n\n(a|'b c') d;;\n*) e\nf\nesac >g",
		   "(case x 1>g(choice a 'b c'(cmd d)(choice *(;(cmd "
		   "e)(cmd f)))))");
	CHECK_TREE("case x in esac", "(case x)");
	CHECK_TREE("case x in a) ;; b);; esac", "(case x(choice a(choice b)))");
	CHECK_TREE("if a; then case x in y) b;; esac; fi", "(if(cmd a)(case x(choice y(cmd b))))");
}

TEST(functions_have_bodies)
{
	CHECK_TREE("f() { a; b; }", "(fun f({}(;(cmd a)(cmd b))))");
	CHECK_TREE("f ( )\n\n(a) >b; c", "(;(fun f(sub 1>b(cmd a)))(cmd c))");
	CHECK_TREE("f() if a; then b; fi", "(fun f(if(cmd a)(cmd b)))");
	CHECK_TREE("f() { g() { a; }; }", "(fun f({}(fun g({}(cmd a)))))");
}

TEST(here_documents_follow_their_line)
{
	CHECK_TREE("a <<E b\none\ntwo $X\nE\n", "(cmd a b 0Hone\ntwo $X\n)");
	CHECK_TREE("a << 'E' | b <<-\\F\n$X\nE\n\t\tt\n\tF\n", "(|(cmd a 0T$X\n)(cmd b 0Tt\n))");
	CHECK_TREE("while a\ndo b <<E\nx\nE\ndone", "(while(cmd a)(cmd b 0Hx\n))");
	CHECK_TREE("a 3<<E\nE", "(cmd a 3H)");
	CHECK_EQ(parse("a <<E\nb\nE\nc\n"), SYNTAX_DONE);
	CHECK_EQ(syntax.used_bytes, 10);
	CHECK_EQ(parse("a <<E\nb\n"), SYNTAX_INCOMPLETE);
	CHECK_EQ(parse("a <<E"), SYNTAX_INCOMPLETE);
	CHECK_EQ(parse("{ a <<E; }\nE\n"), SYNTAX_DONE);
}

TEST(nodes_that_are_held_stay)
{
	CHECK_EQ(parse("f() { echo kept; }"), SYNTAX_DONE);
	struct node *body = syntax.tree->left;
	struct syntax_store *store = syntax.tree->store;
	syntax_hold(store);
	syntax_free(&syntax);
	CHECK_EQ(strcmp(body->left->words->text, "echo"), 0);
	syntax_drop(store);
}

TEST(an_error_tells_its_line_and_column)
{
	CHECK_EQ(parse("echo a | | b"), SYNTAX_ERROR);
	CHECK_EQ(syntax.line, 1);
	CHECK_EQ(syntax.column, 10);
	CHECK_EQ(parse("if a\nthen b\n  )"), SYNTAX_ERROR);
	CHECK_EQ(syntax.line, 3);
	CHECK_EQ(syntax.column, 3);
}

TEST(a_line_ends_at_its_newline)
{
	CHECK_EQ(parse("a b\nc\n"), SYNTAX_DONE);
	CHECK_EQ(syntax.used_bytes, 4);
	CHECK_EQ(parse("\nc\n"), SYNTAX_DONE);
	CHECK_EQ(syntax.used_bytes, 1);
	CHECK_TRUE(syntax.tree == NULL);
	CHECK_EQ(parse(""), SYNTAX_DONE);
	CHECK_EQ(parse("# only a comment"), SYNTAX_DONE);
	CHECK_TRUE(syntax.tree == NULL);
}

TEST(what_is_not_complete_asks_for_more)
{
	static const char *const texts[] = {
		"echo 'a", "echo \"a\n", "echo $(a", "echo ${a",       "echo `a",	 "a |",
		"a &&\n",  "a || \n",	 "if a",     "if a; then b\n", "while a; do",	 "for i in a b",
		"(a",	   "{ a;",	 "a \\\n",   "a\\\n",	       "a \\",		 "for",
		"a >",	   "!",		 "case",     "case x in",      "case x in a) b", "case x in a) b;;",
		"f(",	   "f()",	 "f() {",    "a << b"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		if (parse(texts[i]) != SYNTAX_INCOMPLETE)
			printf("text: %s\n", texts[i]);
		CHECK_EQ(parse(texts[i]), SYNTAX_INCOMPLETE);
	}
}

TEST(nonsense_is_refused_with_its_place)
{
	static const char *const texts[] = {"| a",	     "a || | b",
					    "a ;; b",	     ")",
					    "then",	     "fi",
					    "a; }",	     "if; then",
					    "a &&;",	     "for 1 in a; do b; done",
					    "a <> b",	     "case x y",
					    "case x in ;;",  "case x in a b) c;; esac",
					    "1f() { a; }",   "f() a",
					    "f(x) { a; }",   "a b() { c; }",
					    "esac",	     "( )",
					    "a ( b",	     "a > > b",
					    "while a; done", "a & & b",
					    "a > \n",	     "; a"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		if (parse(texts[i]) != SYNTAX_ERROR)
			printf("text: %s\n", texts[i]);
		CHECK_EQ(parse(texts[i]), SYNTAX_ERROR);
		CHECK_TRUE(syntax.error[0] != 0);
	}
}

TEST(depth_is_limited)
{
	char text[20001];

	memset(text, '(', 20000);
	text[20000] = 0;
	CHECK_EQ(parse(text), SYNTAX_NO_MEMORY);
	for (int i = 0; i < 20000; i += 2)
		memcpy(text + i, "$(", 2);
	CHECK_TRUE(parse(text) != SYNTAX_DONE);
	for (int i = 0; i < 20000; i += 5)
		memcpy(text + i, "if a\n", 5);
	CHECK_TRUE(parse(text) != SYNTAX_DONE);
}

/* Random texts from pieces of the language: every answer is one of the four, and nothing leaks or overruns.
 */
TEST(random_text_never_breaks_the_parser)
{
	static const char *const pieces[] = {
		"a",	" ",   "\n",  ";",	     "&",     "|",    "&&",  "||",    "(",	")",
		"{ ",	"} ",  "if ", "then ",	     "else ", "fi",   "do ", "done",  "while ", "until ",
		"for ", "in ", "'",   "\"",	     "\\",    "$",    "$(",  "${",    "`",	"<",
		">",	">>",  "2>",  "&1",	     "#",     "! ",   "x=",  "elif ", "~",	"*",
		"\x80", "<<",  ";;",  "9999999999>", "case ", "esac", "()",  "<<a\n", "<<-",	"a\n"};
	char text[512];

	for (uint64_t round = 0; round < test_ops; round++) {
		size_t bytes = 0;
		for (uint64_t i = test_random_below(40); i > 0; i--) {
			const char *piece = pieces[test_random_below(sizeof(pieces) / sizeof(*pieces))];
			memcpy(text + bytes, piece, strlen(piece));
			bytes += strlen(piece);
		}
		text[bytes] = 0;
		char *exact = strdup(text); /* so that the sanitizer sees a byte too far */
		enum syntax_result result = parse(exact);
		CHECK_TRUE(result <= SYNTAX_NO_MEMORY);
		if (result == SYNTAX_DONE)
			CHECK_TRUE(syntax.used_bytes <= bytes && (bytes == 0 || syntax.used_bytes > 0));
		if (result == SYNTAX_ERROR)
			CHECK_TRUE(syntax.error[0] != 0);
		free(exact);
	}
	syntax_free(&syntax);
}

TEST_MAIN(20000)
