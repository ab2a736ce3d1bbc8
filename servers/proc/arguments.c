/* SPDX-License-Identifier: MIT */
/*
 * The block at the top of a program's stack, as System V has it:
 *
 *   sp -> argc | argv[0] ... argv[argc-1] | NULL | envp[0] ... | NULL | auxiliary: NULL NULL | strings |
 *                                                                                    PROGRAM_STACK_TOP -'
 * The strings come first, copied to where they will lie; then the words before them are written.
 */
#include "proc.h"
#include <string.h>

static uint8_t block[ARGUMENT_BYTES_MAX] __attribute__((aligned(16)));
static struct {
	uint64_t argument_count, environment_count;
	uint64_t words; /* before the strings */
	uint64_t bytes; /* of the strings */
} prepared;

err_t arguments_prepare(uint64_t argument_count, uint64_t environment_count, uint64_t bytes, char **strings)
{
	uint64_t words;

	if (argument_count > ARGUMENT_BYTES_MAX / 8 || environment_count > ARGUMENT_BYTES_MAX / 8 ||
	    bytes > ARGUMENT_BYTES_MAX)
		return E_TOO_MANY;
	words = 1 + argument_count + 1 + environment_count + 1 + 2;
	if (words * 8 + bytes + 16 > ARGUMENT_BYTES_MAX)
		return E_TOO_MANY;
	prepared.argument_count = argument_count;
	prepared.environment_count = environment_count;
	prepared.words = words;
	prepared.bytes = bytes;
	*strings = (char *)block + words * 8;
	return E_OK;
}

/* Pointers to @count strings from *@at on, as the program will see them, then NULL; *@at goes behind the
 * last. */
static uint64_t *pointers_put(uint64_t *pointer, uint64_t count, const char **at, uint64_t delta)
{
	while (count-- > 0) {
		*pointer++ = (uint64_t)*at + delta;
		*at += strlen(*at) + 1;
	}
	*pointer++ = 0;
	return pointer;
}

err_t arguments_replace_first(struct arguments *arguments, const char *strings, uint64_t bytes,
			      uint64_t count)
{
	uint64_t gone = prepared.argument_count > 0 ? 1 : 0;
	char *before = (char *)block + prepared.words * 8;
	uint64_t skipped = gone ? strlen(before) + 1 : 0, rest = prepared.bytes - skipped;
	uint64_t words = prepared.words + count - gone;

	if (words * 8 + bytes + rest + 16 > ARGUMENT_BYTES_MAX)
		return E_TOO_MANY;
	memmove(block + words * 8 + bytes, before + skipped, rest);
	memcpy(block + words * 8, strings, bytes);
	prepared.argument_count += count - gone;
	prepared.words = words;
	prepared.bytes = bytes + rest;
	return arguments_finish(arguments);
}

static bool strings_are_complete(const char *strings)
{
	uint64_t count = 0;

	for (uint64_t i = 0; i < prepared.bytes; i++)
		count += strings[i] == 0;
	return count == prepared.argument_count + prepared.environment_count &&
	       (prepared.bytes == 0 || strings[prepared.bytes - 1] == 0);
}

err_t arguments_finish(struct arguments *arguments)
{
	const char *strings = (char *)block + prepared.words * 8, *at = strings;
	uint64_t used = prepared.words * 8 + prepared.bytes, total = (used + 15) / 16 * 16;
	uint64_t delta = PROGRAM_STACK_TOP - total - (uint64_t)block; /* from here to there */
	uint64_t *word = (uint64_t *)block;

	if (!strings_are_complete(strings))
		return E_ARGUMENT;
	*word++ = prepared.argument_count;
	word = pointers_put(word, prepared.argument_count, &at, delta);
	word = pointers_put(word, prepared.environment_count, &at, delta);
	word[0] = word[1] = 0;
	memset(block + used, 0, total - used);
	*arguments = (struct arguments){.block_bytes = total, .block = block};
	return E_OK;
}
