/* SPDX-License-Identifier: MIT */
/*
 * The boot manifest: which servers there are. Pure. Text, a line for each; '#' starts a comment.
 *
 *   server NAME priority=N restart=stop [slots=N] [tables=N] [caps=NAME,NAME...]
 */
#ifndef INIT_MANIFEST_H
#define INIT_MANIFEST_H

#include "uapi/error.h"
#include <stdbool.h>
#include <stdint.h>

#define MANIFEST_SERVERS_MAX 8
#define MANIFEST_NAME_BYTES  16
#define MANIFEST_CAPS_BYTES  128

struct manifest_server {
	char name[MANIFEST_NAME_BYTES];
	char caps[MANIFEST_CAPS_BYTES]; /* names between commas, as in the text */
	uint32_t priority;
	uint32_t slots;	 /* of its CSpace */
	uint32_t tables; /* its space may have */
};

struct manifest_error {
	uint32_t line;
	const char *text; /* what is wrong with it */
};

/*
 * Parse the whole text; *count servers.
 * Errors    E_BAD_FORMAT, E_TOO_MANY, E_EXISTS (a name twice), E_UNSUPPORTED (restart=restart); *why tells
 * where
 */
MUST_USE err_t manifest_parse(const char *text, uint64_t bytes, struct manifest_server *servers,
			      uint32_t *count, struct manifest_error *why);

/* The next name of a caps text into @name; false after the last one. */
bool manifest_next_cap(const char **caps, char name[MANIFEST_NAME_BYTES * 2]);

#endif
