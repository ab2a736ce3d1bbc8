/* SPDX-License-Identifier: MIT */
/*
 * The environment: getenv, setenv, unsetenv, putenv, clearenv. The array is ours from its first change on;
 * strings that setenv() made stay when they are replaced, since somebody may have asked for them.
 * What putenv() was given belongs to the program, which may change it (picolibc's copies it).
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char **environ;

static char **own; /* the array from malloc that environ was set to; a program may set another */
static size_t room;

/* Where the string of this name stands, or the NULL at the end. */
static char **find(const char *name, size_t bytes)
{
	char **at = environ;

	for (; *at != NULL; at++)
		if (strncmp(*at, name, bytes) == 0 && (*at)[bytes] == '=')
			break;
	return at;
}

static bool name_is_good(const char *name)
{
	return name != NULL && *name != 0 && strchr(name, '=') == NULL;
}

static int bad_name(void)
{
	errno = EINVAL;
	return -1;
}

char *getenv(const char *name)
{
	size_t bytes = strlen(name);

	if (environ == NULL || !name_is_good(name))
		return NULL;
	char **at = find(name, bytes);
	return *at != NULL ? *at + bytes + 1 : NULL;
}

/* Make room for one string more and the NULL behind it. */
static int array_grow(void)
{
	size_t count = 0;

	while (environ != NULL && environ[count] != NULL)
		count++;
	if (environ == own && own != NULL && count + 2 <= room)
		return 0;
	size_t wanted = 2 * (count + 8);
	char **new = malloc(wanted * sizeof(*new));
	if (new == NULL)
		return -1;
	if (count > 0)
		memcpy(new, environ, count * sizeof(*new));
	new[count] = NULL;
	if (environ == own)
		free(own);
	environ = own = new;
	room = wanted;
	return 0;
}

/* @text: name=value; it becomes part of the environment. */
static int array_put(char *text, size_t name_bytes)
{
	if (array_grow() != 0)
		return -1;
	char **at = find(text, name_bytes);
	if (*at == NULL)
		at[1] = NULL;
	*at = text;
	return 0;
}

int setenv(const char *name, const char *value, int replace)
{
	if (!name_is_good(name))
		return bad_name();
	if (!replace && getenv(name) != NULL)
		return 0;
	size_t name_bytes = strlen(name), value_bytes = strlen(value);
	char *text = malloc(name_bytes + value_bytes + 2);
	if (text == NULL)
		return -1;
	memcpy(text, name, name_bytes);
	text[name_bytes] = '=';
	memcpy(text + name_bytes + 1, value, value_bytes + 1);
	if (array_put(text, name_bytes) != 0) {
		free(text);
		return -1;
	}
	return 0;
}

int unsetenv(const char *name)
{
	if (!name_is_good(name))
		return bad_name();
	if (environ == NULL)
		return 0;
	size_t bytes = strlen(name);
	for (char **at = find(name, bytes); *at != NULL; at = find(name, bytes))
		for (char **next = at; *next != NULL; next++)
			next[0] = next[1];
	return 0;
}

int putenv(char *text)
{
	size_t bytes = strcspn(text, "=");

	if (bytes == 0)
		return bad_name();
	return text[bytes] == '=' ? array_put(text, bytes) : unsetenv(text);
}

int clearenv(void)
{
	environ = NULL;
	return 0;
}
