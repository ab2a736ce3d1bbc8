/* SPDX-License-Identifier: MIT */
/*
 * Function names of an ELF64 file: which function an address lies in. The file may be anybody's, and who asks
 * serves others meanwhile: what is looked at has a bound, a multiple of what linkers make (this system's
 * shell: 20 sections, 900 symbols).
 */
#include "format/elf_layout.h"
#include <stdbool.h>
#include <string.h>

#define SECTIONS_MAX	64u
#define SYMBOLS_MAX	(1u << 14)
#define SYMBOLS_AT_ONCE 170 /* a page of them */
/* How far a function without a size (assembler) is believed to reach. */
#define UNSIZED_REACH_BYTES ELF_PAGE_BYTES

/* The headers of all sections, in one read. */
static err_t sections_read(const struct elf_reader *reader, struct elf_section sections[SECTIONS_MAX],
			   uint64_t *count)
{
	struct elf_header header;
	err_t error = elf_header_read(reader, &header);

	if (error != E_OK)
		return error;
	*count = header.section_count;
	if (*count == 0)
		return E_NO_ENTRY;
	if (header.section_bytes != sizeof(*sections) || header.section_offset > reader->file_bytes)
		return E_BAD_FORMAT;
	if (*count > SECTIONS_MAX)
		return E_TOO_MANY;
	return reader->read(reader->context, header.section_offset, sections, *count * sizeof(*sections));
}

static bool section_is_in_file(const struct elf_reader *reader, const struct elf_section *section)
{
	return section->offset <= reader->file_bytes &&
	       section->bytes <= reader->file_bytes - section->offset;
}

/* The symbol table and its strings. */
static err_t tables_find(const struct elf_reader *reader, struct elf_section *symbols,
			 struct elf_section *strings)
{
	struct elf_section sections[SECTIONS_MAX];
	uint64_t count, i = 0;
	err_t error = sections_read(reader, sections, &count);

	if (error != E_OK)
		return error;
	while (i < count && sections[i].type != ELF_SECTION_SYMBOLS)
		i++;
	if (i == count)
		return E_NO_ENTRY;
	*symbols = sections[i];
	if (symbols->entry_bytes != sizeof(struct elf_symbol) || symbols->link >= count)
		return E_BAD_FORMAT;
	*strings = sections[symbols->link];
	if (strings->type != ELF_SECTION_STRINGS || !section_is_in_file(reader, symbols) ||
	    !section_is_in_file(reader, strings))
		return E_BAD_FORMAT;
	return E_OK;
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
