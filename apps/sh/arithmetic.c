/* SPDX-License-Identifier: MIT */
/*
 * One function for each kind of operand; binary operators by their precedence in one loop. What is not
 * evaluated (behind && || ? :) is parsed with `idle` set: it assigns nothing and divides by nothing.
 */
#include "arithmetic.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX  64
#define NAME_BYTES 256

struct arithmetic {
	const struct expand_source *source;
	const char *at;
	expand_error error;
	int depth;
	int idle;
};

enum operation {
	OP_NONE,
	OP_OR,
	OP_AND,
	OP_BIT_OR,
	OP_BIT_XOR,
	OP_BIT_AND,
	OP_EQUAL,
	OP_UNEQUAL,
	OP_LESS_EQUAL,
	OP_GREATER_EQUAL,
	OP_LEFT,
	OP_RIGHT,
	OP_LESS,
	OP_GREATER,
	OP_PLUS,
	OP_MINUS,
	OP_TIMES,
	OP_DIVIDE,
	OP_REST,
	OP_SET,
};

struct operator
{
	const char *text;
	enum operation operation;
	int precedence;
};

/* Longer ones first. */
static const struct operator operators[] = {
	{"||", OP_OR, 1},     {"&&", OP_AND, 2},    {"==", OP_EQUAL, 6},      {"!=", OP_UNEQUAL, 6},
	{"<<", OP_LEFT, 8},   {">>", OP_RIGHT, 8},  {"<=", OP_LESS_EQUAL, 7}, {">=", OP_GREATER_EQUAL, 7},
	{"|", OP_BIT_OR, 3},  {"^", OP_BIT_XOR, 4}, {"&", OP_BIT_AND, 5},     {"<", OP_LESS, 7},
	{">", OP_GREATER, 7}, {"+", OP_PLUS, 9},    {"-", OP_MINUS, 9},	      {"*", OP_TIMES, 10},
	{"/", OP_DIVIDE, 10}, {"%", OP_REST, 10},
};

static int64_t evaluate_choice(struct arithmetic *a);

static int64_t fail(struct arithmetic *a, expand_error error)
{
	if (a->error == NULL)
		a->error = error;
	a->at += strlen(a->at);
	return 0;
}

static void skip_blanks(struct arithmetic *a)
{
	a->at += strspn(a->at, " \t\r\n");
}

static bool take(struct arithmetic *a, const char *text)
{
	skip_blanks(a);
	if (strncmp(a->at, text, strlen(text)) != 0)
		return false;
	a->at += strlen(text);
	return true;
}

static int64_t compute(struct arithmetic *a, enum operation operation, int64_t left, int64_t right)
{
	uint64_t l = (uint64_t)left, r = (uint64_t)right;

	switch (operation) {
	case OP_OR:
		return left != 0 || right != 0;
	case OP_AND:
		return left != 0 && right != 0;
	case OP_BIT_OR:
		return left | right;
	case OP_BIT_XOR:
		return left ^ right;
	case OP_BIT_AND:
		return left & right;
	case OP_EQUAL:
		return left == right;
	case OP_UNEQUAL:
		return left != right;
	case OP_LESS:
		return left < right;
	case OP_GREATER:
		return left > right;
	case OP_LESS_EQUAL:
		return left <= right;
	case OP_GREATER_EQUAL:
		return left >= right;
	case OP_LEFT:
		return (int64_t)(l << (r & 63));
	case OP_RIGHT:
		return left >> (r & 63);
	case OP_PLUS:
		return (int64_t)(l + r);
	case OP_MINUS:
		return (int64_t)(l - r);
	case OP_TIMES:
		return (int64_t)(l * r);
	case OP_DIVIDE:
	case OP_REST:
		if (right == 0)
			return a->idle > 0 ? 0 : fail(a, "division by zero");
		if (right == -1)
			return operation == OP_REST ? 0 : (int64_t)(0 - l);
		return operation == OP_DIVIDE ? left / right : left % right;
	case OP_SET:
	case OP_NONE:
		break;
	}
	return right;
}

static int64_t number_of(struct arithmetic *a, const char *text, const char **end)
{
	char *behind;

	errno = 0;
	int64_t value = strtoll(text, &behind, 0);
	if (errno == ERANGE || isalnum((unsigned char)*behind) || *behind == '_')
		return fail(a, "no number in arithmetic");
	*end = behind;
	return value;
}

static int64_t value_of(struct arithmetic *a, const char *name)
{
	const char *text = a->source->variable(a->source->context, name), *end = NULL;

	if (text == NULL || text[strspn(text, " \t\n")] == 0)
		return 0;
	int64_t value = number_of(a, text, &end);
	return end == NULL || end[strspn(end, " \t\n")] == 0 ? value : fail(a, "no number in arithmetic");
}

static int64_t assign(struct arithmetic *a, const char *name, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)value);
	if (a->idle == 0 && a->error == NULL && !a->source->assign(a->source->context, name, text))
		return fail(a, "out of memory");
	return value;
}

/* = += -= *= and so on behind a name; OP_NONE: none of them. */
static enum operation take_assignment(struct arithmetic *a)
{
	skip_blanks(a);
	if (a->at[0] == '=' && a->at[1] != '=') {
		a->at++;
		return OP_SET;
	}
	for (size_t i = 0; i < sizeof(operators) / sizeof(*operators); i++) {
		size_t bytes = strlen(operators[i].text);
		bool comparison = operators[i].precedence == 6 || operators[i].precedence == 7;
		if (comparison || operators[i].precedence < 3 || a->at[bytes] != '=' ||
		    strncmp(a->at, operators[i].text, bytes) != 0)
			continue;
		a->at += bytes + 1;
		return operators[i].operation;
	}
	return OP_NONE;
}

static bool take_name(struct arithmetic *a, char name[NAME_BYTES])
{
	skip_blanks(a);
	size_t bytes = syntax_name(a->at);
	if (bytes == 0 || bytes >= NAME_BYTES)
		return false;
	memcpy(name, a->at, bytes);
	name[bytes] = 0;
	a->at += bytes;
	return true;
}

static int64_t evaluate_variable(struct arithmetic *a, const char *name)
{
	if (take(a, "++")) {
		int64_t value = value_of(a, name);
		assign(a, name, compute(a, OP_PLUS, value, 1));
		return value;
	}
	if (take(a, "--")) {
		int64_t value = value_of(a, name);
		assign(a, name, compute(a, OP_MINUS, value, 1));
		return value;
	}
	enum operation operation = take_assignment(a);
	if (operation == OP_NONE)
		return value_of(a, name);
	int64_t right = evaluate_choice(a);
	int64_t left = operation == OP_SET ? 0 : value_of(a, name);
	return assign(a, name, compute(a, operation, left, right));
}

static int64_t evaluate_stepped(struct arithmetic *a, enum operation operation)
{
	char name[NAME_BYTES];

	if (!take_name(a, name))
		return fail(a, "arithmetic: a name is missing");
	return assign(a, name, compute(a, operation, value_of(a, name), 1));
}

static int64_t evaluate_bracket(struct arithmetic *a)
{
	int64_t value = evaluate_choice(a);

	return take(a, ")") ? value : fail(a, "arithmetic: ) is missing");
}

static int64_t evaluate_unary(struct arithmetic *a)
{
	char name[NAME_BYTES];
	int64_t value = 0;

	if (++a->depth > DEPTH_MAX)
		return fail(a, "arithmetic: too deep");
	if (take(a, "("))
		value = evaluate_bracket(a);
	else if (take(a, "++"))
		value = evaluate_stepped(a, OP_PLUS);
	else if (take(a, "--"))
		value = evaluate_stepped(a, OP_MINUS);
	else if (take(a, "-"))
		value = compute(a, OP_MINUS, 0, evaluate_unary(a));
	else if (take(a, "+"))
		value = evaluate_unary(a);
	else if (take(a, "!"))
		value = evaluate_unary(a) == 0;
	else if (take(a, "~"))
		value = ~evaluate_unary(a);
	else if (take_name(a, name))
		value = evaluate_variable(a, name);
	else if (isdigit((unsigned char)*a->at))
		value = number_of(a, a->at, &a->at);
	else
		value = fail(a,
			     *a->at == 0 ? "arithmetic: an operand is missing" : "arithmetic: syntax error");
	a->depth--;
	return value;
}

static const struct operator* operator_next(struct arithmetic *a)
{
	skip_blanks(a);
	for (size_t i = 0; i < sizeof(operators) / sizeof(*operators); i++)
		if (strncmp(a->at, operators[i].text, strlen(operators[i].text)) == 0)
			return &operators[i];
	return NULL;
}

/* Operators that bind at least as @precedence. */
static int64_t evaluate_binary(struct arithmetic *a, int precedence)
{
	int64_t left = evaluate_unary(a);
	const struct operator* next;

	while ((next = operator_next(a)) != NULL && next->precedence >= precedence) {
		bool decided =
			(next->operation == OP_OR && left != 0) || (next->operation == OP_AND && left == 0);
		a->at += strlen(next->text);
		a->idle += decided;
		int64_t right = evaluate_binary(a, next->precedence + 1);
		a->idle -= decided;
		left = compute(a, next->operation, left, right);
	}
	return left;
}

/* condition ? one : other */
static int64_t evaluate_choice(struct arithmetic *a)
{
	if (++a->depth > DEPTH_MAX)
		return fail(a, "arithmetic: too deep");
	int64_t value = evaluate_binary(a, 0);
	if (take(a, "?")) {
		bool holds = value != 0;
		a->idle += !holds;
		int64_t one = evaluate_choice(a);
		a->idle += holds - !holds;
		if (!take(a, ":"))
			fail(a, "arithmetic: : is missing");
		int64_t other = evaluate_choice(a);
		a->idle -= holds;
		value = holds ? one : other;
	}
	a->depth--;
	return value;
}

expand_error arithmetic_evaluate(const struct expand_source *source, const char *text, int64_t *value)
{
	struct arithmetic a = {.source = source, .at = text};

	skip_blanks(&a);
	*value = *a.at != 0 ? evaluate_choice(&a) : 0;
	skip_blanks(&a);
	if (*a.at != 0)
		fail(&a, "arithmetic: syntax error");
	return a.error;
}
