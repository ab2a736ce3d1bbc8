/* SPDX-License-Identifier: MIT */
/*
 * stdin, stdout, stderr over read() and write(). stdout is line buffered as long as it goes to a character
 * device, fully buffered otherwise: found out at its first write. stderr is line buffered, so that a
 * message is one write. Both are flushed by exit().
 */
#include <errno.h>
#include <stdio-bufio.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define INPUT_BYTES  1024
#define OUTPUT_BYTES 1024
#define ERROR_BYTES  256

static char input_buffer[INPUT_BYTES];
static char output_buffer[OUTPUT_BYTES];
static char error_buffer[ERROR_BYTES];

static ssize_t output_write(int fd, const void *data, size_t bytes);

static struct __file_bufio input_file =
	FDEV_SETUP_BUFIO(STDIN_FILENO, input_buffer, INPUT_BYTES, read, write, lseek, close, __SRD, 0);
static struct __file_bufio output_file = FDEV_SETUP_BUFIO(STDOUT_FILENO, output_buffer, OUTPUT_BYTES, read,
							  output_write, lseek, close, __SWR, __BLBF);
static struct __file_bufio error_file =
	FDEV_SETUP_BUFIO(STDERR_FILENO, error_buffer, ERROR_BYTES, read, write, lseek, close, __SWR, __BLBF);

FILE *const stdin = &input_file.xfile.cfile.file;
FILE *const stdout = &output_file.xfile.cfile.file;
FILE *const stderr = &error_file.xfile.cfile.file;

static ssize_t output_write(int fd, const void *data, size_t bytes)
{
	int reason = errno;

	output_file.write = write;
	if (!isatty(fd))
		output_file.bflags &= (uint8_t)~__BLBF;
	errno = reason;
	return write(fd, data, bytes);
}

__attribute__((destructor(101))) static void streams_flush(void)
{
	fflush(stdout);
	fflush(stderr);
}
