/* SPDX-License-Identifier: MIT */
/*
 * Records of an ELF64 file and the constants the parser looks at.
 * Source: System V ABI (ELF-64 object file format), RISC-V ELF psABI 1.0.
 */
#ifndef FORMAT_ELF_LAYOUT_H
#define FORMAT_ELF_LAYOUT_H

#include "format/elf.h"

#define ELF_PAGE_BYTES 4096u

enum elf_constant {
	ELF_CLASS_64 = 2,
	ELF_DATA_LITTLE = 1,
	ELF_TYPE_EXECUTABLE = 2,
	ELF_MACHINE_RISCV = 243,
	ELF_PROGRAM_LOAD = 1,
	ELF_PROGRAM_DYNAMIC = 2,
	ELF_PROGRAM_INTERPRETER = 3,
	ELF_FLAG_EXECUTE = 1,
	ELF_FLAG_WRITE = 2,
	ELF_FLAG_READ = 4,
	ELF_SECTION_SYMBOLS = 2,
	ELF_SECTION_STRINGS = 3,
	ELF_SYMBOL_FUNCTION = 2,
};

struct elf_header {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, program_offset, section_offset;
	uint32_t flags;
	uint16_t header_bytes, program_bytes, program_count, section_bytes, section_count, section_names;
};

struct elf_program {
	uint32_t type, flags;
	uint64_t offset, address, physical, file_bytes, memory_bytes, align;
};

struct elf_section {
	uint32_t name, type;
	uint64_t flags, address, offset, bytes;
	uint32_t link, info;
	uint64_t align, entry_bytes;
};

struct elf_symbol {
	uint32_t name;
	uint8_t info, other; /* low four bits of info: the type */
	uint16_t section;    /* 0: undefined */
	uint64_t value, bytes;
};

_Static_assert(sizeof(struct elf_header) == 64, "ELF header");
_Static_assert(sizeof(struct elf_program) == 56, "program header");
_Static_assert(sizeof(struct elf_section) == 64, "section header");
_Static_assert(sizeof(struct elf_symbol) == 24, "symbol");

/* Read and validate the file's header. Errors as elf_parse(). */
MUST_USE err_t elf_header_read(const struct elf_reader *reader, struct elf_header *header);

#endif
