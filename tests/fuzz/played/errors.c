/* SPDX-License-Identifier: MIT */
/* The errors of proto's lists: which one a request may be answered with. */
#include "played.h"
#include <pagoda/error.h>

#define ERROR_LAST 63

static bool is_listed(const char *list, uint64_t error)
{
	const char *name = error_name((err_t)error), *at = list;
	size_t bytes = strlen(name);

	while (at && (at = strstr(at, name)) != NULL) {
		if ((at == list || at[-1] == ' ') && (at[bytes] == 0 || at[bytes] == ' '))
			return true;
		at += bytes;
	}
	return false;
}

/* E_OK, an error of the request's list or of every request's, or one that others gave the server for it. */
void played_check_answer(const struct caller *caller, const struct message *m)
{
	uint32_t error = TAG_LABEL(m->tag), label = TAG_LABEL(caller->tag);
	const char *list = target_errors(label);

	if (error == E_OK || is_listed(target_errors_common(), error) || is_listed(list, error))
		return;
	if (error <= ERROR_LAST && error != E_ABSENT && played.passed >> error & 1)
		return;
	printf("request %u was answered with %s\n", label, error_name((err_t)error));
	FUZZ_TRUE(!"the error stands in the request's list");
}

err_t played_error_of(const char *list)
{
	err_t errors[ERROR_LAST], error = E_OK;
	uint32_t count = 0;

	for (uint32_t at = 1; at <= ERROR_LAST; at++)
		if (is_listed(list, at))
			errors[count++] = (err_t)at;
	if (count)
		error = errors[played_below(count)];
	played.passed |= 1ul << error;
	return error;
}
