/* SPDX-License-Identifier: MIT */
/* SUPPLIER: who supplies a process's anonymous pages. */
#include "custom.h"

#define SUPPLIER_AT_EXEC 1u

static err_t supplier_find(const struct message *in, struct external_pager **external)
{
	char name[CUSTOM_NAME_MAX + 1];
	err_t error = custom_read_name(in, name);
	struct custom *custom;

	*external = NULL;
	if (error || !name[0])
		return error;
	custom = custom_find_name(name);
	if (!custom)
		return E_NO_ENTRY;
	*external = custom->external;
	return E_OK;
}

err_t request_supplier(struct process *caller, const struct message *in, struct answer *out)
{
	bool at_exec = in->w[0] & SUPPLIER_AT_EXEC;
	struct external_pager *external;
	err_t error = supplier_find(in, &external);

	(void)out;
	if (in->w[0] & ~(uint64_t)SUPPLIER_AT_EXEC)
		error = E_ARGUMENT;
	if (!error && external && depend_is_loop(caller, external))
		error = E_LOOP;
	if (error)
		return error;
	if (!at_exec) /* what was asked of the old one is asked of the new one */
		forwards_recall(caller, 0, USER_END);
	error = external_supplier_set(caller->space, external, at_exec);
	customs_settle(caller);
	return error;
}
