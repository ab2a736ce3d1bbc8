/* SPDX-License-Identifier: MIT */
/* Before each input: the server's static data as they were when the program began, and nothing in the kernel.
 */
#include "played.h"
#include <pagoda/program.h>
#include <sys/mman.h>
#include <uapi/boot.h>

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

static void data_put_back(void)
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

/* Where every program has it. */
static void info_page_open(void)
{
	static struct info_page *page;

	if (page)
		return;
	page = mmap((void *)PROGRAM_INFO_PAGE, PAGE_BYTES, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	FUZZ_TRUE((uint64_t)page == PROGRAM_INFO_PAGE);
	page->timebase_hz = 10000000;
	page->epoch_ns = 1700000000ul * 1000000000;
}

void played_clear(void)
{
	info_page_open();
	data_put_back();
	played_callers_clear();
	played_caps_clear();
	played_objects_clear();
	played_spaces_clear();
	played_memory_clear();
	memset(&host_message_page, 0, sizeof(host_message_page));
	played = (struct played){.now = 1000, .timer_at = DEADLINE_NEVER};
	FUZZ_TRUE(played_object_new(KIND_SPACE) == 1);
	played_cap_put(SERVER_SPACE,
		       (struct played_cap){.kind = KIND_SPACE, .rights = RIGHTS_ALL, .object = 1});
	played_cap_put(SERVER_ENDPOINT, (struct played_cap){.kind = KIND_ENDPOINT, .rights = RIGHTS_ALL});
	played_cap_put(SERVER_NOTIFICATION,
		       (struct played_cap){.kind = KIND_NOTIFICATION, .rights = RIGHTS_ALL});
}
