/* SPDX-License-Identifier: MIT */
/* Any bytes as a device tree: an answer holds no more than its arrays, and no range wraps. */
#include "fuzz.h"
#include "pure/dtb.h"

_Noreturn void check_failed(const char *file, int line, const char *what);
_Noreturn void check_failed(const char *file, int line, const char *what)
{
	printf("CHECK failed: %s at %s:%d\n", what, file, line);
	fflush(stdout);
	abort();
}

static void check_range(const struct dtb_range *range)
{
	FUZZ_TRUE(range->base + range->bytes >= range->base);
}

static void check_machine(const struct dtb_machine *m, size_t bytes)
{
	FUZZ_TRUE(m->tree_bytes <= bytes);
	FUZZ_TRUE(m->memory_count <= DTB_MEMORY_MAX && m->reserved_count <= DTB_RESERVED_MAX);
	FUZZ_TRUE(m->hart_count <= DTB_HARTS_MAX);
	FUZZ_TRUE(m->initrd_start <= m->initrd_end);
	for (uint64_t i = 0; i < m->memory_count; i++)
		check_range(&m->memory[i]);
	for (uint64_t i = 0; i < m->reserved_count; i++)
		check_range(&m->reserved[i]);
	check_range(&m->plic);
	check_range(&m->uart);
	check_range(&m->test);
	check_range(&m->rtc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static const struct dtb_machine nothing;
	uint8_t *copy = fuzz_exact(data, bytes);
	struct dtb_machine machine;
	err_t error = dtb_read_machine(copy, bytes, &machine);

	FUZZ_TRUE(error == E_OK || error == E_BAD_FORMAT || error == E_TOO_MANY);
	if (error == E_OK)
		check_machine(&machine, bytes);
	else
		FUZZ_TRUE(memcmp(&machine, &nothing, sizeof(nothing)) == 0);
	free(copy);
	return 0;
}
