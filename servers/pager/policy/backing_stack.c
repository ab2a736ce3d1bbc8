/* SPDX-License-Identifier: MIT */
/*
 * Backing stack: anonymous pages as they are touched, no more than the space's limit; the lowest page is
 * a guard.
 */
#include "policy/backing.h"

static err_t stack_check(const struct area_spec *spec)
{
	if (spec->prot & PROT_BIT_EXEC)
		return E_ARGUMENT;
	return spec->bytes < 2 * PAGE_BYTES ? E_RANGE : E_OK;
}

static void stack_fault(const struct fault_request *request, struct verdict *verdict)
{
	vaddr_t address = request->page << PAGE_SHIFT;

	if (address == request->area->start ||
	    request->area->end - address > request->space->limit_bytes[LIMIT_STACK])
		verdict_deny(verdict, RULE_GUARD);
	else
		backing_fault_zero(request, verdict);
}

const struct backing_ops backing_stack = {"stack", stack_check, stack_fault};
