/* SPDX-License-Identifier: MIT */
/*
 * Reader of cpio "newc": a header of 110 characters, all numbers eight hexadecimal digits, then the name
 * with at least one zero, zeroes up to a multiple of 4, the data, zeroes up to a multiple of 4.
 * The name may be padded with more zeroes, so that the data can be page aligned.
 * Source: cpio(5), "New ASCII Format".
 */
#include "format/cpio.h"
#include <string.h>

#define HEADER_BYTES   110
#define FIELD_BYTES    8
#define MAGIC_BYTES    6
#define NAME_BYTES_MAX 8192

enum field {
	FIELD_INODE = 0,
	FIELD_MODE = 1,
	FIELD_LINKS = 4,
	FIELD_MTIME = 5,
	FIELD_DATA_BYTES = 6,
	FIELD_NAME_BYTES = 11,
};

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool field_read(const uint8_t *header, enum field field, uint32_t *value)
{
	const uint8_t *digits = header + MAGIC_BYTES + field * FIELD_BYTES;
	uint32_t sum = 0;

	for (int i = 0; i < FIELD_BYTES; i++) {
		int digit = hex_digit(digits[i]);
		if (digit < 0)
			return false;
		sum = sum << 4 | (uint32_t)digit;
	}
	*value = sum;
	return true;
}

static uint64_t round_up_4(uint64_t value)
{
	return (value + 3) & ~(uint64_t)3;
}

/* The header at reader->at into entry; *next is where the one after it begins. */
static err_t entry_read(const struct cpio_reader *reader, struct cpio_entry *entry, uint64_t *next)
{
	uint64_t left = reader->bytes - reader->at;
	const uint8_t *header = reader->base + reader->at;
	uint32_t name_bytes, data_bytes;

	if (left < HEADER_BYTES || memcmp(header, "070701", MAGIC_BYTES) != 0)
		return E_BAD_FORMAT;
	if (!field_read(header, FIELD_INODE, &entry->inode) ||
	    !field_read(header, FIELD_MODE, &entry->mode) ||
	    !field_read(header, FIELD_LINKS, &entry->links) ||
	    !field_read(header, FIELD_MTIME, &entry->mtime_s) ||
	    !field_read(header, FIELD_DATA_BYTES, &data_bytes) ||
	    !field_read(header, FIELD_NAME_BYTES, &name_bytes))
		return E_BAD_FORMAT;
	if (name_bytes == 0 || name_bytes > NAME_BYTES_MAX || name_bytes > left - HEADER_BYTES)
		return E_BAD_FORMAT;
	entry->name = (const char *)header + HEADER_BYTES;
	entry->name_bytes = (uint32_t)strnlen(entry->name, name_bytes);
	if (entry->name_bytes == 0 || entry->name_bytes == name_bytes)
		return E_BAD_FORMAT;

	/* Sums of three values below 2^33: no overflow. */
	uint64_t data_from_header = round_up_4(HEADER_BYTES + (uint64_t)name_bytes);
	if (data_from_header > left || data_bytes > left - data_from_header)
		return E_BAD_FORMAT;
	entry->data_offset = reader->at + data_from_header;
	entry->data_bytes = data_bytes;
	*next = round_up_4(entry->data_offset + data_bytes);
	if (*next > reader->bytes)
		*next = reader->bytes;
	return E_OK;
}

static void skip_padding(struct cpio_reader *reader)
{
	while (reader->at < reader->bytes && reader->base[reader->at] == 0)
		reader->at++;
}

void cpio_open(struct cpio_reader *reader, const void *archive, uint64_t bytes)
{
	*reader = (struct cpio_reader){.base = archive, .bytes = bytes, .at = 0};
}

err_t cpio_next(struct cpio_reader *reader, struct cpio_entry *entry)
{
	struct cpio_reader ahead = *reader;
	struct cpio_entry found;

	for (;;) {
		uint64_t next;

		skip_padding(&ahead);
		if (ahead.at == ahead.bytes)
			return E_NO_ENTRY;
		err_t error = entry_read(&ahead, &found, &next);
		if (error != E_OK)
			return error;
		ahead.at = next;
		if (strcmp(found.name, "TRAILER!!!") != 0)
			break;
	}
	*entry = found;
	*reader = ahead;
	return E_OK;
}

const char *cpio_bare_name(const char *name)
{
	for (;;) {
		if (name[0] == '/')
			name++;
		else if (name[0] == '.' && name[1] == '/')
			name += 2;
		else
			return name;
	}
}

err_t cpio_find(const void *archive, uint64_t bytes, const char *name, struct cpio_entry *entry)
{
	struct cpio_reader reader;
	struct cpio_entry candidate;
	bool found = false;
	err_t error;

	cpio_open(&reader, archive, bytes);
	while ((error = cpio_next(&reader, &candidate)) == E_OK) {
		if (strcmp(cpio_bare_name(candidate.name), cpio_bare_name(name)) == 0) {
			*entry = candidate;
			found = true;
		}
	}
	if (error != E_NO_ENTRY)
		return error;
	return found ? E_OK : E_NO_ENTRY;
}
