/* SPDX-License-Identifier: MIT */
/* scandir() and alphasort(): a directory's entries as an array. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef int (*order_t)(const struct dirent **, const struct dirent **);

struct list {
	struct dirent **entries;
	size_t count, room;
};

int alphasort(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void list_free(struct list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->entries[i]);
	free(list->entries);
}

static int list_add(struct list *list, const struct dirent *entry)
{
	if (list->count == list->room) {
		size_t room = list->room == 0 ? 16 : 2 * list->room;
		struct dirent **more = realloc(list->entries, room * sizeof(*more));
		if (more == NULL)
			return -1;
		list->entries = more;
		list->room = room;
	}
	struct dirent *copy = malloc(sizeof(*copy));
	if (copy == NULL)
		return -1;
	*copy = *entry;
	list->entries[list->count++] = copy;
	return 0;
}

/* All entries that @wanted wants; 0, or -1 with errno set. */
static int list_fill(struct list *list, DIR *directory, int (*wanted)(const struct dirent *))
{
	const struct dirent *entry;

	errno = 0;
	while ((entry = readdir(directory)) != NULL) {
		if ((wanted == NULL || wanted(entry)) && list_add(list, entry) != 0)
			return -1;
		errno = 0;
	}
	return errno == 0 ? 0 : -1;
}

int scandir(const char *path, struct dirent ***entries, int (*wanted)(const struct dirent *), order_t order)
{
	int before = errno;
	struct list list = {0};
	DIR *directory = opendir(path);

	if (directory == NULL)
		return -1;
	int result = list_fill(&list, directory, wanted);
	int reason = errno;
	closedir(directory);
	if (result != 0) {
		list_free(&list);
		errno = reason;
		return -1;
	}
	if (order != NULL && list.count > 0)
		qsort(list.entries, list.count, sizeof(*list.entries),
		      (int (*)(const void *, const void *))order);
	errno = before;
	*entries = list.entries;
	return (int)list.count;
}
