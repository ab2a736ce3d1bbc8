/* SPDX-License-Identifier: MIT */
/*
 * The block at the top of a program's stack, as System V has it:
 *
 *   sp -> argc | argv[0] ... argv[argc-1] | NULL | envp[0] ... | NULL | auxiliary: NULL NULL | strings |
 *                                                                                    PROGRAM_STACK_TOP -'
 */
#include "proc.h"
#include <pagoda/program.h>
#include <string.h>

static const char environment[] = "PATH=/bin\0HOME=/\0TERM=dumb"; /* each ends with a zero */

static uint8_t block[PROGRAM_BLOCK_BYTES] __attribute__((aligned(16)));

static uint64_t strings_count(const char *strings, uint64_t bytes)
{
	uint64_t count = 0;

	for (uint64_t i = 0; i < bytes; i++)
		count += strings[i] == 0;
	return count;
}

/* Where each string of @from will lie once it is copied to @to; then the NULL. */
static uint64_t *pointers_put(uint64_t *pointer, const char *from, uint64_t bytes, uint64_t to)
{
	for (uint64_t at = 0; at < bytes; at += strlen(from + at) + 1)
		*pointer++ = to + at;
	*pointer++ = 0;
	return pointer;
}

/* @command: strings, each ended by a zero. */
err_t arguments_build(const char *command, uint64_t bytes, struct arguments *arguments)
{
	uint64_t count = strings_count(command, bytes), words, strings = bytes + sizeof(environment), top;
	uint64_t *word = (uint64_t *)block;

	if (count == 0 || command[bytes - 1] != 0)
		return E_ARGUMENT;
	words = 1 + count + 1 + strings_count(environment, sizeof(environment)) + 1 + 2;
	if (bytes > PROGRAM_BLOCK_BYTES || words * 8 + strings + 16 > PROGRAM_BLOCK_BYTES)
		return E_TOO_MANY;
	arguments->count = count;
	arguments->block = block;
	arguments->block_bytes = (words * 8 + strings + 15) / 16 * 16;
	top = PROGRAM_STACK_TOP - arguments->block_bytes + words * 8;
	memset(block, 0, arguments->block_bytes);
	*word++ = count;
	word = pointers_put(word, command, bytes, top);
	word = pointers_put(word, environment, sizeof(environment), top + bytes);
	memcpy(block + words * 8, command, bytes);
	memcpy(block + words * 8 + bytes, environment, sizeof(environment));
	return E_OK;
}
