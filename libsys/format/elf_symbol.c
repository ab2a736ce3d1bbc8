/* SPDX-License-Identifier: MIT */
/* Function names of an ELF64 file: which function an address lies in. */
#include "format/elf_layout.h"
#include <stdbool.h>
#include <string.h>

#define SYMBOLS_MAX	(1u << 20)
#define SYMBOLS_AT_ONCE 64
/* How far a function without a size (assembler) is believed to reach. */
#define UNSIZED_REACH_BYTES ELF_PAGE_BYTES

static err_t section_read(const struct elf_reader *reader, const struct elf_header *header, uint64_t index,
			  struct elf_section *section)
{
	uint64_t offset = header->section_offset + index * sizeof(*section);

	err_t error = reader->read(reader->context, offset, section, sizeof(*section));
	if (error != E_OK)
		return error;
	if (section->type == ELF_SECTION_SYMBOLS || section->type == ELF_SECTION_STRINGS) {
		if (section->offset > reader->file_bytes ||
		    section->bytes > reader->file_bytes - section->offset)
			return E_BAD_FORMAT;
	}
	return E_OK;
}

/* The symbol table and its strings. */
static err_t tables_find(const struct elf_reader *reader, struct elf_section *symbols,
			 struct elf_section *strings)
{
	struct elf_header header;
	err_t error = elf_header_read(reader, &header);

	if (error != E_OK)
		return error;
	if (header.section_count == 0)
		return E_NO_ENTRY;
	if (header.section_bytes != sizeof(struct elf_section) || header.section_offset > reader->file_bytes)
		return E_BAD_FORMAT;
	for (uint64_t i = 0; i < header.section_count; i++) {
		error = section_read(reader, &header, i, symbols);
		if (error != E_OK)
			return error;
		if (symbols->type != ELF_SECTION_SYMBOLS)
			continue;
		if (symbols->entry_bytes != sizeof(struct elf_symbol) ||
		    symbols->link >= header.section_count)
			return E_BAD_FORMAT;
		error = section_read(reader, &header, symbols->link, strings);
		if (error == E_OK && strings->type != ELF_SECTION_STRINGS)
			error = E_BAD_FORMAT;
		return error;
	}
	return E_NO_ENTRY;
}

static bool symbol_covers(const struct elf_symbol *symbol, uint64_t address)
{
	uint64_t reach = symbol->bytes != 0 ? symbol->bytes : UNSIZED_REACH_BYTES;

	return (symbol->info & 15) == ELF_SYMBOL_FUNCTION && symbol->section != 0 &&
	       symbol->value <= address && address - symbol->value < reach;
}

/* The nearest of the functions that cover address. */
static err_t symbol_find(const struct elf_reader *reader, const struct elf_section *table, uint64_t address,
			 struct elf_symbol *best)
{
	struct elf_symbol batch[SYMBOLS_AT_ONCE];
	uint64_t count = table->bytes / sizeof(batch[0]);
	bool found = false;

	if (count > SYMBOLS_MAX)
		return E_TOO_MANY;
	for (uint64_t i = 0; i < count; i += SYMBOLS_AT_ONCE) {
		uint64_t now = count - i < SYMBOLS_AT_ONCE ? count - i : SYMBOLS_AT_ONCE;
		err_t error = reader->read(reader->context, table->offset + i * sizeof(batch[0]), batch,
					   now * sizeof(batch[0]));
		if (error != E_OK)
			return error;
		for (uint64_t j = 0; j < now; j++) {
			if (symbol_covers(&batch[j], address) && (!found || batch[j].value > best->value)) {
				*best = batch[j];
				found = true;
			}
		}
	}
	return found ? E_OK : E_NO_ENTRY;
}

static err_t name_read(const struct elf_reader *reader, const struct elf_section *strings, uint32_t at,
		       char *name, size_t name_bytes)
{
	if (at >= strings->bytes || name_bytes == 0)
		return E_BAD_FORMAT;
	uint64_t left = strings->bytes - at;
	size_t bytes = left < name_bytes - 1 ? (size_t)left : name_bytes - 1;
	err_t error = reader->read(reader->context, strings->offset + at, name, bytes);
	if (error != E_OK)
		return error;
	name[bytes] = 0;
	return E_OK;
}

err_t elf_find_function(const struct elf_reader *reader, uint64_t address, char *name, size_t name_bytes,
			uint64_t *offset)
{
	struct elf_section symbols, strings;
	struct elf_symbol best;

	err_t error = tables_find(reader, &symbols, &strings);
	if (error == E_OK)
		error = symbol_find(reader, &symbols, address, &best);
	if (error == E_OK)
		error = name_read(reader, &strings, best.name, name, name_bytes);
	if (error == E_OK)
		*offset = address - best.value;
	return error;
}
