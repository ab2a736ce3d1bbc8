/* SPDX-License-Identifier: MIT */
/* The vfs as proc sees it: tables of files by pid, and one file, a program, a script or neither. */
#include "format/elf_layout.h"
#include "messages/proc_below.h"
#include <pagoda/program.h>

uint32_t *files_place(uint64_t pid)
{
	for (uint32_t i = 0; i < PIDS; i++)
		if (below.files[i] == pid)
			return &below.files[i];
	return NULL;
}

static void files_add(uint64_t pid)
{
	uint32_t *place = files_place(0);

	FUZZ_TRUE(place && !files_place(pid));
	*place = (uint32_t)pid;
}

static void file_make_program(void)
{
	struct elf_header *header = (struct elf_header *)below.file;
	struct elf_program *program = (struct elf_program *)(header + 1);

	*header = (struct elf_header){.ident = {0x7f, 'E', 'L', 'F', ELF_CLASS_64, ELF_DATA_LITTLE, 1},
				      .type = ELF_TYPE_EXECUTABLE,
				      .machine = ELF_MACHINE_RISCV,
				      .version = 1,
				      .entry = PROGRAM_BASE + 0x200,
				      .program_offset = sizeof(*header),
				      .header_bytes = sizeof(*header),
				      .program_bytes = sizeof(*program),
				      .program_count = 2};
	program[0] = (struct elf_program){.type = ELF_PROGRAM_LOAD,
					  .flags = ELF_FLAG_READ | ELF_FLAG_EXECUTE,
					  .address = PROGRAM_BASE,
					  .file_bytes = FILE_BYTES,
					  .memory_bytes = FILE_BYTES,
					  .align = PAGE_BYTES};
	program[1] = (struct elf_program){.type = ELF_PROGRAM_LOAD,
					  .flags = ELF_FLAG_READ | ELF_FLAG_WRITE,
					  .offset = 256,
					  .address = PROGRAM_BASE + 4 * PAGE_BYTES + 256,
					  .file_bytes = 100,
					  .memory_bytes = 9000,
					  .align = PAGE_BYTES};
	below.file_bytes = FILE_BYTES;
}

static void file_make(void)
{
	static const char *const scripts[] = {
		"#!/bin/sh\n", "#! /bin/interpreter  -x -y \n", "#!\n", "#!x", "text", ""};
	uint8_t how = played_byte();

	memset(below.file, 0, sizeof(below.file));
	file_make_program();
	if (how < 128)
		return;
	if (how < 192) { /* one byte of the program is another */
		below.file[played_below(176)] ^= (uint8_t)(1 + played_byte() % 255);
		return;
	}
	if (how < 224) {
		strcpy((char *)below.file, scripts[how % 6]);
		below.file_bytes = strlen(scripts[how % 6]);
		return;
	}
	for (below.file_bytes = 0; below.file_bytes < (how & 15u) * 20; below.file_bytes++)
		below.file[below.file_bytes] = played_byte();
}

static void tell_file(struct message *m)
{
	static const uint32_t modes[] = {VFS_REGULAR | 0755, VFS_REGULAR | 0755,   VFS_REGULAR | 0755,
					 VFS_REGULAR | 0644, VFS_DIRECTORY | 0755, VFS_CHARACTER | 0666};
	struct vfs_stat stat = {.inode = 7, .mode = modes[played_below(6)]};

	file_make();
	stat.size_bytes = played_chance(8) ? played_word() : below.file_bytes;
	put_record(m, &stat, sizeof(stat));
}

static void read_file(const struct message *in, struct message *m)
{
	uint64_t bytes = BUFFER_LENGTH(in->w[3]),
		 left = below.file_bytes > in->w[1] ? below.file_bytes - in->w[1] : 0;

	FUZZ_TRUE(in->tag & TAG_BUFFER && in->w[3] & BUFFER_WRITE);
	memset((void *)in->w[2], 0, bytes);
	bytes = bytes < left ? bytes : left;
	memcpy((void *)in->w[2], below.file + (left ? in->w[1] : 0), bytes);
	m->w[0] = bytes;
}

void vfs_answer(const struct message *in, struct message *m)
{
	uint32_t label = TAG_LABEL(in->tag), *place;

	switch (label) {
	case VFS_PROCESS_CREATE:
		files_add(in->w[0]);
		break;
	case VFS_PROCESS_FORK:
		FUZZ_TRUE(files_place(in->w[0]) && !(in->w[2] & ~(uint64_t)PROCESS_FORK_EXEC));
		files_add((uint32_t)in->w[1]);
		break;
	case VFS_PROCESS_DESTROY:
		place = files_place(in->w[0]);
		FUZZ_TRUE(place);
		*place = 0;
		break;
	case VFS_LOOKUP:
	case VFS_PROCESS_LOOKUP:
		(void)buffer_read(in);
		tell_file(m);
		break;
	case VFS_INODE_READ:
		read_file(in, m);
		break;
	case VFS_ACCOUNT:
		FUZZ_TRUE(in->w[0] < ACCOUNTS_MAX);
		m->w[0] = played_byte();
		break;
	case VFS_TTY_NEWS:
		m->w[0] = played_below(2);
		break;
	default:
		FUZZ_TRUE(label == VFS_PROCESS_EXEC || label == VFS_PROCESS_LIMIT || label == VFS_CANCEL);
		FUZZ_TRUE(files_place(in->w[0]));
	}
}
