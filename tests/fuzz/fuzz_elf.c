/* SPDX-License-Identifier: MIT */
/* Any bytes as an executable: what the parser accepts can be mapped as it is. */
#include "format/elf.h"
#include "fuzz.h"

#define PAGE 4096ul

static const struct elf_bounds bounds = {.lowest = 0x10000, .limit = 0x40000000};

static void check_segment(const struct elf_segment *s, uint64_t file_bytes)
{
	FUZZ_TRUE(s->memory_bytes > 0 && s->file_bytes <= s->memory_bytes);
	FUZZ_TRUE(s->address >= bounds.lowest && s->address <= bounds.limit);
	FUZZ_TRUE(s->memory_bytes <= bounds.limit - s->address);
	FUZZ_TRUE(s->file_offset <= file_bytes && s->file_bytes <= file_bytes - s->file_offset);
	FUZZ_TRUE(s->address % PAGE == s->file_offset % PAGE);
	FUZZ_TRUE((s->prot & (ELF_PROT_WRITE | ELF_PROT_EXECUTE)) != (ELF_PROT_WRITE | ELF_PROT_EXECUTE));
}

static void check_image(const struct elf_image *image, uint64_t file_bytes)
{
	bool entered = false;

	FUZZ_TRUE(image->segment_count >= 1 && image->segment_count <= ELF_SEGMENTS_MAX);
	for (uint64_t i = 0; i < image->segment_count; i++) {
		const struct elf_segment *s = &image->segments[i], *before = s - 1;

		check_segment(s, file_bytes);
		entered |= s->prot & ELF_PROT_EXECUTE && image->entry - s->address < s->file_bytes;
		FUZZ_TRUE(i == 0 || (before->address + before->memory_bytes - 1) / PAGE < s->address / PAGE);
	}
	FUZZ_TRUE(entered);
}

static void find_names(const struct elf_reader *reader, uint64_t address)
{
	char *name = malloc(16);
	uint64_t offset;
	err_t error = elf_find_function(reader, address, name, 16, &offset);

	FUZZ_TRUE(error == E_OK || error == E_NO_ENTRY || error == E_BAD_FORMAT || error == E_UNSUPPORTED ||
		  error == E_TOO_MANY);
	if (error == E_OK)
		FUZZ_TRUE(memchr(name, 0, 16) && offset <= address);
	free(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	uint8_t *copy = fuzz_exact(data, bytes);
	struct elf_memory memory = {copy, bytes};
	struct elf_reader reader = elf_memory_reader(&memory);
	struct elf_image image;
	err_t error = elf_parse(&reader, &bounds, &image);

	FUZZ_TRUE(error == E_OK || error == E_BAD_FORMAT || error == E_UNSUPPORTED || error == E_WX ||
		  error == E_RANGE || error == E_TOO_MANY);
	if (error == E_OK)
		check_image(&image, bytes);
	find_names(&reader, error == E_OK ? image.entry : 0x10100);
	find_names(&reader, ~0ul);
	free(copy);
	return 0;
}
