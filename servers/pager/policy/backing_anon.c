/* SPDX-License-Identifier: MIT */
/* Backing anon: a zero frame on the first touch, the same frame ever after. */
#include "policy/backing.h"

static err_t anon_check(const struct area_spec *spec)
{
	(void)spec;
	return E_OK;
}

void backing_fault_zero(const struct fault_request *request, struct verdict *verdict)
{
	uint64_t frame;

	if (request->frame) {
		backing_fault_private(request, verdict);
		return;
	}
	frame = backing_take_page(request, verdict);
	if (!frame)
		return;
	verdict->work = WORK_ZERO;
	verdict->work_frame = frame;
	verdict_resolve(verdict, request->page, frame, request->area->prot);
}

const struct backing_ops backing_anon = {"anon", anon_check, backing_fault_zero};
