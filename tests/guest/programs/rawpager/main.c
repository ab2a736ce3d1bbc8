/* SPDX-License-Identifier: MIT */
/*
 * rawpager [deadline=MS] NAME...: custom pagers without the library: a child of this program speaks the
 * protocol (docs/pager-protocol.md) word by word, others are its clients. Prints `ok NAME`; the first
 * difference ends it with status 1 and its place.
 */
#include "rawpager.h"

static const struct {
	const char *name;
	void (*run)(void);
} parts[] = {
	{"shared", part_shared},
	{"private", part_private},
	{"many", part_many},
	{"killed", part_killed},
	{"sources", part_sources},
	{"refused", part_refused},
	{"zeroes", part_zeroes},
	{"anonymous", part_anonymous},
	{"supplier_ends", part_supplier_ends},
	{"requests", part_requests},
	{"circle", part_circle},
	{"exec", part_exec},
	{"shown", part_shown},
	{"in_use", part_in_use},
	{"none", part_none},
	{"plain", part_plain},
	{"register_refused", part_register_refused},
};

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		unsigned at = 0;

		if (sscanf(argv[i], "deadline=%lu", &object_deadline_ms) == 1)
			continue;
		while (at < sizeof(parts) / sizeof(parts[0]) && strcmp(parts[at].name, argv[i]) != 0)
			at++;
		CHECK(at < sizeof(parts) / sizeof(parts[0]));
		parts[at].run();
		printf("ok %s\n", argv[i]);
		fflush(stdout);
	}
	return 0;
}
