/* SPDX-License-Identifier: MIT */
/*
 * Streams over read() and write(): stdin, stdout, stderr, fopen, fdopen, fflush. All open ones are in a list,
 * so that exit() and fflush(NULL) reach them. stdout is line buffered as long as it goes to a character
 * device, fully buffered otherwise: found out at its first write. stderr is line buffered, so that a message
 * is one write. picolibc does the formatting and the buffering.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio-bufio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INPUT_BYTES  1024
#define OUTPUT_BYTES 1024
#define ERROR_BYTES  256
#define FILE_BYTES   1024

/* A FILE is the beginning of one of these. */
struct stream {
	struct __file_bufio file;
	struct stream *next;
	bool from_heap; /* its buffer lies behind it */
};

static char input_buffer[INPUT_BYTES];
static char output_buffer[OUTPUT_BYTES];
static char error_buffer[ERROR_BYTES];

static ssize_t input_read(int fd, void *to, size_t bytes);
static ssize_t output_write(int fd, const void *data, size_t bytes);
static int stream_close(FILE *file);

#define STREAM(number, room, room_bytes, writer, direction, flags)                                     \
	{                                                                                              \
		.file = {                                                                              \
			.xfile = FDEV_SETUP_EXT(__bufio_put, __bufio_get, __bufio_flush, stream_close, \
						__bufio_seek, __bufio_setvbuf, (direction) | __SBUF),  \
			.fd = (number),                                                                \
			.bflags = (flags),                                                             \
			.buf = (room),                                                                 \
			.size = (room_bytes),                                                          \
			.read = input_read,                                                            \
			.write = (writer),                                                             \
			.lseek = lseek,                                                                \
			.close = close,                                                                \
		}                                                                                      \
	}

static struct stream error_stream = STREAM(STDERR_FILENO, error_buffer, ERROR_BYTES, write, __SWR, __BLBF);
static struct stream output_stream =
	STREAM(STDOUT_FILENO, output_buffer, OUTPUT_BYTES, output_write, __SWR, __BLBF);
static struct stream input_stream = STREAM(STDIN_FILENO, input_buffer, INPUT_BYTES, write, __SRD, 0);

/* Those from the heap first. */
static struct stream *open_streams;

FILE *const stdin = &input_stream.file.xfile.cfile.file;
FILE *const stdout = &output_stream.file.xfile.cfile.file;
FILE *const stderr = &error_stream.file.xfile.cfile.file;

/* The first write decides about lines. One that fails is remembered for ferror(), which picolibc does not. */
static ssize_t output_write(int fd, const void *data, size_t bytes)
{
	static bool decided;
	int reason = errno;
	struct stat facts;

	if (!decided && (fstat(fd, &facts) != 0 || !S_ISCHR(facts.st_mode)))
		output_stream.file.bflags &= (uint8_t)~__BLBF;
	decided = true;
	errno = reason;
	ssize_t done = write(fd, data, bytes);
	if (done < 0)
		stdout->flags |= __SERR;
	return done;
}

/* picolibc takes an error for the end of the file: ferror() is to tell them apart. */
static ssize_t input_read(int fd, void *to, size_t bytes)
{
	ssize_t done = read(fd, to, bytes);

	if (done >= 0)
		return done;
	if (input_stream.file.fd == fd)
		stdin->flags |= __SERR;
	for (struct stream *stream = open_streams; stream != NULL; stream = stream->next)
		if (stream->file.fd == fd)
			stream->file.xfile.cfile.file.flags |= __SERR;
	return done;
}

/* Direction bits and open() flags of a mode like "r+"; false: no such mode. */
static bool mode_parse(const char *mode, uint8_t *direction, int *flags)
{
	bool plus = strchr(mode, '+') != NULL;

	switch (mode[0]) {
	case 'r':
		*flags = 0;
		break;
	case 'w':
		*flags = O_CREAT | O_TRUNC;
		break;
	case 'a':
		*flags = O_CREAT | O_APPEND;
		break;
	default:
		return false;
	}
	*direction = plus ? __SRD | __SWR : mode[0] == 'r' ? __SRD : __SWR;
	*flags |= plus ? O_RDWR : mode[0] == 'r' ? O_RDONLY : O_WRONLY;
	*flags |= strchr(mode, 'x') != NULL ? O_EXCL : 0;
	*flags |= strchr(mode, 'e') != NULL ? O_CLOEXEC : 0;
	return true;
}

static FILE *stream_make(int fd, uint8_t direction)
{
	struct stream *stream = malloc(sizeof(*stream) + FILE_BYTES);

	if (stream == NULL)
		return NULL;
	*stream = (struct stream)STREAM(fd, (char *)(stream + 1), FILE_BYTES, write, direction, 0);
	__bufio_lock_init((FILE *)stream);
	stream->from_heap = true;
	stream->next = open_streams;
	open_streams = stream;
	return &stream->file.xfile.cfile.file;
}

FILE *fdopen(int fd, const char *mode)
{
	uint8_t direction;
	int flags;

	if (!mode_parse(mode, &direction, &flags)) {
		errno = EINVAL;
		return NULL;
	}
	return stream_make(fd, direction);
}

FILE *fopen(const char *path, const char *mode)
{
	uint8_t direction;
	int flags;

	if (!mode_parse(mode, &direction, &flags)) {
		errno = EINVAL;
		return NULL;
	}
	int fd = open(path, flags, 0666);
	if (fd < 0)
		return NULL;
	FILE *file = stream_make(fd, direction);
	if (file == NULL)
		close(fd);
	return file;
}

/* What fclose() calls. */
static int stream_close(FILE *file)
{
	struct stream *stream = (struct stream *)file;
	int result = __bufio_flush(file);

	for (struct stream **link = &open_streams; *link != NULL; link = &(*link)->next) {
		if (*link == stream) {
			*link = stream->next;
			break;
		}
	}
	if (stream->file.bflags & __BALL)
		free(stream->file.buf);
	if (close(stream->file.fd) != 0)
		result = EOF;
	if (stream->from_heap) {
		__bufio_lock_close(file);
		free(stream);
	} else {
		*stream = (struct stream){.file.fd = -1};
	}
	return result;
}

static int streams_flush_all(void)
{
	int result = fflush(stdout);

	for (struct stream *stream = open_streams; stream != NULL; stream = stream->next)
		if (stream->file.dir == __SWR && fflush(&stream->file.xfile.cfile.file) != 0)
			result = EOF;
	if (fflush(stderr) != 0)
		result = EOF;
	return result;
}

int fflush(FILE *file)
{
	if (file == NULL)
		return streams_flush_all();
	return file->flush != NULL ? file->flush(file) : 0;
}

__attribute__((destructor(101))) static void streams_flush(void)
{
	streams_flush_all();
}
