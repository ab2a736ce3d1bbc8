/* SPDX-License-Identifier: MIT */
/*
 * Who waits for whom. A process depends on the pagers of its areas and on its supplier, a pager on its
 * process. A process that depended on itself would wait for ever for its own answer, so no edge is added that
 * closes a circle. Fork and exec add none: nobody depends on a child or on a program that was just begun.
 */
#include "custom.h"

/* Pagers still to be looked at. */
struct search {
	struct custom *todo;
};

static void search_add(struct search *search, const struct external_pager *external)
{
	struct custom *custom = external ? custom_of(external) : NULL;

	if (!custom || custom->is_seen || !custom->process)
		return;
	custom->is_seen = true;
	custom->todo = search->todo;
	search->todo = custom;
}

static void search_add_process(struct search *search, const struct process *process)
{
	search_add(search, process->space->supplier);
	search_add(search, process->space->exec_supplier);
	for (const struct external_client *at = process->space->clients; at; at = at->next)
		search_add(search, at->pager);
}

static void search_end(void)
{
	for (struct external_pager *at = pager.policy.externals.first; at; at = at->next) {
		custom_of(at)->is_seen = false;
		custom_of(at)->todo = NULL;
	}
}

bool depend_is_loop(const struct process *process, const struct external_pager *external)
{
	struct search search = {0};
	bool found = false;

	search_add(&search, external);
	while (search.todo && !found) {
		struct custom *custom = search.todo;

		search.todo = custom->todo;
		found = custom->process == process;
		search_add_process(&search, custom->process);
	}
	search_end();
	return found;
}
