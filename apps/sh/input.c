/* SPDX-License-Identifier: MIT */
/*
 * Where commands come from: a terminal with the line editor, a stream (of which no byte is taken that a
 * command should read), a file. Lines are gathered until they make a complete command.
 */
#include "line.h"
#include "shell.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#define PROMPT_MORE "> "
#define PIECE_BYTES 512
#define COLUMNS	    80 /* if the terminal does not say */
#define ROWS	    24
#define COLUMNS_MIN 10 /* less is no window */
#define ROWS_MIN    3

static struct line line;

/* Text that is not a complete command yet. */
struct gathered {
	char *text;
	size_t bytes, room;
};

static bool gather(struct gathered *gathered, const char *text, size_t bytes)
{
	if (gathered->bytes + bytes + 1 > gathered->room) {
		size_t room = 2 * (gathered->bytes + bytes + 1);
		char *more = realloc(gathered->text, room);
		if (more == NULL) {
			shell_complain("out of memory");
			return false;
		}
		gathered->text = more;
		gathered->room = room;
	}
	for (size_t i = 0; i < bytes; i++) /* a zero has no place in text */
		if (text[i] != 0)
			gathered->text[gathered->bytes++] = text[i];
	gathered->text[gathered->bytes] = 0;
	return true;
}

/* Run what was gathered if it is complete; it is empty then. */
static void gathered_run(struct gathered *gathered)
{
	struct syntax syntax;
	enum syntax_result result =
		gathered->text != NULL ? syntax_parse(gathered->text, &syntax) : SYNTAX_DONE;

	if (gathered->text == NULL || result == SYNTAX_INCOMPLETE) {
		if (gathered->text != NULL)
			syntax_free(&syntax);
		return;
	}
	if (result != SYNTAX_DONE) {
		run_complain_syntax(&syntax, result, NULL, 1);
		shell.exiting = !shell.interactive;
	} else if (syntax.tree != NULL) {
		run_node(syntax.tree);
	}
	syntax_free(&syntax);
	gathered->bytes = 0;
	gathered->text[0] = 0;
	job_collect();
}

static void print(const char *text, size_t bytes)
{
	while (bytes > 0) {
		ssize_t done = write(STDOUT_FILENO, text, bytes);
		if (done <= 0)
			return;
		text += done;
		bytes -= (size_t)done;
	}
}

static void prompt_make(char text[LINE_PROMPT_MAX], bool gathering)
{
	char *now = gathering ? NULL : getcwd(NULL, 0);
	const char *home = variable_get("HOME");
	bool at_home = now != NULL && home != NULL && strcmp(now, home) == 0;

	if (gathering)
		snprintf(text, LINE_PROMPT_MAX, PROMPT_MORE);
	else
		snprintf(text, LINE_PROMPT_MAX, "%.250s # ", at_home ? "~" : now != NULL ? now : "?");
	for (; *text != 0; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
	free(now);
}

static struct winsize window_size(void)
{
	struct winsize size = {0};

	if (tcgetwinsize(STDIN_FILENO, &size) != 0 || size.ws_col < COLUMNS_MIN || size.ws_row < ROWS_MIN)
		size = (struct winsize){.ws_row = ROWS, .ws_col = COLUMNS};
	return size;
}

/* Bytes one by one to the editor. */
static enum line_event line_type(void)
{
	enum line_event event = LINE_GOES_ON;
	char byte;

	while (event == LINE_GOES_ON && read(STDIN_FILENO, &byte, 1) == 1) {
		struct winsize size = window_size();
		line_resize(&line, size.ws_col, size.ws_row);
		event = line_feed(&line, byte);
		if (event != LINE_COMPLETE)
			continue;
		complete_line(&line);
		event = LINE_GOES_ON;
	}
	return event == LINE_GOES_ON ? LINE_END : event;
}

/* While echo and signals are off. */
static enum line_event line_read(bool gathering)
{
	struct termios before, raw;
	char prompt[LINE_PROMPT_MAX];

	if (tcgetattr(STDIN_FILENO, &before) != 0)
		return LINE_END;
	raw = before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
	struct winsize size = window_size();
	prompt_make(prompt, gathering);
	line_begin(&line, prompt, size.ws_col, size.ws_row);
	enum line_event event = line_type();
	tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
	return event;
}

int input_interactive(void)
{
	struct gathered gathered = {0};

	line.print = print;
	job_listen();
	while (!shell.exiting) {
		shell.interrupted = false;
		shell.skip_loops = 0;
		fflush(stdout);
		enum line_event event = line_read(gathered.bytes > 0);
		if (event == LINE_END) {
			print("\n", 1);
			break;
		}
		if (event == LINE_INTERRUPTED) {
			gathered.bytes = 0;
			shell.status = STATUS_INTERRUPTED;
			continue;
		}
		if (!gather(&gathered, line.text, line.bytes) || !gather(&gathered, "\n", 1))
			break;
		gathered_run(&gathered);
		if (shell.interrupted)
			shell.status = STATUS_INTERRUPTED;
	}
	free(gathered.text);
	line_free(&line);
	if (job_count() > 0)
		fprintf(stderr, "sh: commands still run in the background; Ctrl-C ends them\n");
	return shell.status;
}

void input_history_print(void)
{
	for (size_t i = 0; i < line.history_count; i++)
		printf("%5zu  %s\n", i + 1, line.history[i]);
}

/* A command that is not whole must not run. */
static void input_broken(const char *name, struct gathered *gathered)
{
	shell_complain("%s: %s", name, strerror(errno));
	gathered->bytes = 0;
	shell.status = STATUS_NOT_RUN;
}

/* One line into @gathered without taking what is behind it; false: the end. */
static bool stream_line(int fd, struct gathered *gathered)
{
	char piece[PIECE_BYTES];
	bool seekable = lseek(fd, 0, SEEK_CUR) >= 0;
	ssize_t bytes;

	while ((bytes = read(fd, piece, seekable ? sizeof(piece) : 1)) > 0) {
		char *end = memchr(piece, '\n', (size_t)bytes);
		size_t taken = end != NULL ? (size_t)(end - piece) + 1 : (size_t)bytes;
		if (!gather(gathered, piece, taken)) {
			bytes = -1;
			break;
		}
		if (taken < (size_t)bytes)
			lseek(fd, (off_t)taken - bytes, SEEK_CUR);
		if (end != NULL)
			return true;
	}
	if (bytes < 0)
		input_broken("standard input", gathered);
	return false;
}

int input_stream(int fd)
{
	struct gathered gathered = {0};

	while (!shell.exiting && stream_line(fd, &gathered))
		gathered_run(&gathered);
	if (!shell.exiting && gathered.bytes > 0)
		run_text(gathered.text, NULL); /* the last line has no end, or is not complete */
	free(gathered.text);
	return shell.status;
}

int input_file(const char *path)
{
	struct gathered gathered = {0};
	struct stat facts;
	char piece[PIECE_BYTES];
	ssize_t bytes = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &facts) != 0 || S_ISDIR(facts.st_mode)) {
		shell_complain("%s: %s", path, strerror(fd < 0 ? errno : EISDIR));
		if (fd >= 0)
			close(fd);
		shell.status = STATUS_NOT_FOUND;
		return shell.status;
	}
	while ((bytes = read(fd, piece, sizeof(piece))) > 0 && gather(&gathered, piece, (size_t)bytes))
		;
	shell.status = 0;
	if (bytes != 0)
		input_broken(path, &gathered);
	else if (gathered.text != NULL)
		run_text(gathered.text, path);
	close(fd);
	free(gathered.text);
	return shell.status;
}
