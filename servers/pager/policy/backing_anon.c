/* SPDX-License-Identifier: MIT */
/*
 * Backing anon: the zero page as long as it is only read, which is everybody's and in no tree; a frame of its
 * own on the first store, the same ever after. If the space has a supplier, it is asked on the first touch.
 */
#include "policy/ahead.h"

static err_t anon_check(const struct area_spec *spec)
{
	(void)spec;
	return E_OK;
}

/* Nothing may be mapped by the answer: the frame comes by policy_give(), or as a zero page of the system's.
 */
static void anon_forward(const struct fault_request *request, struct verdict *verdict)
{
	struct external_pager *supplier = request->space->supplier;

	if (supplier->is_ended) {
		verdict_deny(verdict, RULE_PAGER_ENDED);
		return;
	}
	verdict->kind = VERDICT_FORWARD;
	verdict->forward = (struct verdict_forward){
		.pager = supplier,
		.page = request->page,
		.rights = request->area->prot,
	};
}

static bool is_of_the_system(enum page_origin origin)
{
	return origin == ORIGIN_ZERO || origin == ORIGIN_SYSTEM;
}

static inline void resolve_zero(const struct fault_request *request, uint64_t frame, struct verdict *verdict)
{
	verdict->work = WORK_ZERO;
	verdict->work_frame = frame;
	verdict->work_pages = 1;
	verdict_resolve(verdict, request->page, frame, request->area->prot);
}

static __attribute__((noinline)) void take_zero_slow(const struct fault_request *request,
						     struct verdict *verdict)
{
	uint64_t wanted = ahead_wanted(request), frame;

	if (wanted > 1) {
		ahead_take_zero(request, wanted, verdict);
		return;
	}
	frame = backing_take_page(request, verdict);
	if (frame)
		resolve_zero(request, frame, verdict);
}

void backing_take_zero(const struct fault_request *request, struct verdict *verdict)
{
	const struct fault_request asked = *request; /* stays in registers, whatever is stored */
	uint64_t frame;

	if (__builtin_expect(ahead_is_next(request) || !backing_take_is_quick(request), 0)) {
		take_zero_slow(request, verdict);
		return;
	}
	frame = backing_take_quick(&asked);
	ahead_begin_anew(&asked);
	resolve_zero(&asked, frame, verdict);
}

/* Nothing was written there yet, nor is it to be now. */
static bool shows_zero_page(const struct fault_request *request)
{
	return !(request->access & ACCESS_WRITE) && request->space->policy->zero_frame &&
	       !is_of_the_system(request->origin);
}

void backing_fault_zero(const struct fault_request *request, struct verdict *verdict)
{
	if (request->frame) {
		backing_fault_private(request, verdict);
		return;
	}
	if (__builtin_expect(request->space->supplier != NULL, 0) && !is_of_the_system(request->origin)) {
		anon_forward(request, verdict);
		return;
	}
	if (shows_zero_page(request)) {
		verdict_resolve(verdict, request->page, request->space->policy->zero_frame,
				request->area->prot & ~(uint32_t)PROT_BIT_WRITE);
		return;
	}
	backing_take_zero(request, verdict);
}

const struct backing_ops backing_anon = {"anon", anon_check, backing_fault_zero};
