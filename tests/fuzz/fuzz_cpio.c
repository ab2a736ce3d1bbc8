/* SPDX-License-Identifier: MIT */
/* Any bytes as an archive: what the reader names lies inside, and looking up a name finds its last entry. */
#include "format/cpio.h"
#include "fuzz.h"

static void check_entry(const struct cpio_entry *entry, const uint8_t *base, uint64_t bytes)
{
	uint64_t name = (uint64_t)((const uint8_t *)entry->name - base);

	FUZZ_TRUE(name < bytes && entry->name_bytes < bytes - name);
	FUZZ_TRUE(entry->name[entry->name_bytes] == 0);
	FUZZ_TRUE(entry->data_offset <= bytes && entry->data_bytes <= bytes - entry->data_offset);
	FUZZ_TRUE(strcmp(entry->name, "TRAILER!!!") != 0);
}

/* The whole archive; *last becomes the last entry that is called @name, if *found. */
static err_t walk(const uint8_t *base, uint64_t bytes, const char *name, struct cpio_entry *last, bool *found)
{
	struct cpio_reader reader;
	struct cpio_entry entry;
	uint64_t before = 0;
	err_t error;

	cpio_open(&reader, base, bytes);
	while ((error = cpio_next(&reader, &entry)) == E_OK) {
		check_entry(&entry, base, bytes);
		FUZZ_TRUE(reader.at > before && reader.at <= bytes + 3);
		before = reader.at;
		if (name && strcmp(cpio_bare_name(entry.name), cpio_bare_name(name)) == 0) {
			*last = entry;
			*found = true;
		}
	}
	FUZZ_TRUE(error == E_NO_ENTRY || error == E_BAD_FORMAT);
	FUZZ_TRUE(error == E_NO_ENTRY || reader.at >= before);
	return error;
}

static void find(const uint8_t *base, uint64_t bytes, const char *name)
{
	struct cpio_entry expected, entry;
	bool found = false;
	err_t end = walk(base, bytes, name, &expected, &found), error = cpio_find(base, bytes, name, &entry);

	if (end == E_BAD_FORMAT) {
		FUZZ_TRUE(error == E_BAD_FORMAT);
		return;
	}
	FUZZ_TRUE(error == (found ? E_OK : E_NO_ENTRY));
	if (found)
		FUZZ_TRUE(entry.name == expected.name && entry.data_offset == expected.data_offset);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	uint8_t *copy = fuzz_exact(data, bytes);
	struct cpio_reader reader;
	struct cpio_entry entry;

	find(copy, bytes, "/bin/hello");
	cpio_open(&reader, copy, bytes);
	for (int i = 0; i < 8 && cpio_next(&reader, &entry) == E_OK; i++)
		find(copy, bytes, entry.name);
	free(copy);
	return 0;
}
