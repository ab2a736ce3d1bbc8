/* SPDX-License-Identifier: MIT */
/* Executes what decides: if, loops, case, && and ||. */
#include "shell.h"
#include <stdlib.h>
#include <string.h>

/* After the body of a loop: true if the loop ends. */
static bool loop_ends(void)
{
	if (shell.skip_loops > 0) {
		shell.skip_loops--;
		if (shell.skip_loops > 0 || !shell.continuing)
			return true;
		shell.continuing = false;
	}
	return shell.exiting || shell.interrupted || shell.returning;
}

/* Its failure is an answer. */
static int run_condition(const struct node *node)
{
	shell.conditions++;
	int status = run_node(node);
	shell.conditions--;
	return status;
}

static int run_while(const struct node *node)
{
	int status = 0;

	shell.loops++;
	for (;;) {
		bool holds = (run_condition(node->left) == 0) == (node->kind == NODE_WHILE);
		if (run_unwinds()) {
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
	struct expand_source source = run_source();
	expand_error error = NULL;

	if (node->other == NULL) {
		error = expand_words(&source, node->words, list);
	} else {
		for (size_t i = 1; i < shell.arguments.count && error == NULL; i++)
			if (!strings_add(list, strdup(shell.arguments.items[i])))
				error = "out of memory";
	}
	if (error != NULL)
		run_fail(error);
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
	int condition = run_condition(node->left);

	if (run_unwinds())
		return condition;
	if (condition == 0)
		return run_node(node->right);
	return node->other != NULL ? run_node(node->other) : 0;
}

static int run_and_or(const struct node *node)
{
	int status = run_condition(node->left);

	if (run_unwinds() || (status == 0) != (node->kind == NODE_AND))
		return status;
	return run_node(node->right);
}

/* Whether one of the choice's patterns matches; *failed: an expansion did. */
static bool choice_matches(const struct node *choice, const char *value, bool *failed)
{
	struct expand_source source = run_source();
	bool matches = false;

	for (const struct word *word = choice->words; word != NULL && !matches && !*failed;
	     word = word->next) {
		expand_error error = expand_match(&source, word->text, value, &matches);
		if (error != NULL) {
			run_fail(error);
			*failed = true;
		}
	}
	return matches;
}

static int run_case(const struct node *node)
{
	struct expand_source source = run_source();
	const struct node *choice = node->other;
	bool failed = false;
	char *value;
	expand_error error = expand_text(&source, node->words->text, &value);

	if (error != NULL)
		return run_fail(error);
	while (choice != NULL && !choice_matches(choice, value, &failed) && !failed)
		choice = choice->other;
	free(value);
	if (failed)
		return 1;
	return choice != NULL && choice->left != NULL ? run_node(choice->left) : 0;
}

int run_control(const struct node *node)
{
	switch (node->kind) {
	case NODE_NOT:
		return run_condition(node->left) == 0;
	case NODE_AND:
	case NODE_OR:
		return run_and_or(node);
	case NODE_IF:
		return run_if(node);
	case NODE_WHILE:
	case NODE_UNTIL:
		return run_while(node);
	case NODE_FOR:
		return run_for(node);
	case NODE_CASE:
		return run_case(node);
	default:
		return STATUS_SYNTAX;
	}
}
