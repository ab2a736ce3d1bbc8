/* SPDX-License-Identifier: MIT */
/*
 * The frame of a host test: include it once in the program's one file that has tests.
 *
 *   TEST(name_is_a_claim) { CHECK_EQ(1 + 1, 2); }
 *   TEST_MAIN(10000)                             default number of random operations
 *
 * PROGRAM [SEED [OPS]]. Prints `ok name` for each test; the first failure prints the place, both values
 * and the command that repeats it, and ends with status 1. Random tests draw from test_random().
 */
#ifndef HOST_TEST_H
#define HOST_TEST_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEST_MAX 64

struct test {
	const char *name;
	void (*run)(void);
};

static struct test test_list[TEST_MAX];
static unsigned test_count;
static const char *test_program, *test_name;
static uint64_t test_seed = 1, test_state, test_ops;
static uint64_t (*test_source)(void); /* what draws instead: a fuzzer's input */
static jmp_buf test_check_jump;
static bool test_check_expected;

static inline void test_register(const char *name, void (*run)(void))
{
	if (test_count == TEST_MAX)
		abort();
	test_list[test_count++] = (struct test){name, run};
}

#define TEST(claim)                                                          \
	static void claim(void);                                             \
	__attribute__((constructor)) static void test_register_##claim(void) \
	{                                                                    \
		test_register(#claim, claim);                                \
	}                                                                    \
	static void claim(void)

_Noreturn static inline void test_fail(const char *file, int line)
{
	printf("not ok %s at %s:%d\nrepeat: %s %" PRIu64 " %" PRIu64 "\n", test_name, file, line,
	       test_program, test_seed, test_ops);
	exit(1);
}

#define CHECK_TRUE(condition)                              \
	do {                                               \
		if (!(condition)) {                        \
			printf("false: %s\n", #condition); \
			test_fail(__FILE__, __LINE__);     \
		}                                          \
	} while (0)

#define CHECK_EQ(left, right)                                                                       \
	do {                                                                                        \
		uint64_t left_value = (uint64_t)(left), right_value = (uint64_t)(right);            \
		if (left_value != right_value) {                                                    \
			printf("%s = %#" PRIx64 ", %s = %#" PRIx64 "\n", #left, left_value, #right, \
			       right_value);                                                        \
			test_fail(__FILE__, __LINE__);                                              \
		}                                                                                   \
	} while (0)

/* @statement must trip a CHECK() of the code under test. */
#define CHECK_TRIPS(statement)                                        \
	do {                                                          \
		test_check_expected = true;                           \
		if (setjmp(test_check_jump) == 0) {                   \
			statement;                                    \
			printf("no check tripped: %s\n", #statement); \
			test_fail(__FILE__, __LINE__);                \
		}                                                     \
		test_check_expected = false;                          \
	} while (0)

/* What pure code calls when a CHECK fails (declared in pure/check.h). */
_Noreturn void check_failed(const char *file, int line, const char *what);
_Noreturn void check_failed(const char *file, int line, const char *what)
{
	if (test_check_expected)
		longjmp(test_check_jump, 1);
	printf("CHECK failed: %s\n", what);
	test_fail(file, line);
}

/* xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators", 2016. */
static inline uint64_t test_random(void)
{
	if (test_source)
		return test_source();
	test_state ^= test_state >> 12;
	test_state ^= test_state << 25;
	test_state ^= test_state >> 27;
	return test_state * 0x2545f4914f6cdd1d;
}

/* 0 to @bound - 1. */
static inline uint64_t test_random_below(uint64_t bound)
{
	return (test_random() >> 16) % bound;
}

static inline int test_run_all(int argc, char **argv, uint64_t default_ops)
{
	test_program = argv[0];
	test_seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	test_ops = argc > 2 ? strtoull(argv[2], NULL, 0) : default_ops;
	printf("seed %" PRIu64 " ops %" PRIu64 "\n", test_seed, test_ops);
	for (unsigned i = 0; i < test_count; i++) {
		test_name = test_list[i].name;
		test_state = test_seed * 0x9e3779b97f4a7c15 | 1;
		test_list[i].run();
		printf("ok %s\n", test_name);
		fflush(stdout);
	}
	printf("%u passed, 0 failed\n", test_count);
	return 0;
}

#define TEST_MAIN(default_ops)                                \
	int main(int argc, char **argv)                       \
	{                                                     \
		return test_run_all(argc, argv, default_ops); \
	}

#endif
