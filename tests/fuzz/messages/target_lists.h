/* SPDX-License-Identifier: MIT */
/* The requests of the server that is fuzzed, from its list: TARGET_DEF names that. */
#include <stddef.h>
#include <stdint.h>

struct list {
	const char *errors, *shape;
};

static const struct list lists[] = {
#define REQUEST_COMMON(errors, text)
#define REQUEST(NAME, number, in, out, errors, text) [number] = {errors, in},
#include TARGET_DEF
#undef REQUEST
#undef REQUEST_COMMON
};
#define LABELS (sizeof(lists) / sizeof(lists[0]))

const char *target_errors(uint32_t label)
{
	return label < LABELS ? lists[label].errors : NULL;
}

const char *target_errors_common(void)
{
#define REQUEST_COMMON(errors, text) return errors;
#define REQUEST(...)
#include TARGET_DEF
#undef REQUEST
#undef REQUEST_COMMON
}
