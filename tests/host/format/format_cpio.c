/* SPDX-License-Identifier: MIT */
/* Claims about the cpio reader: what it finds, what it refuses, and that no damage leads it astray. */
#include "format/cpio.h"
#include "test.h"

#define ARCHIVE_BYTES_MAX 65536

/* An archive under construction. Allocated exactly, so that the sanitizer sees every step outside. */
struct archive {
	uint8_t bytes[ARCHIVE_BYTES_MAX];
	uint64_t length;
};

static void put(struct archive *archive, const void *data, uint64_t bytes)
{
	memcpy(archive->bytes + archive->length, data, bytes);
	archive->length += bytes;
}

static void pad(struct archive *archive, uint64_t multiple)
{
	while (archive->length % multiple != 0)
		archive->bytes[archive->length++] = 0;
}

static void put_padded(struct archive *archive, const char *name, uint32_t mode, const char *data,
		       uint32_t extra_name_bytes)
{
	uint32_t name_bytes = (uint32_t)strlen(name) + 1 + extra_name_bytes;
	char header[111];

	snprintf(header, sizeof(header), "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", 7u,
		 mode, 0u, 0u, 2u, 99u, (unsigned)strlen(data), 0u, 0u, 0u, 0u, name_bytes, 0u);
	put(archive, header, 110);
	put(archive, name, strlen(name));
	memset(archive->bytes + archive->length, 0, 1 + extra_name_bytes);
	archive->length += 1 + extra_name_bytes;
	pad(archive, 4);
	put(archive, data, strlen(data));
	pad(archive, 4);
}

static void put_file(struct archive *archive, const char *name, const char *data)
{
	put_padded(archive, name, CPIO_MODE_REGULAR | 0644, data, 0);
}

static void put_trailer(struct archive *archive)
{
	put_padded(archive, "TRAILER!!!", 0, "", 0);
}

static struct archive archive;

static void archive_build(void)
{
	archive.length = 0;
	put_padded(&archive, "bin", CPIO_MODE_DIRECTORY | 0755, "", 0);
	put_file(&archive, "bin/hello", "first version");
	put_padded(&archive, "etc/motd", CPIO_MODE_REGULAR | 0600, "aligned", 37);
	put_file(&archive, "empty", "");
	put_trailer(&archive);
	pad(&archive, 512);
	put_file(&archive, "/bin/hello", "second");
	put_file(&archive, "./new", "x");
	put_trailer(&archive);
	pad(&archive, 4096);
}

/* Walks all of it and reads every byte it is pointed to. Answers how it ended. */
static err_t walk_all(const uint8_t *bytes, uint64_t length, unsigned *count)
{
	struct cpio_reader reader;
	struct cpio_entry entry;
	volatile uint8_t sink = 0;
	err_t error;

	*count = 0;
	cpio_open(&reader, bytes, length);
	while ((error = cpio_next(&reader, &entry)) == E_OK) {
		++*count;
		CHECK_EQ(strlen(entry.name), entry.name_bytes);
		CHECK_TRUE(entry.data_offset <= length && entry.data_bytes <= length - entry.data_offset);
		for (uint64_t i = 0; i < entry.data_bytes; i++)
			sink = bytes[entry.data_offset + i];
	}
	(void)sink;
	return error;
}

TEST(every_entry_is_found_behind_trailers_too)
{
	unsigned count;

	archive_build();
	CHECK_EQ(walk_all(archive.bytes, archive.length, &count), E_NO_ENTRY);
	CHECK_EQ(count, 6);
}

TEST(fields_are_read_and_padded_names_end_at_their_zero)
{
	struct cpio_entry entry;

	archive_build();
	CHECK_EQ(cpio_find(archive.bytes, archive.length, "etc/motd", &entry), E_OK);
	CHECK_EQ(entry.mode, CPIO_MODE_REGULAR | 0600);
	CHECK_EQ(entry.inode, 7);
	CHECK_EQ(entry.links, 2);
	CHECK_EQ(entry.mtime_s, 99);
	CHECK_EQ(entry.name_bytes, 8);
	CHECK_EQ(entry.data_bytes, 7);
	CHECK_EQ(memcmp(archive.bytes + entry.data_offset, "aligned", 7), 0);
}

TEST(a_later_entry_replaces_an_earlier_one)
{
	struct cpio_entry entry;

	archive_build();
	CHECK_EQ(cpio_find(archive.bytes, archive.length, "/bin/hello", &entry), E_OK);
	CHECK_EQ(entry.data_bytes, 6);
	CHECK_EQ(cpio_find(archive.bytes, archive.length, "new", &entry), E_OK);
	CHECK_EQ(cpio_find(archive.bytes, archive.length, "bin/hell", &entry), E_NO_ENTRY);
}

TEST(an_empty_archive_has_no_entries)
{
	unsigned count;

	CHECK_EQ(walk_all(archive.bytes, 0, &count), E_NO_ENTRY);
	archive.length = 0;
	pad(&archive, 4);
	put_trailer(&archive);
	CHECK_EQ(walk_all(archive.bytes, archive.length, &count), E_NO_ENTRY);
	CHECK_EQ(count, 0);
}

TEST(damaged_headers_are_refused_and_the_reader_stays)
{
	static const struct {
		uint64_t at;
		const char *bytes;
	} damages[] = {
		{0, "070702"},	  {0, "X"},	    {6, "G"},	      {54, "ffffffff"},
		{54, "00001000"}, {94, "00000000"}, {94, "ffffffff"}, {94, "00000002"},
	};
	struct cpio_reader reader;
	struct cpio_entry entry;

	for (unsigned i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		archive.length = 0;
		put_file(&archive, "name", "data");
		memcpy(archive.bytes + damages[i].at, damages[i].bytes, strlen(damages[i].bytes));
		cpio_open(&reader, archive.bytes, archive.length);
		CHECK_EQ(cpio_next(&reader, &entry), E_BAD_FORMAT);
		CHECK_EQ(reader.at, 0);
	}
}

/* Copies exactly length bytes, so that one byte further is an error of the sanitizer. */
static void walk_exact(const uint8_t *bytes, uint64_t length)
{
	uint8_t *exact = malloc(length ? length : 1);
	struct cpio_entry entry;
	unsigned count;

	memcpy(exact, bytes, length);
	err_t error = walk_all(length ? exact : exact + 1, length, &count);
	CHECK_TRUE(error == E_NO_ENTRY || error == E_BAD_FORMAT);
	error = cpio_find(exact, length, "bin/hello", &entry);
	CHECK_TRUE(error == E_OK || error == E_NO_ENTRY || error == E_BAD_FORMAT);
	free(exact);
}

TEST(every_truncation_is_survived)
{
	archive_build();
	for (uint64_t length = 0; length < archive.length; length += length < 1200 ? 1 : 61)
		walk_exact(archive.bytes, length);
}

TEST(random_damage_is_survived)
{
	static const char likely[] = "0123456789abcdefF\0g";

	for (uint64_t i = 0; i < test_ops; i++) {
		archive_build();
		for (uint64_t n = 1 + test_random_below(8); n > 0; n--) {
			uint8_t byte = test_random_below(4)
					       ? (uint8_t)likely[test_random_below(sizeof(likely))]
					       : (uint8_t)test_random();
			archive.bytes[test_random_below(1400)] = byte;
		}
		walk_exact(archive.bytes,
			   test_random_below(8) ? archive.length : test_random_below(archive.length));
	}
}

TEST_MAIN(20000)
