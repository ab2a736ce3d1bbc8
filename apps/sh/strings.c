/* SPDX-License-Identifier: MIT */
/* Lists of strings. */
#include "expand.h"
#include <stdlib.h>

bool strings_add(struct strings *list, char *item)
{
	if (item == NULL)
		return false;
	if (list->count + 1 >= list->room) {
		size_t room = list->room == 0 ? 8 : 2 * list->room;
		char **more = realloc(list->items, room * sizeof(*more));
		if (more == NULL) {
			free(item);
			return false;
		}
		list->items = more;
		list->room = room;
	}
	list->items[list->count++] = item;
	list->items[list->count] = NULL;
	return true;
}

void strings_free(struct strings *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct strings){0};
}
