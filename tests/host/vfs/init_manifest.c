/* SPDX-License-Identifier: MIT */
/* Parser of the boot manifest. */
#include "manifest.h"
#include "test.h"

static struct manifest_server servers[MANIFEST_SERVERS_MAX];
static struct manifest_error why;
static uint32_t count;

static err_t parse(const char *text)
{
	return manifest_parse(text, strlen(text), servers, &count, &why);
}

TEST(servers_are_read_with_their_keys)
{
	CHECK_EQ(parse("# comment\n\nserver uart priority=62 restart=stop caps=a,b # tail\n"
		       "server\tpager priority=58 slots=4096 tables=77\n"),
		 E_OK);
	CHECK_EQ(count, 2);
	CHECK_EQ(strcmp(servers[0].name, "uart"), 0);
	CHECK_EQ(strcmp(servers[0].caps, "a,b"), 0);
	CHECK_EQ(servers[0].priority, 62);
	CHECK_EQ(servers[1].slots, 4096);
	CHECK_EQ(servers[1].tables, 77);
}

TEST(mistakes_are_named_with_their_line)
{
	CHECK_EQ(parse("server a priority=1\nservant b\n"), E_BAD_FORMAT);
	CHECK_EQ(why.line, 2);
	CHECK_EQ(parse("server a priority=64\n"), E_BAD_FORMAT);
	CHECK_EQ(parse("server a priority=\n"), E_BAD_FORMAT);
	CHECK_EQ(parse("server a priority=1x\n"), E_BAD_FORMAT);
	CHECK_EQ(parse("server a\n"), E_BAD_FORMAT);
	CHECK_EQ(parse("server priority=3\n"), E_BAD_FORMAT);
	CHECK_EQ(parse("server\n"), E_BAD_FORMAT);
	CHECK_EQ(parse("server a priority=1 color=red\n"), E_BAD_FORMAT);
	CHECK_EQ(parse("server a priority=1 slots=4097\n"), E_BAD_FORMAT);
	CHECK_EQ(parse("server a priority=1 restart=restart\n"), E_UNSUPPORTED);
	CHECK_EQ(parse("server a priority=1\nserver a priority=1\n"), E_EXISTS);
	CHECK_EQ(parse("server sixteen-bytes-no priority=1\n"), E_BAD_FORMAT);
}

TEST(more_servers_than_there_is_room_for_are_refused)
{
	char text[1024] = "", line[64];

	for (unsigned i = 0; i <= MANIFEST_SERVERS_MAX; i++) {
		snprintf(line, sizeof(line), "server s%u priority=1\n", i);
		strcat(text, line);
	}
	CHECK_EQ(parse(text), E_TOO_MANY);
	CHECK_EQ(why.line, MANIFEST_SERVERS_MAX + 1);
}

TEST(caps_are_taken_one_by_one)
{
	const char *caps = "one,,two,";
	char name[MANIFEST_NAME_BYTES * 2];

	CHECK_TRUE(manifest_next_cap(&caps, name));
	CHECK_EQ(strcmp(name, "one"), 0);
	CHECK_TRUE(manifest_next_cap(&caps, name));
	CHECK_EQ(strcmp(name, "two"), 0);
	CHECK_TRUE(!manifest_next_cap(&caps, name));
}

TEST(random_text_is_answered)
{
	static const char *const pieces[] = {"server ", "priority=", "62", "caps=",	   ",", "\n", "#",
					     "x",	" ",	     "=",  "restart=stop "};

	for (uint64_t op = 0; op < test_ops; op++) {
		char text[256] = "", *exact;
		size_t bytes;

		for (uint64_t left = test_random_below(20); left > 0; left--)
			strcat(text, pieces[test_random_below(sizeof(pieces) / sizeof(pieces[0]))]);
		bytes = strlen(text);
		exact = malloc(bytes + 1); /* no zero behind it for the parser */
		memcpy(exact, text, bytes);
		exact[bytes] = 'Z';
		if (manifest_parse(exact, bytes, servers, &count, &why) != E_OK)
			CHECK_TRUE(why.line > 0 && why.text);
		CHECK_TRUE(count <= MANIFEST_SERVERS_MAX);
		free(exact);
	}
}

TEST_MAIN(100000)
