// SPDX-License-Identifier: MIT
// config < FILE: read an ini file with [sections], "key = value" lines and comments; print it in order, check
// the types.
#define _POSIX_C_SOURCE 200809L
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct entry {
	char *section, *key, *value;
	struct entry *next;
};

static struct entry *head, **tail = &head;
static int line_number, errors;

static char *trim(char *text)
{
	text += strspn(text, " \t\r\n");
	char *end = text + strlen(text);
	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return text;
}

static void complain(const char *what, const char *text)
{
	fprintf(stderr, "line %d: %s: '%s'\n", line_number, what, text);
	errors++;
}

static void add(const char *section, const char *key, const char *value)
{
	struct entry *entry = malloc(sizeof(*entry));

	entry->section = strdup(section);
	entry->key = strdup(key);
	entry->value = strndup(value, 40);
	entry->next = NULL;
	*tail = entry;
	tail = &entry->next;
}

static void parse_line(char *line, char section[32])
{
	char *text = trim(line), *comment = strpbrk(text, "#;");

	if (comment) {
		*comment = '\0';
		text = trim(text);
	}
	if (*text == '\0')
		return;
	if (*text == '[') {
		if (sscanf(text, "[%31[^]]]", section) != 1)
			complain("bad section", text);
		return;
	}
	char *equals = strchr(text, '=');
	if (!equals) {
		complain("no '='", text);
		return;
	}
	*equals = '\0';
	add(section, trim(text), trim(equals + 1));
}

static const char *kind_of(const char *value)
{
	char *end;

	if (strcasecmp(value, "yes") == 0 || strcasecmp(value, "no") == 0)
		return "flag";
	strtol(value, &end, 0);
	if (*value && *end == '\0')
		return "integer";
	strtod(value, &end);
	if (*value && *end == '\0')
		return "real";
	return strchr(value, ',') ? "list" : "text";
}

static void show_list(char *value)
{
	char *save = NULL;
	int n = 0;

	for (char *item = strtok_r(value, ",", &save); item; item = strtok_r(NULL, ",", &save))
		printf("  %2d: \"%s\"\n", ++n, trim(item));
}

int main(void)
{
	char line[256], section[32] = "global";

	while (fgets(line, sizeof(line), stdin)) {
		line_number++;
		parse_line(line, section);
	}
	for (struct entry *e = head, *next; e; e = next) {
		bool list = strcmp(kind_of(e->value), "list") == 0;
		printf("%-10s %-12.12s %8s %s\n", e->section, e->key, kind_of(e->value),
		       list ? "" : e->value);
		if (list)
			show_list(e->value);
		next = e->next;
		free(e->section);
		free(e->key);
		free(e->value);
		free(e);
	}
	return errors ? 1 : 0;
}
