/* SPDX-License-Identifier: MIT */
/* Static data of what is under test, put back before each input. */
#include "data.h"
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define SECTION_BOUND extern uint8_t __attribute__((weak))
SECTION_BOUND __start_server_data[], __stop_server_data[], __start_server_bss[], __stop_server_bss[];

static uint8_t *saved;

/* Between the variables lie the sanitizer's red zones, which the library's functions may not touch. */
__attribute__((no_sanitize("address", "undefined"))) static void
words_copy(uint64_t *to, const uint64_t *from, const uint64_t *end)
{
	uint64_t words = (uint64_t)(end - to);

#ifdef __x86_64__ /* a few megabytes for every input */
	if (from)
		__asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
	else
		__asm__ volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(0) : "memory");
#endif
	for (; words; words--)
		*to++ = from ? *from++ : 0;
}

void played_data_put_back(void)
{
	uint64_t bytes = (uint64_t)(__stop_server_data - __start_server_data);

	if (!saved) {
		saved = malloc(bytes + 8);
		words_copy((uint64_t *)saved, (uint64_t *)__start_server_data, (uint64_t *)(saved + bytes));
		return;
	}
	words_copy((uint64_t *)__start_server_data, (uint64_t *)saved, (uint64_t *)__stop_server_data);
	words_copy((uint64_t *)__start_server_bss, NULL, (uint64_t *)__stop_server_bss);
}
