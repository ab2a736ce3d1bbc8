/* SPDX-License-Identifier: MIT */
/*
 * Headers of an ELF64 RISC-V executable: read, validated, reduced to the segments that are to be mapped.
 * Source: System V ABI, chapters 4 and 5 (ELF-64); RISC-V ELF psABI 1.0, 8 (e_machine 243).
 */
#include "format/elf.h"
#include "format/elf_layout.h"
#include <string.h>

static err_t memory_read(void *context, uint64_t offset, void *to, size_t bytes)
{
	const struct elf_memory *memory = context;

	if (offset > memory->bytes || bytes > memory->bytes - offset)
		return E_BAD_FORMAT;
	memcpy(to, (const uint8_t *)memory->base + offset, bytes);
	return E_OK;
}

struct elf_reader elf_memory_reader(struct elf_memory *memory)
{
	return (struct elf_reader){.read = memory_read, .context = memory, .file_bytes = memory->bytes};
}

err_t elf_header_read(const struct elf_reader *reader, struct elf_header *header)
{
	if (reader->file_bytes < sizeof(*header))
		return E_BAD_FORMAT;
	err_t error = reader->read(reader->context, 0, header, sizeof(*header));
	if (error != E_OK)
		return error;
	if (memcmp(header->ident, "\177ELF", 4) != 0)
		return E_BAD_FORMAT;
	if (header->ident[4] != ELF_CLASS_64 || header->ident[5] != ELF_DATA_LITTLE ||
	    header->machine != ELF_MACHINE_RISCV || header->type != ELF_TYPE_EXECUTABLE)
		return E_UNSUPPORTED;
	if (header->ident[6] != 1 || header->version != 1 || header->header_bytes != sizeof(*header))
		return E_BAD_FORMAT;
	return E_OK;
}

/* Numbers of one PT_LOAD against the file and the bounds. */
static err_t segment_validate(const struct elf_program *program, uint64_t file_bytes,
			      const struct elf_bounds *bounds)
{
	if (program->file_bytes > program->memory_bytes)
		return E_BAD_FORMAT;
	if (program->offset > file_bytes || program->file_bytes > file_bytes - program->offset)
		return E_BAD_FORMAT;
	if ((program->address ^ program->offset) % ELF_PAGE_BYTES != 0)
		return E_BAD_FORMAT;
	if ((program->flags & ELF_FLAG_WRITE) && (program->flags & ELF_FLAG_EXECUTE))
		return E_WX;
	if (program->address < bounds->lowest || program->address >= bounds->limit ||
	    program->memory_bytes > bounds->limit - program->address)
		return E_RANGE;
	return E_OK;
}

static uint32_t prot_of(uint32_t flags)
{
	return (flags & ELF_FLAG_READ ? ELF_PROT_READ : 0) | (flags & ELF_FLAG_WRITE ? ELF_PROT_WRITE : 0) |
	       (flags & ELF_FLAG_EXECUTE ? ELF_PROT_EXECUTE : 0);
}

static uint64_t page_down(uint64_t address)
{
	return address & ~(uint64_t)(ELF_PAGE_BYTES - 1);
}

/* The limit of the bounds is page aligned, so a segment's end can be rounded up without overflow. */
static uint64_t segment_end(const struct elf_segment *segment)
{
	return page_down(segment->address + segment->memory_bytes + ELF_PAGE_BYTES - 1);
}

/* Append; program headers must come by rising address (ELF demands it) and share no page. */
static err_t segment_add(struct elf_image *image, const struct elf_program *program)
{
	if (image->segment_count == ELF_SEGMENTS_MAX)
		return E_TOO_MANY;
	if (image->segment_count > 0 &&
	    page_down(program->address) < segment_end(&image->segments[image->segment_count - 1]))
		return E_BAD_FORMAT;
	image->segments[image->segment_count++] = (struct elf_segment){
		.address = program->address,
		.memory_bytes = program->memory_bytes,
		.file_offset = program->offset,
		.file_bytes = program->file_bytes,
		.prot = prot_of(program->flags),
	};
	return E_OK;
}

static err_t program_take(struct elf_image *image, const struct elf_program *program, uint64_t file_bytes,
			  const struct elf_bounds *bounds)
{
	if (program->type == ELF_PROGRAM_DYNAMIC || program->type == ELF_PROGRAM_INTERPRETER)
		return E_UNSUPPORTED;
	if (program->type != ELF_PROGRAM_LOAD || program->memory_bytes == 0)
		return E_OK;
	err_t error = segment_validate(program, file_bytes, bounds);
	return error != E_OK ? error : segment_add(image, program);
}

static err_t entry_validate(const struct elf_image *image)
{
	for (uint64_t i = 0; i < image->segment_count; i++) {
		const struct elf_segment *segment = &image->segments[i];
		if ((segment->prot & ELF_PROT_EXECUTE) && image->entry >= segment->address &&
		    image->entry - segment->address < segment->file_bytes && image->entry % 2 == 0)
			return E_OK;
	}
	return E_BAD_FORMAT;
}

err_t elf_parse(const struct elf_reader *reader, const struct elf_bounds *bounds, struct elf_image *image)
{
	struct elf_header header;
	err_t error = elf_header_read(reader, &header);

	if (error != E_OK)
		return error;
	if (header.program_count == 0 || header.program_bytes != sizeof(struct elf_program))
		return E_BAD_FORMAT;
	if (header.program_count > ELF_PROGRAM_HEADERS_MAX)
		return E_TOO_MANY;
	if (header.program_offset > reader->file_bytes)
		return E_BAD_FORMAT;
	*image = (struct elf_image){.entry = header.entry};
	for (uint64_t i = 0; i < header.program_count; i++) {
		struct elf_program program;
		uint64_t offset = header.program_offset + i * sizeof(program);

		error = reader->read(reader->context, offset, &program, sizeof(program));
		if (error == E_OK)
			error = program_take(image, &program, reader->file_bytes, bounds);
		if (error != E_OK)
			return error;
	}
	return entry_validate(image);
}
