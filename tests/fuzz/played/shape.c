/* SPDX-License-Identifier: MIT */
/*
 * The shape of a request, from the column `in` of its list: "fd offset; buffer to read = path; words[4..7] =
 * name". A message that has it gets past the first checks; one in eight has another.
 */
#include "played.h"

/* The name of register word @index: its bytes, and where it begins; 0: the request has no such word. */
static size_t word_name(const char *shape, uint32_t index, const char **name)
{
	for (;;) {
		size_t bytes = strcspn(shape, " ;");

		if (bytes == 0 || *shape == ';')
			return 0;
		if (index-- == 0) {
			*name = shape;
			return bytes;
		}
		shape += bytes;
		if (*shape != ' ')
			return 0;
		shape++;
	}
}

void played_shape_words(const char *shape, uint64_t w[MESSAGE_REGISTERS])
{
	bool any = !shape || played_chance(8);

	for (uint32_t i = 0; i < MESSAGE_REGISTERS; i++) {
		const char *name;
		size_t bytes = shape ? word_name(shape, i, &name) : 0;
		char text[24] = "";

		w[i] = 0;
		if (bytes && bytes < sizeof(text))
			memcpy(text, name, bytes);
		if (any)
			w[i] = played_word();
		else if (text[0])
			w[i] = target_word(text);
	}
}

bool played_shape_has(const char *shape, const char *what)
{
	return shape && strstr(shape, what) != NULL;
}
