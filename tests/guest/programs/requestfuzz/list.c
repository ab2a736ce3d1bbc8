/* SPDX-License-Identifier: MIT */
/* The lists of requests, and which errors each may answer. */
#include "requestfuzz.h"
#include <string.h>

#define REQUEST_COMMON(errors, text)
#define REQUEST(NAME, number, in, out, errors, text) [number] = {#NAME, in, errors},
const struct request requests[SERVERS][LABELS] = {
	{
#include "proto/pager.def"
	},
	{
#include "proto/vfs.def"
	},
	{
#include "proto/proc.def"
	},
};
#undef REQUEST
#undef REQUEST_COMMON

#define REQUEST(...)
#define REQUEST_COMMON(errors, text) errors,
static const char *const common[SERVERS] = {
#include "proto/pager.def"
#include "proto/proc.def"
#include "proto/vfs.def"
};
#undef REQUEST
#undef REQUEST_COMMON

const char *const server_names[SERVERS] = {"pager", "vfs", "proc"};
const cap_t server_slots[SERVERS] = {SLOT_PAGER, SLOT_VFS, SLOT_PROC};

static const struct {
	const char *name;
	unsigned number;
} errors[] = {
#define ERROR(name, number, text) {#name, number},
#include "uapi/error.def"
#undef ERROR
};

static uint64_t allowed[SERVERS][LABELS]; /* bit: number of an error */

/* The numbers of the names in @list as bits. */
static uint64_t bits_of(const char *list)
{
	uint64_t bits = 0;

	for (size_t length; *list; list += length + (list[length] == ' ')) {
		length = strcspn(list, " ");
		for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
			if (strlen(errors[i].name) == length && memcmp(errors[i].name, list, length) == 0)
				bits |= 1ul << errors[i].number;
		}
	}
	return bits;
}

void list_read(void)
{
	for (unsigned server = 0; server < SERVERS; server++) {
		for (unsigned label = 0; label < LABELS; label++) {
			const struct request *request = &requests[server][label];

			allowed[server][label] = bits_of(common[server]);
			if (request->name)
				allowed[server][label] |= bits_of(request->errors) | 1ul << E_OK;
		}
	}
}

bool list_has(unsigned server, unsigned label, uint64_t error)
{
	return error < ERRORS && (allowed[server][label] >> error & 1);
}

const char *error_name(unsigned error)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (errors[i].number == error)
			return errors[i].name;
	}
	return "none";
}
