// SPDX-License-Identifier: MIT
// jumps EXPRESSION...: a calculator by recursive descent, whose errors leave by longjmp; then sigsetjmp and
// jumps over deep frames.
#include <ctype.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ERROR_NONE, ERROR_SYNTAX, ERROR_DIVISION, ERROR_DEPTH };

static jmp_buf on_error;
static const char *cursor;
static int depth;

static double parse_sum(void);

static void skip_spaces(void)
{
	while (isspace((unsigned char)*cursor))
		cursor++;
}

static double parse_atom(void)
{
	skip_spaces();
	if (*cursor == '(') {
		cursor++;
		if (++depth > 5)
			longjmp(on_error, ERROR_DEPTH);
		double value = parse_sum();
		depth--;
		skip_spaces();
		if (*cursor++ != ')')
			longjmp(on_error, ERROR_SYNTAX);
		return value;
	}
	char *end;
	double value = strtod(cursor, &end);
	if (end == cursor)
		longjmp(on_error, ERROR_SYNTAX);
	cursor = end;
	return value;
}

static double parse_product(void)
{
	double value = parse_atom();

	for (;;) {
		skip_spaces();
		if (*cursor != '*' && *cursor != '/')
			return value;
		int divide = *cursor++ == '/';
		double right = parse_atom();
		if (divide && right == 0)
			longjmp(on_error, ERROR_DIVISION);
		value = divide ? value / right : value * right;
	}
}

static double parse_sum(void)
{
	double value = parse_product();

	for (;;) {
		skip_spaces();
		if (*cursor != '+' && *cursor != '-')
			return value;
		int minus = *cursor++ == '-';
		double right = parse_product();
		value += minus ? -right : right;
	}
}

static int calculate(const char *text)
{
	static const char *const messages[] = {"", "syntax error", "division by zero", "too deep"};
	int error = setjmp(on_error);

	if (error != ERROR_NONE) {
		printf("%s: %s at %d\n", text, messages[error], (int)(cursor - text));
		return 1;
	}
	cursor = text;
	depth = 0;
	double value = parse_sum();
	skip_spaces();
	if (*cursor)
		longjmp(on_error, ERROR_SYNTAX);
	printf("%s = %.10g\n", text, value);
	return 0;
}

static void dive(sigjmp_buf to, int levels)
{
	volatile char frame[500];

	memset((char *)frame, levels, sizeof(frame));
	if (levels == 0)
		siglongjmp(to, 42);
	dive(to, levels - 1);
	if (frame[0] != (char)levels)
		puts("spoilt frame");
}

int main(int argc, char **argv)
{
	volatile int times = 0, failed = 0;
	sigjmp_buf place;
	sigset_t blocked, now;

	for (volatile int i = 1; i < argc; i++)
		failed += calculate(argv[i]);
	int value = sigsetjmp(place, 1);
	if (value == 0)
		dive(place, 50);
	printf("siglongjmp: %d\n", value);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	value = sigsetjmp(place, 1);
	if (times++ < 3) {
		sigprocmask(SIG_BLOCK, &blocked, NULL);
		siglongjmp(place, 0);
	}
	sigprocmask(SIG_SETMASK, NULL, &now);
	printf("after %d jumps: value %d, blocked %d\n", times - 1, value, sigismember(&now, SIGUSR1));
	return failed ? 1 : 0;
}
