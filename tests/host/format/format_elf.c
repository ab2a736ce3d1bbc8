/* SPDX-License-Identifier: MIT */
/* Claims about the ELF parser: what it accepts, what it refuses, names of functions, and random damage. */
#include "format/elf_layout.h"
#include "test.h"

/* A small executable, laid out as a linker would. */
struct file {
	struct elf_header header;
	struct elf_program programs[3];
	uint8_t unused[4096 - sizeof(struct elf_header) - 3 * sizeof(struct elf_program)];
	uint8_t text[4096];
	uint8_t data[256];
	struct elf_section sections[3];
	struct elf_symbol symbols[5];
	char strings[32];
};

static const struct elf_bounds bounds = {.lowest = 0x10000, .limit = 0x40000000};
static struct file file;
static struct elf_image image;

static void file_build(void)
{
	memset(&file, 0, sizeof(file));
	file.header = (struct elf_header){
		.ident = {0x7f, 'E', 'L', 'F', ELF_CLASS_64, ELF_DATA_LITTLE, 1},
		.type = ELF_TYPE_EXECUTABLE,
		.machine = ELF_MACHINE_RISCV,
		.version = 1,
		.entry = 0x10010,
		.program_offset = offsetof(struct file, programs),
		.section_offset = offsetof(struct file, sections),
		.header_bytes = sizeof(struct elf_header),
		.program_bytes = sizeof(struct elf_program),
		.program_count = 3,
		.section_bytes = sizeof(struct elf_section),
		.section_count = 3,
	};
	file.programs[0] = (struct elf_program){
		ELF_PROGRAM_LOAD, ELF_FLAG_READ | ELF_FLAG_EXECUTE, 4096, 0x10000, 0, 4096, 4096, 4096};
	file.programs[1] = (struct elf_program){7, ELF_FLAG_READ, 0, 0, 0, 0, 0, 8};
	file.programs[2] = (struct elf_program){
		ELF_PROGRAM_LOAD, ELF_FLAG_READ | ELF_FLAG_WRITE, 8192, 0x12000, 0, 256, 70000, 4096};
	file.sections[1] = (struct elf_section){.type = ELF_SECTION_SYMBOLS,
						.offset = offsetof(struct file, symbols),
						.bytes = sizeof(file.symbols),
						.link = 2,
						.entry_bytes = sizeof(struct elf_symbol)};
	file.sections[2] = (struct elf_section){.type = ELF_SECTION_STRINGS,
						.offset = offsetof(struct file, strings),
						.bytes = sizeof(file.strings)};
	memcpy(file.strings, "\0main\0helper\0table\0entry", 25);
	file.symbols[1] = (struct elf_symbol){1, ELF_SYMBOL_FUNCTION, 0, 1, 0x10100, 64};
	file.symbols[2] = (struct elf_symbol){6, 0x10 | ELF_SYMBOL_FUNCTION, 0, 1, 0x10120, 16};
	file.symbols[3] = (struct elf_symbol){13, 1, 0, 1, 0x10104, 64};
	file.symbols[4] = (struct elf_symbol){19, ELF_SYMBOL_FUNCTION, 0, 1, 0x10010, 0};
}

static err_t parse_bytes(uint64_t bytes)
{
	struct elf_memory memory = {&file, bytes};
	struct elf_reader reader = elf_memory_reader(&memory);

	return elf_parse(&reader, &bounds, &image);
}

static err_t parse(void)
{
	return parse_bytes(sizeof(file));
}

static err_t function_at(uint64_t address, char name[16], uint64_t *offset)
{
	struct elf_memory memory = {&file, sizeof(file)};
	struct elf_reader reader = elf_memory_reader(&memory);

	return elf_find_function(&reader, address, name, 16, offset);
}

TEST(segments_come_out_as_they_are)
{
	file_build();
	CHECK_EQ(parse(), E_OK);
	CHECK_EQ(image.entry, 0x10010);
	CHECK_EQ(image.segment_count, 2);
	CHECK_EQ(image.segments[0].prot, ELF_PROT_READ | ELF_PROT_EXECUTE);
	CHECK_EQ(image.segments[1].address, 0x12000);
	CHECK_EQ(image.segments[1].file_offset, 8192);
	CHECK_EQ(image.segments[1].file_bytes, 256);
	CHECK_EQ(image.segments[1].memory_bytes, 70000);
	CHECK_EQ(image.segments[1].prot, ELF_PROT_READ | ELF_PROT_WRITE);
}

#define REFUSED(change, expected)            \
	do {                                 \
		file_build();                \
		change;                      \
		CHECK_EQ(parse(), expected); \
	} while (0)

TEST(files_of_another_kind_are_refused)
{
	REFUSED(file.header.ident[0] = 0, E_BAD_FORMAT);
	REFUSED(file.header.ident[4] = 1, E_UNSUPPORTED);
	REFUSED(file.header.ident[5] = 2, E_UNSUPPORTED);
	REFUSED(file.header.machine = 62, E_UNSUPPORTED);
	REFUSED(file.header.type = 3, E_UNSUPPORTED);
	REFUSED(file.header.version = 2, E_BAD_FORMAT);
	REFUSED(file.programs[1].type = ELF_PROGRAM_DYNAMIC, E_UNSUPPORTED);
	REFUSED(file.programs[1].type = ELF_PROGRAM_INTERPRETER, E_UNSUPPORTED);
}

TEST(segments_outside_the_file_or_the_bounds_are_refused)
{
	REFUSED(file.programs[0].file_bytes = 8192, E_BAD_FORMAT);
	REFUSED(file.programs[2].offset = sizeof(file) / 4096 * 4096 + 4096, E_BAD_FORMAT);
	REFUSED(file.programs[2].offset = ~0ull - 4095, E_BAD_FORMAT);
	REFUSED(file.programs[0].address = 0xf000, E_RANGE);
	REFUSED(file.programs[2].address = 0x40000000, E_RANGE);
	REFUSED(file.programs[2].memory_bytes = 0x40000000, E_RANGE);
	REFUSED(file.programs[2].memory_bytes = ~0ull, E_RANGE);
	REFUSED(file.programs[2].address = ~0ull - 4095, E_RANGE);
}

TEST(overlap_and_misalignment_are_refused)
{
	REFUSED(file.programs[2].address = 0x10000, E_BAD_FORMAT);
	REFUSED(file.programs[2].address = 0x12001, E_BAD_FORMAT);
	REFUSED((file.programs[0].memory_bytes = 0x3000), E_BAD_FORMAT);
	/* two segments on one page, though their bytes do not overlap */
	REFUSED((file.programs[0].memory_bytes = file.programs[0].file_bytes = 2048,
		 file.programs[2].address = 0x10800, file.programs[2].offset = 4096 + 2048),
		E_BAD_FORMAT);
}

TEST(writable_and_executable_is_refused)
{
	REFUSED(file.programs[0].flags = 7, E_WX);
	REFUSED(file.programs[0].flags = 3, E_WX);
}

TEST(entry_must_lie_in_an_executable_segment)
{
	REFUSED(file.header.entry = 0x12000, E_BAD_FORMAT);
	REFUSED(file.header.entry = 0x11000, E_BAD_FORMAT);
	REFUSED(file.header.entry = 0x10011, E_BAD_FORMAT);
	REFUSED(file.header.entry = 0, E_BAD_FORMAT);
	REFUSED(file.programs[0].memory_bytes = file.programs[0].file_bytes = 0, E_BAD_FORMAT);
}

TEST(limits_on_headers_hold)
{
	REFUSED(file.header.program_count = 0, E_BAD_FORMAT);
	REFUSED(file.header.program_count = ELF_PROGRAM_HEADERS_MAX + 1, E_TOO_MANY);
	REFUSED(file.header.program_offset = sizeof(file), E_BAD_FORMAT);
	REFUSED(file.header.program_offset = ~0ull, E_BAD_FORMAT);
	REFUSED(file.header.program_bytes = 32, E_BAD_FORMAT);
}

TEST(a_function_is_found_by_any_address_in_it)
{
	char name[16];
	uint64_t offset;

	file_build();
	CHECK_EQ(function_at(0x10108, name, &offset), E_OK);
	CHECK_EQ(strcmp(name, "main"), 0);
	CHECK_EQ(offset, 8);
	CHECK_EQ(function_at(0x10125, name, &offset), E_OK);
	CHECK_EQ(strcmp(name, "helper"), 0);
	CHECK_EQ(function_at(0x10130, name, &offset), E_OK);
	CHECK_EQ(strcmp(name, "main"), 0);
	CHECK_EQ(function_at(0x10200, name, &offset), E_OK);
	CHECK_EQ(strcmp(name, "entry"), 0);
	CHECK_EQ(function_at(0x10000, name, &offset), E_NO_ENTRY);
	CHECK_EQ(function_at(0x20000, name, &offset), E_NO_ENTRY);
}

TEST(no_symbols_is_no_entry)
{
	char name[16];
	uint64_t offset;

	file_build();
	file.header.section_count = 0;
	CHECK_EQ(function_at(0x10108, name, &offset), E_NO_ENTRY);
	file_build();
	file.sections[1].type = 0;
	CHECK_EQ(function_at(0x10108, name, &offset), E_NO_ENTRY);
	file_build();
	file.symbols[1].name = 1000;
	CHECK_EQ(function_at(0x10108, name, &offset), E_BAD_FORMAT);
	file_build();
	file.sections[1].link = 3;
	CHECK_EQ(function_at(0x10108, name, &offset), E_BAD_FORMAT);
}

/* A reader that counts. */
static uint64_t reads, largest;

static err_t read_counted(void *context, uint64_t offset, void *to, size_t bytes)
{
	struct elf_memory *memory = context;

	reads++;
	largest = bytes > largest ? bytes : largest;
	if (offset > memory->bytes || bytes > memory->bytes - offset)
		return E_BAD_FORMAT;
	memcpy(to, (const char *)memory->base + offset, bytes);
	return E_OK;
}

/* A name is looked for in a file of @bytes with these tables; how is counted. */
static err_t function_counted(uint64_t sections, uint64_t symbols, uint64_t bytes)
{
	struct elf_memory memory = {calloc(1, bytes), bytes};
	struct elf_reader reader = {read_counted, &memory, bytes};
	struct file *large = (struct file *)memory.base;
	char name[16];
	uint64_t offset;

	file_build();
	file.header.section_count = (uint16_t)sections;
	file.header.section_offset = sizeof(file) + symbols * sizeof(struct elf_symbol);
	file.sections[1].offset = sizeof(file);
	file.sections[1].bytes = symbols * sizeof(struct elf_symbol);
	memcpy(large, &file, sizeof(file));
	memcpy((char *)large + file.header.section_offset + (sections - 2) * sizeof(struct elf_section),
	       &file.sections[1], sizeof(struct elf_section));
	memcpy((char *)large + file.header.section_offset + (sections - 1) * sizeof(struct elf_section),
	       &file.sections[2], sizeof(struct elf_section));
	((struct elf_section *)((char *)large + file.header.section_offset))[sections - 2].link =
		(uint32_t)sections - 1;
	memcpy((char *)large + sizeof(file) + (symbols - 1) * sizeof(struct elf_symbol), &file.symbols[1],
	       sizeof(struct elf_symbol));
	reads = largest = 0;
	err_t error = elf_find_function(&reader, 0x10108, name, sizeof(name), &offset);
	free(large);
	return error;
}

TEST(a_large_file_is_looked_at_in_few_reads)
{
	CHECK_EQ(function_counted(3, 10, 1 << 20), E_OK);
	CHECK_TRUE(reads <= 4);
	CHECK_EQ(function_counted(64, 1 << 14, 1 << 20), E_OK);
	CHECK_TRUE(reads <= 100 && largest <= 4096);
	CHECK_EQ(function_counted(65, 10, 1 << 20), E_TOO_MANY);
	CHECK_TRUE(reads <= 2);
	CHECK_EQ(function_counted(65535, 10, 8 << 20), E_TOO_MANY);
	CHECK_TRUE(reads <= 2);
	CHECK_EQ(function_counted(3, (1 << 14) + 1, 1 << 20), E_TOO_MANY);
	CHECK_TRUE(reads <= 3);
}

TEST(a_readers_error_comes_through)
{
	file_build();
	for (uint64_t bytes = 0; bytes < offsetof(struct file, unused); bytes++)
		CHECK_TRUE(parse_bytes(bytes) != E_OK);
}

/* What the loader relies on. */
static void image_check(uint64_t file_bytes)
{
	uint64_t end = bounds.lowest;

	CHECK_TRUE(image.segment_count <= ELF_SEGMENTS_MAX);
	for (uint64_t i = 0; i < image.segment_count; i++) {
		const struct elf_segment *s = &image.segments[i];
		CHECK_TRUE(s->address >= end && s->address < bounds.limit);
		CHECK_TRUE(s->memory_bytes != 0 && s->memory_bytes <= bounds.limit - s->address);
		CHECK_TRUE(s->file_bytes <= s->memory_bytes);
		CHECK_TRUE(s->file_offset <= file_bytes && s->file_bytes <= file_bytes - s->file_offset);
		CHECK_EQ(s->address % 4096, s->file_offset % 4096);
		CHECK_TRUE((s->prot & 6) != 6);
		end = (s->address + s->memory_bytes + 4095) / 4096 * 4096;
	}
}

TEST(random_damage_is_survived)
{
	uint64_t tail = offsetof(struct file, sections);

	for (uint64_t i = 0; i < test_ops; i++) {
		char name[16];
		uint64_t offset;

		file_build();
		for (uint64_t n = 1 + test_random_below(6); n > 0; n--) {
			uint64_t at = test_random_below(2) ? test_random_below(offsetof(struct file, unused))
							   : tail + test_random_below(sizeof(file) - tail);
			((uint8_t *)&file)[at] = test_random_below(3) ? (uint8_t)test_random()
								      : (uint8_t)-test_random_below(2);
		}
		/* exactly as long as the file: the sanitizer sees a step outside */
		uint64_t bytes = test_random_below(8) ? sizeof(file) : test_random_below(sizeof(file));
		void *exact = malloc(bytes ? bytes : 1);
		memcpy(exact, &file, bytes);
		struct elf_memory memory = {exact, bytes};
		struct elf_reader reader = elf_memory_reader(&memory);
		if (elf_parse(&reader, &bounds, &image) == E_OK)
			image_check(bytes);
		if (elf_find_function(&reader, 0x10100 + test_random_below(64), name, sizeof(name),
				      &offset) == E_OK)
			CHECK_TRUE(strlen(name) < sizeof(name));
		free(exact);
	}
}

TEST_MAIN(50000)
