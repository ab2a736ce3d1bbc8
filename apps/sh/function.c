/* SPDX-License-Identifier: MIT */
/*
 * Functions: a list by name. A function lives as long as it is defined or runs: it may define itself anew.
 * `local` keeps the old value of a variable in the frame of the call.
 */
#include "shell.h"
#include <stdlib.h>
#include <string.h>

#define CALLS_MAX 200 /* deep, so that the stack suffices */

struct function {
	struct function *next;
	unsigned holders;
	const struct node *body;
	struct syntax_store *store;
	char name[];
};

struct kept {
	struct kept *next;
	char *value; /* NULL: it was not set */
	char name[];
};

static struct function *functions;
static struct kept **frame; /* of the running call */

static void function_drop(struct function *function)
{
	if (--function->holders > 0)
		return;
	syntax_drop(function->store);
	free(function);
}

struct function *function_find(const char *name)
{
	struct function *function = functions;

	while (function != NULL && strcmp(function->name, name) != 0)
		function = function->next;
	return function;
}

void function_forget(const char *name)
{
	for (struct function **link = &functions; *link != NULL; link = &(*link)->next) {
		struct function *function = *link;
		if (strcmp(function->name, name) != 0)
			continue;
		*link = function->next;
		function_drop(function);
		return;
	}
}

int function_define(const char *name, const struct node *body, struct syntax_store *store)
{
	struct function *function = malloc(sizeof(*function) + strlen(name) + 1);

	if (function == NULL) {
		shell_complain("out of memory");
		return 1;
	}
	function_forget(name);
	syntax_hold(store);
	*function = (struct function){.next = functions, .holders = 1, .body = body, .store = store};
	strcpy(function->name, name);
	functions = function;
	return 0;
}

bool function_make_local(const char *name)
{
	const char *value = variable_get(name);

	if (frame == NULL)
		return false;
	struct kept *kept = malloc(sizeof(*kept) + strlen(name) + 1);
	if (kept == NULL)
		return false;
	*kept = (struct kept){.next = *frame, .value = value != NULL ? strdup(value) : NULL};
	strcpy(kept->name, name);
	*frame = kept;
	return true;
}

static void frame_restore(struct kept *kept)
{
	while (kept != NULL) {
		struct kept *next = kept->next;
		if (kept->value != NULL)
			variable_set(kept->name, kept->value, false);
		else
			variable_unset(kept->name);
		free(kept->value);
		free(kept);
		kept = next;
	}
}

static bool arguments_copy(const struct strings *words, struct strings *list)
{
	bool done = strings_add(list, strdup(shell.arguments.items[0]));

	for (size_t i = 1; i < words->count && done; i++)
		done = strings_add(list, strdup(words->items[i]));
	return done;
}

int function_call(struct function *function, const struct strings *words)
{
	struct strings arguments = {0}, before = shell.arguments;
	struct kept *kept = NULL, **frame_before = frame;
	int loops = shell.loops;

	if (shell.calls >= CALLS_MAX || !arguments_copy(words, &arguments)) {
		strings_free(&arguments);
		shell_complain("%s: %s", function->name,
			       shell.calls >= CALLS_MAX ? "calls are too deep" : "out of memory");
		return 1;
	}
	function->holders++;
	shell.arguments = arguments;
	shell.calls++;
	shell.loops = 0;
	frame = &kept;
	int status = run_node(function->body);
	frame_restore(kept);
	frame = frame_before;
	shell.loops = loops;
	shell.calls--;
	strings_free(&shell.arguments);
	shell.arguments = before;
	if (shell.returning)
		status = shell.status;
	shell.returning = false;
	function_drop(function);
	return status;
}
