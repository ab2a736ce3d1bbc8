/* SPDX-License-Identifier: MIT */
/*
 * open_memstream(): a stream that is written into memory. *text and *bytes hold after fflush() and fclose();
 * a zero that is not counted stands behind the text. The text is the caller's to free.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define BYTES_FIRST 128

struct memory_stream {
	struct __file_ext file; /* first: a FILE is the beginning of it */
	char *text;
	size_t at, end, room; /* written up to end, the next byte goes to at */
	char **out_text;
	size_t *out_bytes;
};

static int memory_show(FILE *file)
{
	struct memory_stream *stream = (struct memory_stream *)file;

	*stream->out_text = stream->text;
	*stream->out_bytes = stream->at < stream->end ? stream->at : stream->end;
	return 0;
}

/* Room for @bytes and a zero; what is new is zero, so that a seek past the end leaves no gap. */
static int memory_grow(struct memory_stream *stream, size_t bytes)
{
	size_t room = stream->room;

	if (bytes < room)
		return 0;
	while (room <= bytes)
		room = room < BYTES_FIRST ? BYTES_FIRST : 2 * room;
	char *more = realloc(stream->text, room);
	if (more == NULL)
		return EOF;
	for (size_t i = stream->room; i < room; i++)
		more[i] = 0;
	stream->text = more;
	stream->room = room;
	return 0;
}

static int memory_put(char byte, FILE *file)
{
	struct memory_stream *stream = (struct memory_stream *)file;

	if (memory_grow(stream, stream->at + 1) != 0)
		return EOF;
	stream->text[stream->at++] = byte;
	if (stream->at > stream->end)
		stream->end = stream->at;
	return (unsigned char)byte;
}

static off_t memory_seek(FILE *file, off_t offset, int whence)
{
	struct memory_stream *stream = (struct memory_stream *)file;
	size_t base = whence == SEEK_CUR ? stream->at : whence == SEEK_END ? stream->end : 0;
	off_t target;

	if (__builtin_add_overflow((off_t)base, offset, &target) || target < 0) {
		errno = EINVAL;
		return -1;
	}
	stream->at = (size_t)target;
	return target;
}

static int memory_close(FILE *file)
{
	memory_show(file);
	free(file);
	return 0;
}

static int memory_buffer(FILE *file, char *buffer, int mode, size_t bytes)
{
	(void)file, (void)buffer, (void)mode, (void)bytes;
	return 0;
}

FILE *open_memstream(char **text, size_t *bytes)
{
	if (text == NULL || bytes == NULL) {
		errno = EINVAL;
		return NULL;
	}
	struct memory_stream *stream = malloc(sizeof(*stream));
	if (stream == NULL)
		return NULL;
	*stream = (struct memory_stream){
		.file = FDEV_SETUP_EXT(memory_put, NULL, memory_show, memory_close, memory_seek,
				       memory_buffer, __SWR),
		.out_text = text,
		.out_bytes = bytes,
	};
	if (memory_grow(stream, 0) != 0) {
		free(stream);
		return NULL;
	}
	memory_show(&stream->file.cfile.file);
	return &stream->file.cfile.file;
}
