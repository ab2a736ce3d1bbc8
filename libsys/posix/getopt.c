/* SPDX-License-Identifier: MIT */
/*
 * getopt, getopt_long: options anywhere among the words, which are put in front of the others as they are
 * met; "+" at the beginning of the letters, or POSIXLY_CORRECT, ends the options at the first other word; ":"
 * keeps quiet and tells a missing argument by ':'. (picolibc's knows no ":", and its messages have other
 * words.)
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *optarg;
int optind = 1, opterr = 1, optopt = '?';

static const char *cluster; /* what is left of a word like -abc; NULL: the next word */
static int passed;	    /* other words that now stand between the option and what followed it */

struct scan {
	int argc;
	char **argv;
	const char *letters;
	bool quiet, in_order;
};

static int complain(const struct scan *scan, const char *format, const char *text, int bytes, int result)
{
	if (opterr && !scan->quiet) {
		fprintf(stderr, "%s: ", scan->argv[0]);
		fprintf(stderr, format, bytes, text);
		putc('\n', stderr);
	}
	return result == ':' && !scan->quiet ? '?' : result;
}

static bool is_option(const char *word)
{
	return word[0] == '-' && word[1] != 0;
}

/* Bring the next word to optind, over those that were passed; NULL: there is none. */
static char *take_word(const struct scan *scan)
{
	int at = optind + passed;

	if (at >= scan->argc)
		return NULL;
	char *word = scan->argv[at];
	memmove(&scan->argv[optind + 1], &scan->argv[optind], (size_t)passed * sizeof(word));
	scan->argv[optind++] = word;
	return word;
}

/* Bring the next option to optind, over other words. False: there is none. */
static bool find_option(const struct scan *scan)
{
	int at = optind;

	while (at < scan->argc && !is_option(scan->argv[at]) && !scan->in_order)
		at++;
	if (at >= scan->argc || !is_option(scan->argv[at]))
		return false;
	passed = at - optind;
	return strcmp(take_word(scan), "--") != 0;
}

static int take_letter(const struct scan *scan)
{
	char letter = *cluster++;
	const char *place = letter != ':' && letter != ';' ? strchr(scan->letters, letter) : NULL;
	const char *rest = *cluster != 0 ? cluster : NULL;

	optopt = (unsigned char)letter;
	cluster = rest;
	if (place == NULL)
		return complain(scan, "invalid option -- '%.*s'", &letter, 1, '?');
	if (place[1] != ':')
		return optopt;
	cluster = NULL;
	optarg = (char *)rest;
	if (rest == NULL && place[2] != ':')
		optarg = take_word(scan);
	if (optarg == NULL && place[2] != ':')
		return complain(scan, "option requires an argument -- '%.*s'", &letter, 1, ':');
	return optopt;
}

/* The option of this name, or the only one that begins so; -1: none, -2: several. */
static int find_name(const struct option *options, const char *name, size_t bytes)
{
	int found = -1;

	for (int i = 0; options[i].name != NULL; i++) {
		if (strncmp(options[i].name, name, bytes) != 0)
			continue;
		if (options[i].name[bytes] == 0)
			return i;
		found = found == -1 ? i : -2;
	}
	return found;
}

static int take_name(const struct scan *scan, const char *word, const struct option *options, int *index)
{
	size_t bytes = strcspn(word + 2, "=");
	int found = find_name(options, word + 2, bytes);
	const char *value = word[2 + bytes] == '=' ? word + 2 + bytes + 1 : NULL;

	optopt = 0;
	if (found < 0)
		return complain(scan,
				found == -1 ? "unrecognized option '%.*s'" : "option '%.*s' is ambiguous",
				word, 2 + (int)bytes, '?');
	const struct option *option = &options[found];
	if (option->flag == NULL)
		optopt = option->val;
	if (option->has_arg == no_argument && value != NULL)
		return complain(scan, "option '%.*s' doesn't allow an argument", word, 2 + (int)bytes, '?');
	if (option->has_arg == required_argument && value == NULL && (value = take_word(scan)) == NULL)
		return complain(scan, "option '%.*s' requires an argument", word, 2 + (int)bytes, ':');
	optarg = (char *)value;
	if (index != NULL)
		*index = found;
	if (option->flag == NULL)
		return option->val;
	*option->flag = option->val;
	return 0;
}

int getopt_long(int argc, char *const argv[], const char *letters, const struct option *options, int *index)
{
	struct scan scan = {.argc = argc, .argv = (char **)argv, .letters = letters};

	if (*scan.letters == '+' || *scan.letters == '-')
		scan.letters++;
	scan.in_order = *letters == '+' || getenv("POSIXLY_CORRECT") != NULL;
	scan.quiet = *scan.letters == ':';
	optarg = NULL;
	if (optind == 0) { /* begin again */
		optind = 1;
		cluster = NULL;
	}
	if (cluster == NULL) {
		if (!find_option(&scan))
			return -1;
		const char *word = argv[optind - 1];
		if (options != NULL && word[1] == '-')
			return take_name(&scan, word, options, index);
		cluster = word + 1;
	}
	return take_letter(&scan);
}

int getopt(int argc, char *const argv[], const char *letters)
{
	return getopt_long(argc, argv, letters, NULL, NULL);
}
