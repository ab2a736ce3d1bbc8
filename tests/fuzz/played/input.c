/* SPDX-License-Identifier: MIT */
/* Draws from the input. Any bytes are an input; at its end everything is 0. */
#include "played.h"

#define REMEMBERED 32

static struct fuzz_input input;
static uint64_t remembered[REMEMBERED];
static uint32_t next_place;

void played_input_open(const uint8_t *data, size_t bytes)
{
	input = (struct fuzz_input){data, bytes};
	memset(remembered, 0, sizeof(remembered));
	next_place = 0;
}

uint8_t played_byte(void)
{
	return fuzz_byte(&input);
}

bool played_input_is_over(void)
{
	return input.left == 0;
}

uint64_t played_below(uint64_t bound)
{
	uint8_t byte = fuzz_byte(&input);

	return bound ? byte % bound : 0;
}

bool played_chance(uint32_t of)
{
	return fuzz_byte(&input) % of == of - 1;
}

void played_remember(uint64_t value)
{
	remembered[next_place++ % REMEMBERED] = value;
}

uint64_t played_remembered(void)
{
	uint32_t known = next_place < REMEMBERED ? next_place : REMEMBERED;

	return remembered[played_below(known)];
}

static uint64_t any_word(void)
{
	uint64_t word = 0;

	for (int i = 0; i < 8; i++)
		word = word << 8 | fuzz_byte(&input);
	return word;
}

uint64_t played_word(void)
{
	uint8_t how = fuzz_byte(&input), low = how & 31;

	switch (how >> 5) {
	case 0:
	case 1:
		return low;
	case 2:
		return played_remembered();
	case 3:
		return played_remembered() + low * PAGE_BYTES;
	case 4:
		return fuzz_byte(&input) | (uint64_t)low << 8;
	case 5:
		return (uint64_t)fuzz_byte(&input) << (low + 4);
	case 6:
		return (low & 1 ? ~0ul : 0x8000000000000000ul >> (low * 2 & 63)) - (low >> 4);
	default:
		return low < 24 ? played_remembered() + low - 12 : any_word();
	}
}

static const char *const names[] = {
	"a",	      "b",
	"dir",	      "link",
	"file",	      "dev",
	"console",    "null",
	"zero",	      "pagers",
	"object",     "tmp",
	"bin",	      "..",
	".",	      "",
	"cat",	      "script",
	"not-a-file", "folder",
	"nested",     "some-longer-name-than-those-that-fit",
	"whole",      "loop",
};

const char *played_name(void)
{
	return names[fuzz_byte(&input) % (sizeof(names) / sizeof(names[0]))];
}

/* One step at text[used]; where the text ends then. */
static size_t path_step(char *text, size_t used, size_t room, uint8_t how)
{
	const char *name = names[how % (sizeof(names) / sizeof(names[0]))];
	size_t bytes = strlen(name);

	if (how >= 0xf8 && room - used > 300) { /* long */
		memset(text + used, 'x', how == 0xff ? 256 : 200 + how % 56);
		return used + (how == 0xff ? 256 : 200 + how % 56);
	}
	if (how >= 0xf0) { /* any byte */
		text[used] = (char)fuzz_byte(&input);
		return used + 1;
	}
	if (bytes + 1 > room - used)
		return used;
	memcpy(text + used, name, bytes);
	return used + bytes;
}

size_t played_path(char *text, size_t room)
{
	uint8_t steps = fuzz_byte(&input);
	size_t used = 0;

	if (steps & 0x80)
		text[used++] = '/';
	for (int i = 0; i < (steps & 7) + 1 && used + 2 < room; i++) {
		used = path_step(text, used, room, fuzz_byte(&input));
		if (i < (steps & 7) || steps & 0x40)
			text[used++] = '/';
	}
	return used;
}
