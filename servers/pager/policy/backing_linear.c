/* SPDX-License-Identifier: MIT */
/* Backing linear: page i of the area is page number frame + i, always. Frames are not the area's to free. */
#include "policy/backing.h"

static err_t linear_check(const struct area_spec *spec)
{
	if (spec->frame == 0 || spec->frame >= ENTRY_FRAME_MAX)
		return E_RANGE;
	return spec->bytes >> PAGE_SHIFT > ENTRY_FRAME_MAX - spec->frame ? E_RANGE : E_OK;
}

static void linear_fault(const struct fault_request *request, struct verdict *verdict)
{
	uint64_t index = request->page - (request->area->start >> PAGE_SHIFT);

	verdict_resolve(verdict, request->page, request->area->frame + index, request->area->prot);
}

const struct backing_ops backing_linear = {"linear", linear_check, linear_fault};
