/* SPDX-License-Identifier: MIT */
/*
 * Touches from a file, a line each. Numbers as in C; what follows # is a comment.
 *
 *   process PID                      whose the following lines are; 2 at first
 *   load NAME OFFSET [BYTE]          of an object, shared; BYTE is what must be there
 *   store NAME OFFSET BYTE           of an object that may be written
 *   touch ADDRESS [BYTE]             anonymous memory; BYTE is what must be there
 *   release                          the process gives up its anonymous memory
 *   ... fails                        behind load, store, touch: the page must not be had
 */
#include "pager/host/simulation.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORDS_MAX 5
#define BLANKS	  " \t\r\n"

static FILE *file;
static const char *file_name;
static unsigned line_number;
static uint32_t process = 2;

bool sim_script_open(const char *path)
{
	file_name = path;
	file = fopen(path, "r");
	if (file == NULL)
		fprintf(stderr, "pager_bench: %s: %s\n", path, strerror(errno));
	return file != NULL;
}

_Noreturn static void wrong(const char *what, const char *word)
{
	fprintf(stderr, "%s:%u: %s: %s\n", file_name, line_number, word, what);
	_exit(2);
}

static uint64_t number(const char *word, uint64_t bound)
{
	char *end;
	uint64_t value = strtoull(word, &end, 0);

	if (*word < '0' || *word > '9' || *end != 0 || value >= bound)
		wrong("no number, or too large", word);
	return value;
}

/* The words of the line before a comment; their number. */
static unsigned split(char *line, char *words[WORDS_MAX + 1])
{
	unsigned count = 0;

	line[strcspn(line, "#")] = 0;
	for (char *word = strtok(line, BLANKS); word != NULL; word = strtok(NULL, BLANKS)) {
		if (count == WORDS_MAX)
			wrong("too many words", word);
		words[count++] = word;
	}
	return count;
}

static void read_object(struct sim_touch *touch, char *words[], unsigned count)
{
	if (count < 3 || count > 4 || (touch->store && count != 4))
		wrong("wants NAME OFFSET BYTE", words[0]);
	touch->object = sim_object_find(words[1]);
	if (touch->object == 0)
		wrong("no such object", words[1]);
	const struct sim_object *object = &sim.object[touch->object];
	if (touch->store && !object->writable)
		wrong("may not be written", words[1]);
	uint64_t offset = number(words[2], object->pages * PAGE_BYTES);
	touch->page = offset / PAGE_BYTES;
	touch->offset = offset % PAGE_BYTES;
	touch->window_count = object->pages;
	touch->shared = true;
	if (count == 4)
		touch->byte = (uint16_t)number(words[3], SIM_BYTE_ANY);
}

static void read_anonymous(struct sim_touch *touch, char *words[], unsigned count)
{
	if (count < 2 || count > 3)
		wrong("wants ADDRESS [BYTE]", words[0]);
	uint64_t address = number(words[1], USER_END);
	touch->page = address / PAGE_BYTES;
	touch->offset = address % PAGE_BYTES;
	touch->window_first = touch->page;
	touch->window_count = USER_END / PAGE_BYTES - touch->page;
	if (count == 3)
		touch->byte = (uint16_t)number(words[2], SIM_BYTE_ANY);
}

/* False: a line that touches nothing. */
static bool read_line(struct sim_touch *touch, char *words[], unsigned count)
{
	touch->fails = strcmp(words[count - 1], "fails") == 0;
	count -= touch->fails;
	touch->store = count > 0 && strcmp(words[0], "store") == 0;
	if (count == 2 && strcmp(words[0], "process") == 0) {
		process = (uint32_t)number(words[1], CUSTOM_PID_MAX);
		return false;
	}
	if (count == 1 && strcmp(words[0], "release") == 0) {
		sim_book_release(process);
		return false;
	}
	if (touch->store || (count > 0 && strcmp(words[0], "load") == 0))
		read_object(touch, words, count);
	else if (count > 0 && strcmp(words[0], "touch") == 0)
		read_anonymous(touch, words, count);
	else
		wrong("wants process, load, store, touch or release", words[0]);
	return true;
}

bool sim_script(struct sim_touch *touch)
{
	static char line[256];
	char *words[WORDS_MAX + 1];

	while (fgets(line, sizeof(line), file) != NULL) {
		line_number++;
		unsigned count = split(line, words);
		*touch = (struct sim_touch){.process = process, .byte = SIM_BYTE_ANY};
		if (count > 0 && read_line(touch, words, count))
			return true;
	}
	return false;
}
