/* SPDX-License-Identifier: MIT */
/* What picolibc's stdio lacks: getline, getdelim, dprintf, vdprintf, fgetpos, fsetpos; and fgets, whose own
 * loses a last line without an end. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LINE_BYTES_FIRST 120

ssize_t getdelim(char **restrict line, size_t *restrict room, int delimiter, FILE *restrict file)
{
	size_t used = 0;
	int c;

	if (line == NULL || room == NULL) {
		errno = EINVAL;
		return -1;
	}
	if (*line == NULL)
		*room = 0;
	do {
		c = getc(file);
		if (c == EOF && (used == 0 || ferror(file)))
			return -1;
		if (used + 2 > *room) {
			size_t wanted = *room < LINE_BYTES_FIRST ? LINE_BYTES_FIRST : 2 * *room;
			char *more = realloc(*line, wanted);
			if (more == NULL)
				return -1;
			*line = more;
			*room = wanted;
		}
		if (c != EOF)
			(*line)[used++] = (char)c;
	} while (c != EOF && c != delimiter);
	(*line)[used] = 0;
	return (ssize_t)used;
}

ssize_t getline(char **restrict line, size_t *restrict room, FILE *restrict file)
{
	return getdelim(line, room, '\n', file);
}

char *fgets(char *restrict line, int room, FILE *restrict file)
{
	int used = 0, c = 0;

	while (used + 1 < room && c != '\n' && (c = getc(file)) != EOF)
		line[used++] = (char)c;
	if (room <= 0 || (c == EOF && (used == 0 || ferror(file))))
		return NULL;
	line[used] = 0;
	return line;
}

int vdprintf(int fd, const char *restrict format, va_list arguments)
{
	char *text;
	int bytes = vasprintf(&text, format, arguments);
	int done = 0;

	if (bytes < 0)
		return -1;
	while (done < bytes) {
		ssize_t moved = write(fd, text + done, (size_t)(bytes - done));
		if (moved <= 0)
			break;
		done += (int)moved;
	}
	free(text);
	return done < bytes ? -1 : bytes;
}

int dprintf(int fd, const char *restrict format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	int bytes = vdprintf(fd, format, arguments);
	va_end(arguments);
	return bytes;
}

int fgetpos(FILE *restrict file, fpos_t *restrict place)
{
	*place = ftello(file);
	return *place < 0 ? -1 : 0;
}

int fsetpos(FILE *file, fpos_t *place)
{
	return fseeko(file, *place, SEEK_SET);
}
