/* SPDX-License-Identifier: MIT */
/* Executes trees: one function a kind of node. What unwinds (exit, break, Ctrl-C) is asked for after each
 * step. */
#include "shell.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool run_unwinds(void)
{
	return shell.exiting || shell.interrupted || shell.returning || shell.skip_loops > 0;
}

struct expand_source run_source(void)
{
	struct expand_source source = variables_source;

	source.arguments = shell.arguments.items;
	source.argument_count = shell.arguments.count;
	return source;
}

static bool assign(const char *text, bool exported)
{
	struct expand_source source = run_source();
	size_t bytes = syntax_assignment(text);
	char *value;
	char *name = strndup(text, bytes - 1);
	expand_error error = expand_text(&source, text + bytes, &value);

	if (error == NULL) {
		if (name == NULL || !variable_set(name, value, exported))
			error = "out of memory";
		free(value);
	}
	free(name);
	if (error != NULL)
		run_fail(error);
	return error == NULL;
}

/* The first words up to @end. */
static bool assign_all(const struct word *word, const struct word *end, bool exported)
{
	for (; word != end; word = word->next)
		if (!assign(word->text, exported))
			return false;
	return true;
}

_Noreturn static void child_exec(char **argv)
{
	extern char **environ;
	char **environment = variables_environment();

	if (environment != NULL) {
		environ = environment;
		execvp(argv[0], argv);
	}
	if (errno == ENOENT && strchr(argv[0], '/') == NULL)
		shell_complain("%s: not found", argv[0]);
	else
		shell_complain("%s: %s", argv[0], strerror(errno));
	run_child_end(errno == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_RUN);
}

static int run_program(const struct node *node, const struct word *first, char **argv)
{
	pid_t pid = shell.last_command ? 0 : job_fork(0);

	if (pid < 0)
		return STATUS_NOT_RUN;
	if (pid == 0) {
		if (!redirect_all(node->redirects, NULL) || !assign_all(node->words, first, true))
			run_child_end(1);
		child_exec(argv);
	}
	return job_wait_foreground(pid);
}

int run_words(char **argv)
{
	pid_t pid = job_fork(0);

	if (pid == 0)
		child_exec(argv);
	return pid > 0 ? job_wait_foreground(pid) : STATUS_NOT_RUN;
}

/* In this process; redirections are undone, but for those of `exec`. */
static int run_builtin(const struct node *node, const struct word *first, builtin_run run,
		       const struct strings *fields)
{
	struct redirect_saved *saved = NULL;
	shell.last_command = false; /* it may run others */
	bool keep = strcmp(fields->items[0], "exec") == 0;
	int status = 1;

	fflush(stdout);
	errno = 0;
	if (redirect_all(node->redirects, keep ? NULL : &saved) && assign_all(node->words, first, false))
		status = run((int)fields->count, fields->items);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		shell_complain("%s: write error%s%s", fields->items[0], errno ? ": " : "",
			       errno ? strerror(errno) : "");
		clearerr(stdout);
		status = status == 0 ? 1 : status;
	}
	redirect_restore(saved);
	return status;
}

static int run_function(const struct node *node, const struct word *first, struct function *function,
			const struct strings *fields)
{
	struct redirect_saved *saved = NULL;
	int status = 1;

	shell.last_command = false;
	if (redirect_all(node->redirects, &saved) && assign_all(node->words, first, false))
		status = function_call(function, fields);
	fflush(stdout);
	redirect_restore(saved);
	return status;
}

/* Assignments and redirections without a command. */
static int run_nothing(const struct node *node, const struct word *first)
{
	struct redirect_saved *saved = NULL;

	shell.status = 0; /* a $( ) in a value sets it */
	bool done = redirect_all(node->redirects, &saved);
	redirect_restore(saved);
	return done && assign_all(node->words, first, false) ? shell.status : 1;
}

/* An expansion that fails ends a script, as in every shell. */
int run_fail(expand_error error)
{
	shell_complain("%s", error);
	shell.exiting = !shell.interactive;
	shell.status = STATUS_SYNTAX;
	return STATUS_SYNTAX;
}

static void trace(const struct strings *fields)
{
	if (!shell.traces || fields->count == 0)
		return;
	fflush(stdout);
	fputc('+', stderr);
	for (size_t i = 0; i < fields->count; i++)
		fprintf(stderr, " %s", fields->items[i]);
	fputc('\n', stderr);
	fflush(stderr);
}

static int run_fields(const struct node *node, const struct word *first, struct strings *fields)
{
	const char *name = fields->count > 0 ? fields->items[0] : NULL;
	struct function *function = name != NULL ? function_find(name) : NULL;
	builtin_run builtin = name != NULL ? builtin_find(name) : NULL;

	trace(fields);
	if (name == NULL)
		return run_nothing(node, first);
	if (function != NULL)
		return run_function(node, first, function, fields);
	if (builtin != NULL)
		return run_builtin(node, first, builtin, fields);
	return run_program(node, first, fields->items);
}

static int run_simple(const struct node *node)
{
	struct expand_source source = run_source();
	struct strings fields = {0};
	const struct word *first = node->words; /* behind the assignments */

	while (first != NULL && syntax_assignment(first->text) > 0)
		first = first->next;
	expand_error error = expand_words(&source, first, &fields);
	int status = STATUS_INTERRUPTED; /* by Ctrl-C in a $( ) */

	if (error != NULL)
		status = run_fail(error);
	else if (!shell.interrupted)
		status = run_fields(node, first, &fields);
	strings_free(&fields);
	return status;
}

/* Nobody types for a command in the background: its input is at its end. */
static void input_close(void)
{
	int ends[2];
	int fd = open("/dev/null", O_RDONLY);

	if (fd < 0 && pipe(ends) == 0) {
		close(ends[1]);
		fd = ends[0];
	}
	if (fd > 0) {
		dup2(fd, STDIN_FILENO);
		close(fd);
	}
}

static int run_background(const struct node *node)
{
	pid_t pid = job_fork(0);

	if (pid < 0)
		return STATUS_NOT_RUN;
	if (pid == 0) {
		input_close();
		run_child(node->left);
	}
	if (shell.interactive)
		fprintf(stderr, "[%d]\n", (int)pid);
	shell.background = pid;
	job_remember(pid);
	return 0;
}

static int run_subshell(const struct node *node)
{
	pid_t pid = job_fork(0);

	if (pid < 0)
		return STATUS_NOT_RUN;
	if (pid == 0)
		run_child(node->left);
	return job_wait_foreground(pid);
}

static int run_kind(const struct node *node)
{
	switch (node->kind) {
	case NODE_SIMPLE:
		return run_simple(node);
	case NODE_PIPE:
		return run_pipe(node);
	case NODE_BACKGROUND:
		return run_background(node);
	case NODE_SUBSHELL:
		return run_subshell(node);
	case NODE_SEQUENCE:
		run_node(node->left);
		return run_unwinds() ? shell.status : run_node(node->right);
	case NODE_GROUP:
		return run_node(node->left);
	case NODE_FUNCTION:
		return function_define(node->name, node->left, node->store);
	default:
		return run_control(node);
	}
}

/* set -e: a command that failed where nobody looks ends the shell. */
static void end_after_failure(const struct node *node)
{
	bool counts = node->kind == NODE_SIMPLE || node->kind == NODE_PIPE || node->kind == NODE_SUBSHELL;

	if (shell.ends_on_failure && counts && shell.status != 0 && shell.conditions == 0 &&
	    !shell.interactive)
		shell.exiting = true;
}

int run_node(const struct node *node)
{
	struct redirect_saved *saved = NULL;
	int status = 1;

	if (node->kind == NODE_SIMPLE || node->redirects == NULL) {
		status = run_kind(node);
	} else {
		if (redirect_all(node->redirects, &saved))
			status = run_kind(node);
		fflush(stdout);
		redirect_restore(saved);
	}
	if (!shell.exiting)
		shell.status = status;
	if (node->kind == NODE_SIMPLE && job_interrupted())
		shell.interrupted = true;
	end_after_failure(node);
	return shell.status;
}

void run_complain_syntax(const struct syntax *syntax, enum syntax_result result, const char *name,
			 size_t line)
{
	const char *before = name != NULL ? name : "", *colon = name != NULL ? ": " : "";

	if (result == SYNTAX_INCOMPLETE)
		shell_complain("%s%sunexpected end of input", before, colon);
	else if (result == SYNTAX_ERROR)
		shell_complain("%s%sline %zu, column %zu: %s", before, colon, line + syntax->line - 1,
			       syntax->column, syntax->error);
	else
		shell_complain("%s%s%s", before, colon, syntax->error);
	shell.status = STATUS_SYNTAX;
}

static size_t count_lines(const char *text, size_t bytes)
{
	size_t lines = 0;

	for (size_t i = 0; i < bytes; i++)
		lines += text[i] == '\n';
	return lines;
}

int run_text(const char *text, const char *name)
{
	enum syntax_result result = SYNTAX_DONE;
	struct syntax syntax;
	size_t line = 1;

	while (*text != 0 && result == SYNTAX_DONE && !run_unwinds()) {
		result = syntax_parse(text, &syntax);
		if (result == SYNTAX_DONE && syntax.tree != NULL)
			run_node(syntax.tree);
		else if (result != SYNTAX_DONE)
			run_complain_syntax(&syntax, result, name, line);
		line += count_lines(text, syntax.used_bytes);
		text += syntax.used_bytes;
		syntax_free(&syntax);
		job_collect();
	}
	return shell.status;
}
