/* SPDX-License-Identifier: MIT */
/*
 * Parser of ELF64 RISC-V executables. Pure: it takes bytes through a reader (a callback, or memory), keeps
 * nothing, allocates nothing. What it accepts can be mapped as it is: whole pages, no overlap, no segment
 * that is writable and executable, entry inside an executable segment.
 */
#ifndef FORMAT_ELF_H
#define FORMAT_ELF_H

#include "uapi/error.h"
#include <stddef.h>
#include <stdint.h>

#define ELF_SEGMENTS_MAX	8
#define ELF_PROGRAM_HEADERS_MAX 32

/*
 * Where the bytes of the file come from. read() copies exactly @bytes from @offset to @to, or answers an
 * error; a range outside the file is E_BAD_FORMAT.
 */
struct elf_reader {
	err_t (*read)(void *context, uint64_t offset, void *to, size_t bytes);
	void *context;
	uint64_t file_bytes;
};

/* Rights of a segment; the same bits as in enum proto_prot. */
enum elf_prot {
	ELF_PROT_READ = 1,
	ELF_PROT_WRITE = 2,
	ELF_PROT_EXECUTE = 4,
};

/* A PT_LOAD; address and offset agree modulo the page size. */
struct elf_segment {
	uint64_t address;
	uint64_t memory_bytes; /* not 0 */
	uint64_t file_offset;
	uint64_t file_bytes; /* past these the segment is zero */
	uint32_t prot;	     /* enum elf_prot */
};

struct elf_image {
	uint64_t entry;
	uint64_t segment_count;
	struct elf_segment segments[ELF_SEGMENTS_MAX]; /* by rising address; no two share a page */
};

/* Addresses that segments may use: [lowest, limit). Page aligned. */
struct elf_bounds {
	uint64_t lowest, limit;
};

/*
 * Parse and validate headers.
 * Errors    E_BAD_FORMAT; E_UNSUPPORTED: not ELF64 little-endian RISC-V, dynamic, or position independent;
 *           E_WX; E_RANGE: outside @bounds; E_TOO_MANY; what the reader answers. *image then is undefined.
 */
MUST_USE err_t elf_parse(const struct elf_reader *reader, const struct elf_bounds *bounds,
			 struct elf_image *image);

/*
 * The function at or nearest below @address; *offset is the distance. Symbols without a size reach
 * up to the next page at most. @name_bytes counts the room for the name with its zero; it is cut to fit.
 * Errors    E_NO_ENTRY: none, or no symbol table; E_BAD_FORMAT; E_UNSUPPORTED: another kind of file, as
 *           elf_parse() tells it; E_TOO_MANY: more than 64 sections or 16,384 symbols; what the reader
 * answers Cost      at most 100 reads, of a page at most
 */
MUST_USE err_t elf_find_function(const struct elf_reader *reader, uint64_t address, char *name,
				 size_t name_bytes, uint64_t *offset);

/* A file in memory as a reader. */
struct elf_memory {
	const void *base;
	uint64_t bytes;
};
struct elf_reader elf_memory_reader(struct elf_memory *memory);

#endif
