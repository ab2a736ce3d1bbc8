/* SPDX-License-Identifier: MIT */
/* Parser of the boot manifest. */
#include "manifest.h"
#include "uapi/layout.h"
#include <pagoda/server.h>
#include <string.h>

#define TABLES_DEFAULT 1024u
#define WORD_BYTES     160

struct cursor {
	const char *at, *end; /* of one line */
};

/* The next word of the line; 0 bytes at its end. False: longer than @room. */
static bool word_take(struct cursor *line, char *word, uint32_t room)
{
	uint32_t bytes = 0;

	while (line->at < line->end && (*line->at == ' ' || *line->at == '\t'))
		line->at++;
	while (line->at < line->end && *line->at != ' ' && *line->at != '\t' && *line->at != '#') {
		if (bytes + 1 == room)
			return false;
		word[bytes++] = *line->at++;
	}
	word[bytes] = 0;
	return true;
}

static bool number_parse(const char *text, uint32_t most, uint32_t *number)
{
	uint64_t value = 0;

	if (*text == 0)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		value = value * 10 + (*text - '0');
		if (value > most)
			return false;
	}
	*number = value;
	return true;
}

/* The text behind "key=" if @word is that key. */
static const char *value_of(const char *word, const char *key)
{
	size_t bytes = strlen(key);

	return strncmp(word, key, bytes) == 0 && word[bytes] == '=' ? word + bytes + 1 : NULL;
}

static err_t key_parse(const char *word, struct manifest_server *server, const char **why)
{
	const char *value;

	*why = "number out of bounds";
	if ((value = value_of(word, "priority")))
		return number_parse(value, PRIORITIES - 1, &server->priority) ? E_OK : E_BAD_FORMAT;
	if ((value = value_of(word, "slots")))
		return number_parse(value, CSPACE_SLOTS_MAX, &server->slots) ? E_OK : E_BAD_FORMAT;
	if ((value = value_of(word, "tables")))
		return number_parse(value, 1u << 20, &server->tables) ? E_OK : E_BAD_FORMAT;
	if ((value = value_of(word, "restart"))) {
		*why = "restart is not built: say restart=stop";
		return strcmp(value, "stop") == 0 ? E_OK : E_UNSUPPORTED;
	}
	*why = "no such key, or caps too long";
	value = value_of(word, "caps");
	if (!value || strlen(value) >= MANIFEST_CAPS_BYTES)
		return E_BAD_FORMAT;
	strcpy(server->caps, value);
	return E_OK;
}

/* A line after the word "server". */
static err_t server_parse(struct cursor *line, struct manifest_server *server, const char **why)
{
	char word[WORD_BYTES];
	err_t error;

	*server = (struct manifest_server){.slots = SERVER_CSPACE_SLOTS, .tables = TABLES_DEFAULT};
	*why = "server without a name, or name too long";
	if (!word_take(line, server->name, sizeof(server->name)) || server->name[0] == 0 ||
	    strchr(server->name, '='))
		return E_BAD_FORMAT;
	for (;;) {
		*why = "word too long";
		if (!word_take(line, word, sizeof(word)))
			return E_BAD_FORMAT;
		if (word[0] == 0)
			break;
		error = key_parse(word, server, why);
		if (error != E_OK)
			return error;
	}
	*why = "priority=N is missing";
	return server->priority > 0 ? E_OK : E_BAD_FORMAT;
}

static bool name_is_there(const struct manifest_server *servers, uint32_t count, const char *name)
{
	for (uint32_t i = 0; i < count; i++) {
		if (strcmp(servers[i].name, name) == 0)
			return true;
	}
	return false;
}

static err_t line_parse(struct cursor *line, struct manifest_server *servers, uint32_t *count,
			const char **why)
{
	char word[WORD_BYTES];
	err_t error;

	*why = "the line does not begin with `server`";
	if (!word_take(line, word, sizeof(word)))
		return E_BAD_FORMAT;
	if (word[0] == 0)
		return E_OK;
	if (strcmp(word, "server") != 0)
		return E_BAD_FORMAT;
	*why = "too many servers";
	if (*count == MANIFEST_SERVERS_MAX)
		return E_TOO_MANY;
	error = server_parse(line, &servers[*count], why);
	if (error != E_OK)
		return error;
	*why = "the name stands twice";
	if (name_is_there(servers, *count, servers[*count].name))
		return E_EXISTS;
	++*count;
	return E_OK;
}

err_t manifest_parse(const char *text, uint64_t bytes, struct manifest_server *servers, uint32_t *count,
		     struct manifest_error *why)
{
	const char *end = text + bytes;

	*count = 0;
	*why = (struct manifest_error){0};
	while (text < end) {
		const char *stop = memchr(text, '\n', end - text);
		struct cursor line = {text, stop ? stop : end};
		err_t error;

		why->line++;
		error = line_parse(&line, servers, count, &why->text);
		if (error != E_OK)
			return error;
		text = line.end + 1;
	}
	return E_OK;
}

bool manifest_next_cap(const char **caps, char name[MANIFEST_NAME_BYTES * 2])
{
	uint32_t bytes = 0;

	while (**caps == ',')
		++*caps;
	while (**caps && **caps != ',') {
		if (bytes + 1 < MANIFEST_NAME_BYTES * 2)
			name[bytes++] = **caps;
		++*caps;
	}
	name[bytes] = 0;
	return bytes > 0;
}
