/* SPDX-License-Identifier: MIT */
/*
 * test and [: conditions. Precedence from low to high: -o, -a, !, and the single questions; brackets group.
 * As in POSIX, one word alone asks whether it is empty.
 */
#include "builtin.h"
#include "shell.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX 32

struct condition {
	char **words;
	int count, at, depth;
	bool failed;
};

static bool parse_or(struct condition *condition);

static const char *peek(const struct condition *condition, int ahead)
{
	return condition->at + ahead < condition->count ? condition->words[condition->at + ahead] : NULL;
}

static bool peek_is(const struct condition *condition, int ahead, const char *word)
{
	const char *next = peek(condition, ahead);

	return next != NULL && strcmp(next, word) == 0;
}

static bool number(struct condition *condition, const char *text, long *out)
{
	char *end;

	*out = strtol(text, &end, 10);
	if (*text == 0 || *end != 0) {
		shell_complain("test: %s: no number", text);
		condition->failed = true;
		return false;
	}
	return true;
}

static bool compare_numbers(struct condition *condition, const char *left, const char *operation,
			    const char *right)
{
	long a, b;

	if (!number(condition, left, &a) || !number(condition, right, &b))
		return false;
	switch (operation[1] << 8 | operation[2]) {
	case 'e' << 8 | 'q':
		return a == b;
	case 'n' << 8 | 'e':
		return a != b;
	case 'l' << 8 | 't':
		return a < b;
	case 'l' << 8 | 'e':
		return a <= b;
	case 'g' << 8 | 't':
		return a > b;
	default:
		return a >= b;
	}
}

static bool is_binary(const char *word)
{
	static const char *const operations[] = {"=", "==", "!=", "-eq", "-ne", "-lt", "-le", "-gt", "-ge"};

	for (size_t i = 0; word != NULL && i < sizeof(operations) / sizeof(*operations); i++)
		if (strcmp(word, operations[i]) == 0)
			return true;
	return false;
}

static bool compare(struct condition *condition)
{
	const char *left = peek(condition, 0), *operation = peek(condition, 1), *right = peek(condition, 2);

	condition->at += 3;
	if (operation[0] == '-')
		return compare_numbers(condition, left, operation, right);
	return (strcmp(left, right) == 0) == (operation[0] == '=');
}

static bool ask_file(char letter, const char *path)
{
	struct stat facts;

	if (strchr("rwx", letter) != NULL)
		return access(path, letter == 'r' ? R_OK : letter == 'w' ? W_OK : X_OK) == 0;
	if (stat(path, &facts) != 0)
		return false;
	switch (letter) {
	case 'f':
		return S_ISREG(facts.st_mode);
	case 'd':
		return S_ISDIR(facts.st_mode);
	case 'c':
		return S_ISCHR(facts.st_mode);
	case 'p':
		return S_ISFIFO(facts.st_mode);
	case 's':
		return facts.st_size > 0;
	default:
		return true; /* e */
	}
}

static bool ask(struct condition *condition, char letter, const char *word)
{
	long fd;

	switch (letter) {
	case 'n':
		return *word != 0;
	case 'z':
		return *word == 0;
	case 't':
		return number(condition, word, &fd) && isatty((int)fd);
	default:
		return ask_file(letter, word);
	}
}

static bool parse_single(struct condition *condition)
{
	const char *word = peek(condition, 0);

	if (word == NULL || ++condition->depth > DEPTH_MAX) {
		condition->failed = true;
		return false;
	}
	if (is_binary(peek(condition, 1)) && peek(condition, 2) != NULL)
		return compare(condition);
	if (strcmp(word, "(") == 0 && peek(condition, 1) != NULL) {
		condition->at++;
		bool holds = parse_or(condition);
		condition->failed |= !peek_is(condition, 0, ")");
		condition->at++;
		return holds;
	}
	if (word[0] == '-' && word[1] != 0 && word[2] == 0 && strchr("nztrwxfdcpse", word[1]) != NULL &&
	    peek(condition, 1) != NULL) {
		condition->at += 2;
		return ask(condition, word[1], condition->words[condition->at - 1]);
	}
	condition->at++;
	return *word != 0;
}

static bool parse_not(struct condition *condition)
{
	bool negated = false;

	while (peek_is(condition, 0, "!") && peek(condition, 1) != NULL && !is_binary(peek(condition, 1))) {
		negated = !negated;
		condition->at++;
	}
	return parse_single(condition) != negated;
}

static bool parse_and(struct condition *condition)
{
	bool holds = parse_not(condition);

	while (peek_is(condition, 0, "-a") && !condition->failed) {
		condition->at++;
		holds = parse_not(condition) && holds;
	}
	return holds;
}

static bool parse_or(struct condition *condition)
{
	bool holds = parse_and(condition);

	while (peek_is(condition, 0, "-o") && !condition->failed) {
		condition->at++;
		holds = parse_and(condition) || holds;
	}
	return holds;
}

int builtin_test(int argc, char **argv)
{
	struct condition condition = {.words = argv + 1, .count = argc - 1};

	if (strcmp(argv[0], "[") == 0) {
		if (argc < 2 || strcmp(argv[argc - 1], "]") != 0) {
			shell_complain("[: ] is missing");
			return STATUS_SYNTAX;
		}
		condition.count--;
	}
	if (condition.count == 0)
		return 1;
	bool holds = parse_or(&condition);
	if (condition.failed || condition.at != condition.count) {
		shell_complain("%s: bad expression", argv[0]);
		return STATUS_SYNTAX;
	}
	return holds ? 0 : 1;
}
