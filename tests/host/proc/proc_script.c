/* SPDX-License-Identifier: MIT */
/* The first line of a script names its interpreter and one argument. */
#include "core/script.h"
#include "test.h"

static char line[SCRIPT_LINE_MAX];
static char *interpreter, *argument;

static bool parse(const char *text)
{
	snprintf(line, sizeof(line), "%s", text);
	interpreter = argument = NULL;
	return script_parse(line, &interpreter, &argument);
}

static void is(const char *text, const char *wanted_interpreter, const char *wanted_argument)
{
	CHECK_TRUE(parse(text));
	CHECK_EQ(strcmp(interpreter, wanted_interpreter), 0);
	CHECK_EQ(argument == NULL, wanted_argument == NULL);
	if (argument != NULL)
		CHECK_EQ(strcmp(argument, wanted_argument), 0);
}

TEST(an_interpreter_and_all_behind_it)
{
	is("#!/bin/sh\necho\n", "/bin/sh", NULL);
	is("#! /bin/sh -e  -x \t\r\necho\n", "/bin/sh", "-e  -x");
	is("#!\t/bin/a\tb", "/bin/a", "b");
	is("#!/x \n", "/x", NULL);
}

TEST(other_files_are_no_scripts)
{
	static const char *const texts[] = {"",
					    "#",
					    "#!",
					    "#!\n/bin/sh",
					    "#!  \n",
					    "# !/bin/sh\n",
					    "\n#!/bin/sh\n",
					    "\x7f"
					    "ELF"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		CHECK_TRUE(!parse(texts[i]));
}

TEST(a_line_that_was_cut_off_is_no_script)
{
	char text[SCRIPT_LINE_MAX];

	memset(text, 'a', sizeof(text));
	memcpy(text, "#!", 2);
	text[sizeof(text) - 1] = 0;
	CHECK_TRUE(!parse(text));
	text[sizeof(text) - 2] = 0; /* the whole file */
	CHECK_TRUE(parse(text));
}

TEST(random_lines_stay_within_their_bytes)
{
	static const char *const pieces[] = {"#!", "/bin/sh", " ", "\t", "\n", "\r", "-e", "\x80"};

	for (uint64_t round = 0; round < test_ops; round++) {
		char text[SCRIPT_LINE_MAX] = "";
		for (uint64_t i = test_random_below(12); i > 0; i--)
			strcat(text, pieces[test_random_below(sizeof(pieces) / sizeof(*pieces))]);
		if (parse(text))
			CHECK_TRUE(*interpreter != 0 && strpbrk(interpreter, " \t\n") == NULL &&
				   (argument == NULL || *argument != 0));
	}
}

TEST_MAIN(10000)
