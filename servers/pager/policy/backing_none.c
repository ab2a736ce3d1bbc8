/* SPDX-License-Identifier: MIT */
/* Backing none: a guard. Every fault is refused. */
#include "policy/backing.h"

static err_t none_check(const struct area_spec *spec)
{
	return spec->prot ? E_ARGUMENT : E_OK;
}

static void none_fault(const struct fault_request *request, struct verdict *verdict)
{
	(void)request;
	verdict_deny(verdict, RULE_GUARD);
}

const struct backing_ops backing_none = {"none", none_check, none_fault};
