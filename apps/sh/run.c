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

static bool unwinds(void)
{
	return shell.exiting || shell.interrupted || shell.skip_loops > 0;
}

static struct expand_source source_now(void)
{
	struct expand_source source = variables_source;

	source.arguments = shell.arguments.items;
	source.argument_count = shell.arguments.count;
	return source;
}

static bool assign(const char *text, bool exported)
{
	struct expand_source source = source_now();
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
		shell_complain("%s", error);
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
	pid_t pid = shell.last_command ? 0 : job_fork();

	if (pid < 0)
		return STATUS_NOT_RUN;
	if (pid == 0) {
		if (!redirect_all(node->redirects, NULL) || !assign_all(node->words, first, true))
			run_child_end(1);
		child_exec(argv);
	}
	job_foreground(pid);
	return job_wait(pid);
}

/* In this process; redirections are undone, but for those of `exec`. */
static int run_builtin(const struct node *node, const struct word *first, builtin_run run,
		       const struct strings *fields)
{
	struct redirect_saved *saved = NULL;
	bool keep = strcmp(fields->items[0], "exec") == 0;
	int status = 1;

	fflush(stdout);
	if (redirect_all(node->redirects, keep ? NULL : &saved) && assign_all(node->words, first, false))
		status = run((int)fields->count, fields->items);
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

static int run_simple(const struct node *node)
{
	struct expand_source source = source_now();
	struct strings fields = {0};
	const struct word *first = node->words; /* behind the assignments */
	int status;

	while (first != NULL && syntax_assignment(first->text) > 0)
		first = first->next;
	expand_error error = expand_words(&source, first, &fields);
	builtin_run builtin = fields.count > 0 ? builtin_find(fields.items[0]) : NULL;
	if (error != NULL) {
		shell_complain("%s", error);
		status = 1;
	} else if (fields.count == 0) {
		status = run_nothing(node, first);
	} else if (builtin != NULL) {
		status = run_builtin(node, first, builtin, &fields);
	} else {
		status = run_program(node, first, fields.items);
	}
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
	pid_t pid = job_fork();

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
	pid_t pid = job_fork();

	if (pid < 0)
		return STATUS_NOT_RUN;
	if (pid == 0)
		run_child(node->left);
	job_foreground(pid);
	return job_wait(pid);
}

/* After the body of a loop: true if the loop ends. */
static bool loop_ends(void)
{
	if (shell.skip_loops > 0) {
		shell.skip_loops--;
		if (shell.skip_loops > 0 || !shell.continuing)
			return true;
		shell.continuing = false;
	}
	return shell.exiting || shell.interrupted;
}

static int run_while(const struct node *node)
{
	int status = 0;

	shell.loops++;
	for (;;) {
		bool holds = (run_node(node->left) == 0) == (node->kind == NODE_WHILE);
		if (unwinds()) {
			if (loop_ends())
				break;
			continue;
		}
		if (!holds)
			break;
		status = run_node(node->right);
		if (loop_ends())
			break;
	}
	shell.loops--;
	return status;
}

static bool for_values(const struct node *node, struct strings *list)
{
	struct expand_source source = source_now();
	expand_error error = NULL;

	if (node->other == NULL) {
		error = expand_words(&source, node->words, list);
	} else {
		for (size_t i = 1; i < shell.arguments.count && error == NULL; i++)
			if (!strings_add(list, strdup(shell.arguments.items[i])))
				error = "out of memory";
	}
	if (error != NULL)
		shell_complain("%s", error);
	return error == NULL;
}

static int run_for(const struct node *node)
{
	struct strings list = {0};
	int status = 0;

	if (!for_values(node, &list)) {
		strings_free(&list);
		return 1;
	}
	shell.loops++;
	for (size_t i = 0; i < list.count; i++) {
		variable_set(node->name, list.items[i], false);
		status = run_node(node->right);
		if (loop_ends())
			break;
	}
	shell.loops--;
	strings_free(&list);
	return status;
}

static int run_if(const struct node *node)
{
	int condition = run_node(node->left);

	if (unwinds())
		return condition;
	if (condition == 0)
		return run_node(node->right);
	return node->other != NULL ? run_node(node->other) : 0;
}

static int run_and_or(const struct node *node)
{
	int status = run_node(node->left);

	if (unwinds() || (status == 0) != (node->kind == NODE_AND))
		return status;
	return run_node(node->right);
}

static int run_kind(const struct node *node)
{
	switch (node->kind) {
	case NODE_SIMPLE:
		return run_simple(node);
	case NODE_PIPE:
		return run_pipe(node);
	case NODE_NOT:
		return run_node(node->left) == 0;
	case NODE_AND:
	case NODE_OR:
		return run_and_or(node);
	case NODE_SEQUENCE:
		run_node(node->left);
		return unwinds() ? shell.status : run_node(node->right);
	case NODE_BACKGROUND:
		return run_background(node);
	case NODE_SUBSHELL:
		return run_subshell(node);
	case NODE_GROUP:
		return run_node(node->left);
	case NODE_IF:
		return run_if(node);
	case NODE_WHILE:
	case NODE_UNTIL:
		return run_while(node);
	case NODE_FOR:
		return run_for(node);
	}
	return STATUS_SYNTAX;
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
	return shell.status;
}

int run_text(const char *text, const char *name)
{
	struct syntax syntax;
	enum syntax_result result = SYNTAX_DONE;

	while (*text != 0 && result == SYNTAX_DONE && !unwinds()) {
		result = syntax_parse(text, &syntax);
		if (result == SYNTAX_DONE && syntax.tree != NULL) {
			run_node(syntax.tree);
		} else if (result != SYNTAX_DONE) {
			shell_complain("%s%s%s", name != NULL ? name : "", name != NULL ? ": " : "",
				       result == SYNTAX_INCOMPLETE ? "unexpected end of input"
								   : syntax.error);
			shell.status = STATUS_SYNTAX;
		}
		text += syntax.used_bytes;
		syntax_free(&syntax);
		job_collect();
	}
	return shell.status;
}
