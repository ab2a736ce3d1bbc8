/* SPDX-License-Identifier: MIT */
/* Before each input: the server's data as at the start, and nothing in the kernel. */
#include "data.h"
#include "played.h"
#include <pagoda/program.h>
#include <sys/mman.h>
#include <uapi/boot.h>

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
	played_data_put_back();
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
