/* SPDX-License-Identifier: MIT */
/*
 * glob(), globfree(): names that match a pattern, component by component with fnmatch(). Built: GLOB_APPEND,
 * GLOB_DOOFFS, GLOB_ERR, GLOB_MARK, GLOB_NOCHECK, GLOB_NOSORT.
 */
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FLAGS_BUILT (GLOB_APPEND | GLOB_DOOFFS | GLOB_ERR | GLOB_MARK | GLOB_NOCHECK | GLOB_NOSORT)

struct search {
	glob_t *result;
	int flags;
	int (*complain)(const char *path, int reason);
	char path[PATH_MAX]; /* what has been fixed so far */
};

static bool has_magic(const char *text, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		if (strchr("*?[\\", text[i]) != NULL)
			return true;
	return false;
}

static int result_add(glob_t *result, const char *path, bool mark)
{
	size_t at = (size_t)result->gl_offs + (size_t)result->gl_pathc;
	char **more = realloc(result->gl_pathv, (at + 2) * sizeof(*more));

	if (more == NULL)
		return GLOB_NOSPACE;
	if (result->gl_pathv == NULL)
		memset(more, 0, at * sizeof(*more));
	result->gl_pathv = more;
	more[at] = malloc(strlen(path) + 2);
	more[at + 1] = NULL;
	if (more[at] == NULL)
		return GLOB_NOSPACE;
	sprintf(more[at], "%s%s", path, mark ? "/" : "");
	result->gl_pathc++;
	return 0;
}

static int search_from(struct search *search, size_t fixed, const char *pattern);

/* search->path[0..fixed) is a whole name; the rest of the pattern begins behind the component. */
static int component_found(struct search *search, size_t fixed, const char *rest)
{
	struct stat facts;

	if (stat(search->path, &facts) != 0)
		return 0;
	if (*rest == 0)
		return result_add(search->result, search->path,
				  (search->flags & GLOB_MARK) && S_ISDIR(facts.st_mode));
	return S_ISDIR(facts.st_mode) ? search_from(search, fixed, rest) : 0;
}

static int directory_search(struct search *search, size_t fixed, const char *component, const char *rest)
{
	DIR *directory = opendir(fixed > 0 ? search->path : ".");
	struct dirent *entry;
	int error = 0;

	if (directory == NULL) {
		bool stop = search->complain != NULL && search->complain(search->path, errno) != 0;
		return stop || (search->flags & GLOB_ERR) ? GLOB_ABEND : 0;
	}
	while (error == 0 && (entry = readdir(directory)) != NULL) {
		size_t bytes = strlen(entry->d_name);
		if (fnmatch(component, entry->d_name, FNM_PERIOD) != 0 || fixed + bytes >= PATH_MAX)
			continue;
		strcpy(search->path + fixed, entry->d_name);
		error = component_found(search, fixed + bytes, rest);
		search->path[fixed] = 0;
	}
	closedir(directory);
	return error;
}

static int search_from(struct search *search, size_t fixed, const char *pattern)
{
	size_t slashes = strspn(pattern, "/");
	size_t bytes = strcspn(pattern + slashes, "/");
	const char *start = pattern + slashes, *rest = start + bytes;
	char component[NAME_MAX + 1];

	if (fixed + slashes + bytes >= PATH_MAX || bytes > NAME_MAX)
		return 0;
	memcpy(search->path + fixed, pattern, slashes);
	search->path[fixed += slashes] = 0;
	memcpy(component, start, bytes);
	component[bytes] = 0;
	if (has_magic(component, bytes))
		return directory_search(search, fixed, component, rest);
	strcpy(search->path + fixed, component);
	int error = component_found(search, fixed + bytes, rest);
	search->path[fixed] = 0;
	return error;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int glob(const char *restrict pattern, int flags, int (*complain)(const char *, int), glob_t *restrict result)
{
	if (!(flags & GLOB_APPEND)) {
		result->gl_pathc = 0;
		result->gl_pathv = NULL;
		if (!(flags & GLOB_DOOFFS))
			result->gl_offs = 0;
	}
	if (flags & ~FLAGS_BUILT) {
		errno = ENOTSUP;
		return GLOB_ABEND;
	}
	struct search *search = calloc(1, sizeof(*search));
	if (search == NULL)
		return GLOB_NOSPACE;
	*search = (struct search){.result = result, .flags = flags, .complain = complain};
	int before = result->gl_pathc;
	int error = search_from(search, 0, pattern);
	free(search);
	result->gl_matchc = result->gl_pathc - before;
	if (error == 0 && result->gl_matchc == 0)
		error = flags & GLOB_NOCHECK ? result_add(result, pattern, false) : GLOB_NOMATCH;
	if (!(flags & GLOB_NOSORT) && result->gl_matchc > 1)
		qsort(result->gl_pathv + result->gl_offs + before, (size_t)result->gl_matchc, sizeof(char *),
		      compare);
	return error;
}

void globfree(glob_t *result)
{
	for (int i = 0; i < result->gl_pathc; i++)
		free(result->gl_pathv[result->gl_offs + i]);
	free(result->gl_pathv);
	result->gl_pathv = NULL;
	result->gl_pathc = 0;
}
