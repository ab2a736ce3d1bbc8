/* SPDX-License-Identifier: MIT */
/* The history of the line editor: older lines one by one, and Ctrl-R, which looks for one that contains a
 * text. */
#include "line_parts.h"
#include <stdio.h>
#include <stdlib.h>

#define DELETE 0x7f

void line_remember(struct line *line, const char *text)
{
	size_t count = line->history_count;

	if (*text == 0 || (count > 0 && strcmp(line->history[count - 1], text) == 0))
		return;
	char *copy = strdup(text);
	if (copy == NULL)
		return;
	if (count == LINE_HISTORY_MAX) {
		free(line->history[0]);
		memmove(line->history, line->history + 1, (count - 1) * sizeof(*line->history));
		count--;
	}
	line->history[count] = copy;
	line->history_count = count + 1;
	line->history_at = line->history_count;
}

/* The line that is being typed stays while others are shown. */
static bool keep_typed(struct line *line)
{
	char *copy = line->history_at == line->history_count ? strdup(line->text) : NULL;

	if (copy != NULL) {
		free(line->kept);
		line->kept = copy;
	}
	return line->kept != NULL;
}

void line_history_show(struct line *line, size_t at)
{
	if (at > line->history_count || at == line->history_at || !keep_typed(line))
		return;
	line->history_at = at;
	line_replace(line, at == line->history_count ? line->kept : line->history[at]);
}

static void search_draw(struct line *line, const char *found)
{
	snprintf(line->prompt, sizeof(line->prompt), "%s `%s': ", found != NULL ? "search" : "not found",
		 line->search);
	line_replace(line, found != NULL ? found : line->text);
}

/* The newest line before number @end that contains the text. */
static void search_from(struct line *line, size_t end)
{
	while (end > 0 && strstr(line->history[end - 1], line->search) == NULL)
		end--;
	if (end > 0)
		line->history_at = end - 1;
	search_draw(line, end > 0 ? line->history[end - 1] : NULL);
}

void line_search_begin(struct line *line)
{
	if (!keep_typed(line))
		return;
	line->searching = true;
	line->search[0] = 0;
	memcpy(line->search_prompt, line->prompt, sizeof(line->prompt));
	search_draw(line, line->text);
}

static void search_end(struct line *line)
{
	line->searching = false;
	memcpy(line->prompt, line->search_prompt, sizeof(line->prompt));
	line_draw(line);
}

/* The character that was gathered, @more bytes, goes behind the text; the line that is shown may still fit.
 */
static void search_longer(struct line *line, size_t bytes, size_t more)
{
	if (more == 0 || bytes + more > LINE_SEARCH_MAX)
		return;
	memcpy(line->search + bytes, line->character, more);
	line->search[bytes + more] = 0;
	search_from(line,
		    line->history_at < line->history_count ? line->history_at + 1 : line->history_count);
}

bool line_search_key(struct line *line, char byte)
{
	size_t bytes = strlen(line->search);

	if (byte == LINE_CONTROL('R')) {
		search_from(line, line->history_at);
	} else if (byte == LINE_CONTROL('H') || byte == DELETE) {
		while (bytes > 0 && line_continues(line->search[--bytes]))
			;
		line->search[bytes] = 0;
		search_from(line, line->history_count);
	} else if ((unsigned char)byte >= ' ') {
		search_longer(line, bytes, line_gather(line, byte));
	} else {
		if (byte == LINE_CONTROL('G')) {
			line->history_at = line->history_count;
			line_replace(line, line->kept);
		}
		search_end(line);
		return byte == LINE_CONTROL('G');
	}
	return true;
}

void line_free(struct line *line)
{
	for (size_t i = 0; i < line->history_count; i++)
		free(line->history[i]);
	free(line->kept);
	free(line->killed);
	line->kept = line->killed = NULL;
	line->history_count = line->history_at = 0;
}
