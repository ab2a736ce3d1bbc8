/* SPDX-License-Identifier: MIT */
/* Variables: a list sorted by name. $?, $!, $$ and $# are made when asked for. */
#include "shell.h"
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct variable {
	struct variable *next;
	char *value; /* NULL: exported before it has a value */
	bool exported;
	char name[];
};

static struct variable *first;

/* The variable, or where it would be. */
static struct variable **find(const char *name, bool *found)
{
	struct variable **link = &first;

	while (*link != NULL && strcmp((*link)->name, name) < 0)
		link = &(*link)->next;
	*found = *link != NULL && strcmp((*link)->name, name) == 0;
	return link;
}

bool variable_set(const char *name, const char *value, bool exported)
{
	bool found;
	struct variable **link = find(name, &found);
	char *copy = value != NULL ? strdup(value) : NULL;

	if (value != NULL && copy == NULL)
		return false;
	if (!found) {
		struct variable *variable = malloc(sizeof(*variable) + strlen(name) + 1);
		if (variable == NULL) {
			free(copy);
			return false;
		}
		*variable = (struct variable){.next = *link};
		strcpy(variable->name, name);
		*link = variable;
	}
	(*link)->exported |= exported;
	if (copy != NULL) {
		free((*link)->value);
		(*link)->value = copy;
	}
	return true;
}

void variable_unset(const char *name)
{
	bool found;
	struct variable **link = find(name, &found);

	if (found) {
		struct variable *gone = *link;
		*link = gone->next;
		free(gone->value);
		free(gone);
	}
}

static const char *special_get(char name)
{
	static char text[24];

	switch (name) {
	case '?':
		snprintf(text, sizeof(text), "%d", shell.status);
		return text;
	case '$':
		snprintf(text, sizeof(text), "%d", (int)shell.pid);
		return text;
	case '!':
		snprintf(text, sizeof(text), "%d", (int)shell.background);
		return shell.background != 0 ? text : NULL;
	case '#':
		snprintf(text, sizeof(text), "%zu", shell.arguments.count - 1);
		return text;
	default:
		return NULL;
	}
}

const char *variable_get(const char *name)
{
	bool found;

	if (*name != 0 && strchr("?$!#", *name) != NULL)
		return special_get(*name);
	struct variable **link = find(name, &found);
	return found ? (*link)->value : NULL;
}

void variables_import(char **environment)
{
	for (; environment != NULL && *environment != NULL; environment++) {
		size_t bytes = syntax_assignment(*environment);
		char *name = bytes > 0 ? strndup(*environment, bytes - 1) : NULL;
		if (name != NULL)
			variable_set(name, *environment + bytes, true);
		free(name);
	}
}

char **variables_environment(void)
{
	struct strings list = {0};

	for (struct variable *variable = first; variable != NULL; variable = variable->next) {
		if (!variable->exported || variable->value == NULL)
			continue;
		char *item = malloc(strlen(variable->name) + strlen(variable->value) + 2);
		if (item != NULL)
			sprintf(item, "%s=%s", variable->name, variable->value);
		if (!strings_add(&list, item)) {
			strings_free(&list);
			return NULL;
		}
	}
	return list.items != NULL ? list.items : calloc(1, sizeof(char *));
}

static void print_quoted(const char *value)
{
	putchar('\'');
	for (; *value != 0; value++) {
		if (*value == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*value);
	}
	puts("'");
}

void variables_print(bool exported_only)
{
	for (struct variable *variable = first; variable != NULL; variable = variable->next) {
		if (exported_only && !variable->exported)
			continue;
		if (variable->value == NULL) {
			if (exported_only)
				printf("export %s\n", variable->name);
			continue;
		}
		printf("%s%s=", exported_only ? "export " : "", variable->name);
		print_quoted(variable->value);
	}
}

static const char *source_get(void *context, const char *name)
{
	(void)context;
	return variable_get(name);
}

static bool source_set(void *context, const char *name, const char *value)
{
	(void)context;
	return variable_set(name, value, false);
}

static bool source_match(void *context, const char *pattern, struct strings *list)
{
	glob_t found;
	bool done = true;

	(void)context;
	int result = glob(pattern, 0, NULL, &found);
	if (result == GLOB_NOSPACE)
		return false;
	for (size_t i = 0; result == 0 && i < (size_t)found.gl_pathc && done; i++)
		done = strings_add(list, strdup(found.gl_pathv[i]));
	if (result == 0)
		globfree(&found);
	return done;
}

/* The arguments are filled in by who uses it: run.c. */
const struct expand_source variables_source = {
	.variable = source_get,
	.assign = source_set,
	.command = run_output,
	.match = source_match,
};
