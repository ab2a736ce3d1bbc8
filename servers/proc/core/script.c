/* SPDX-License-Identifier: MIT */
/* The first line of a script. */
#include "core/script.h"
#include <string.h>

#define BLANKS " \t"

bool script_parse(char *line, char **interpreter, char **argument)
{
	char *end = strchr(line, '\n'), *at;

	if (line[0] != '#' || line[1] != '!' || (!end && strlen(line) + 1 >= SCRIPT_LINE_MAX))
		return false;
	if (end)
		*end = 0;
	for (end = line + strlen(line); end > line && strchr(" \t\r", end[-1]); end--)
		end[-1] = 0;
	at = line + 2 + strspn(line + 2, BLANKS);
	*interpreter = at;
	at += strcspn(at, BLANKS);
	if (*at)
		*at++ = 0;
	at += strspn(at, BLANKS);
	*argument = *at ? at : NULL;
	return **interpreter != 0;
}
