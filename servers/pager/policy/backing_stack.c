/* SPDX-License-Identifier: MIT */
/* Backing stack: anonymous pages as they are touched; the lowest page is a guard. */
#include "policy/backing.h"

static err_t stack_check(const struct area_spec *spec)
{
	if (spec->prot & PROT_BIT_EXEC)
		return E_ARGUMENT;
	return spec->bytes < 2 * PAGE_BYTES ? E_RANGE : E_OK;
}

static void stack_fault(const struct fault_request *request, struct verdict *verdict)
{
	if (request->page == request->area->start >> PAGE_SHIFT)
		verdict_deny(verdict, RULE_GUARD);
	else
		backing_fault_zero(request, verdict);
}

const struct backing_ops backing_stack = {"stack", stack_check, stack_fault, false};
