/* SPDX-License-Identifier: MIT */
/* The files below /boot, found in the archive in one pass; the archive is mapped read-only in init too. */
#include "format/cpio.h"
#include "init.h"
#include <pagoda/syscall.h>
#include <string.h>

#define FILES_MAX 32
#define FOLDER	  "boot/"

static struct file {
	const char *name; /* below /boot, in the archive */
	uint64_t offset, bytes;
} files[FILES_MAX];
static uint32_t file_count;

static struct file *file_of(const char *name)
{
	for (uint32_t i = 0; i < file_count; i++) {
		if (strcmp(files[i].name, name) == 0)
			return &files[i];
	}
	return NULL;
}

/* A later entry of the same name counts. */
static void file_note(const struct cpio_entry *entry)
{
	const char *name = cpio_bare_name(entry->name);
	struct file *file;

	if (strncmp(name, FOLDER, strlen(FOLDER)) != 0 || (entry->mode & CPIO_MODE_TYPE) != CPIO_MODE_REGULAR)
		return;
	name += strlen(FOLDER);
	file = file_of(name);
	if (!file && file_count < FILES_MAX)
		file = &files[file_count++];
	if (file)
		*file = (struct file){.name = name, .offset = entry->data_offset, .bytes = entry->data_bytes};
}

void files_open(void)
{
	const struct boot_memory *memory;
	cap_t archive = memory_of_kind(BOOT_MEMORY_ARCHIVE, &memory);
	struct cpio_reader reader;
	struct cpio_entry entry;
	err_t error;

	if (archive == CAP_NULL)
		init_panic("no boot archive: start QEMU with -initrd");
	init_need(sys_space_attach(BOOT_SLOT_SPACE, INIT_SOURCE_ARCHIVE, archive, RIGHT_READ).error,
		  "attaching the boot archive");
	init_need(pages_map(BOOT_SLOT_SPACE, INIT_SOURCE_ARCHIVE, INIT_ARCHIVE_BASE, RIGHT_READ, 0,
			    memory->bytes / PAGE_BYTES),
		  "mapping the boot archive");
	cpio_open(&reader, (const void *)INIT_ARCHIVE_BASE, init.boot->archive_bytes);
	while ((error = cpio_next(&reader, &entry)) == E_OK)
		file_note(&entry);
	if (error != E_NO_ENTRY)
		init_panic("the boot archive is malformed at byte %lu", (unsigned long)reader.at);
}

const void *file_find(const char *name, uint64_t *bytes)
{
	const struct file *file = file_of(name);

	*bytes = file ? file->bytes : 0;
	return file ? (const uint8_t *)INIT_ARCHIVE_BASE + file->offset : NULL;
}
