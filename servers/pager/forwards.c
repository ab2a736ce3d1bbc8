/* SPDX-License-Identifier: MIT */
/*
 * Forwarded faults. A thread whose fault was forwarded has a record, which keeps the Reply that recalls it:
 *
 *   fault -> record found by thread, or made -> forward_wait: the kernel puts the thread's Reply in the
 *   record's slot (a stale one that is there goes) and queues the thread at the custom pager's endpoint
 *
 *   answered: nobody tells us. The next fault of the thread uses the record again; the clock drops it if
 *   there is none.
 */
#include "custom.h"
#include <pagoda/log.h>
#include <pagoda/syscall.h>

static struct nodes forward_nodes;
static struct forward *first_forward;
static struct forward *last_sent; /* for the case that the kernel refuses; it is the newest message's */

void forwards_open(void)
{
	nodes_init(&forward_nodes, &pager.policy.frames, sizeof(struct forward));
}

struct forward *forwards_first(void)
{
	return first_forward;
}

/*
 * What a thread asks for: page, access, and whether an entry was there. Two forwards in a row with the same
 * key: the first answer brought nothing. A key is never 0.
 */
static uint64_t forward_key(const struct message *m)
{
	uint64_t present = FAULT_INFO_FLAGS(m->w[2]) & FAULT_PRESENT;

	return (m->w[0] & ~(PAGE_BYTES - 1)) | present << 4 | FAULT_INFO_ACCESS(m->w[2]);
}

void forward_answered(const struct process *process, uint32_t thread)
{
	struct forward *forward = forward_find(process, thread);

	if (forward)
		forward->state = FORWARD_IDLE;
}

struct forward *forward_find(const struct process *process, uint32_t thread)
{
	struct forward *forward = process->forwards;

	while (forward && forward->thread != thread)
		forward = forward->next_of_process;
	return forward;
}

static struct forward *forward_make(struct process *process, uint32_t thread)
{
	struct forward *forward = nodes_take(&forward_nodes);

	if (!forward)
		return NULL;
	forward->reply = slot_take();
	if (!forward->reply) {
		nodes_give(&forward_nodes, forward);
		return NULL;
	}
	forward->process = process;
	forward->thread = thread;
	forward->next_of_process = process->forwards;
	process->forwards = forward;
	forward->next = first_forward;
	if (first_forward)
		first_forward->prev = forward;
	first_forward = forward;
	return forward;
}

void forward_drop(struct forward *forward)
{
	struct forward **link = &forward->process->forwards;

	while (*link != forward)
		link = &(*link)->next_of_process;
	*link = forward->next_of_process;
	if (forward->next)
		forward->next->prev = forward->prev;
	if (forward->prev)
		forward->prev->next = forward->next;
	else
		first_forward = forward->next;
	slot_clear(forward->reply, false);
	nodes_give(&forward_nodes, forward);
}

void forwards_drop_process(struct process *process)
{
	while (process->forwards)
		forward_drop(process->forwards);
}

struct message forward_fault(const struct forward *forward)
{
	return (struct message){
		.tag = forward->fault_tag,
		.w = {forward->fault_w[0], forward->fault_w[1], forward->fault_w[2]},
	};
}

static struct supply *supply_of(const struct verdict_forward *wanted)
{
	return wanted->object ? &object_of(wanted->object)->supply : &custom_of(wanted->pager)->anonymous;
}

/* The second time in a row, the deadline of the first time still holds; true: it has passed. */
static bool forward_note(struct forward *forward, const struct message *m,
			 const struct verdict_forward *wanted)
{
	struct supply *supply = supply_of(wanted);
	uint64_t key = forward_key(m), now = counter_ticks();

	if (forward->key != key || forward->supply != supply)
		forward->since = now;
	forward->state = FORWARD_IDLE;
	forward->key = key;
	forward->supply = supply;
	forward->object = wanted->object;
	forward->page = wanted->page;
	forward->window_first = wanted->window_first;
	forward->window_pages = wanted->window_pages;
	forward->due = forward->since + supply->deadline_ticks;
	forward->fault_tag = m->tag;
	forward->fault_w[0] = m->w[0];
	forward->fault_w[1] = m->w[1];
	forward->fault_w[2] = m->w[2];
	return forward->due < now;
}

/* What forward_wait takes. */
static struct message forward_message(const struct process *process, const struct forward *forward,
				      const struct verdict_forward *wanted)
{
	uint32_t source = 0, number = 0;
	uint64_t bounds = 0, badge;

	if (wanted->object) {
		source = external_client_find(process->space, wanted->pager)->source;
		number = wanted->object->number;
		bounds = FORWARD_BOUNDS(wanted->window_pages, wanted->rights, 1u << source);
	}
	badge = CUSTOM_BADGE(wanted->page & ((1ul << CUSTOM_PAGE_BITS) - 1), number, source,
			     (wanted->rights & RIGHT_WRITE) != 0, (wanted->rights & RIGHT_EXECUTE) != 0,
			     process->pid);
	return message_forward(custom_of(wanted->pager)->endpoint, wanted->window_first << PAGE_SHIFT, bounds,
			       forward->reply, badge);
}

static __attribute__((noinline)) enum next refuse_no_memory(struct process *process, struct message *m,
							    struct verdict *verdict)
{
	verdict_deny(verdict, RULE_NO_MEMORY);
	return fault_refuse(process, m, verdict, NULL, 0);
}

static __attribute__((noinline)) enum next refuse_late(struct process *process, struct message *m,
						       struct verdict *verdict, struct supply *supply)
{
	supply->late++;
	verdict_deny(verdict, RULE_PAGER_LATE);
	return fault_refuse(process, m, verdict, supply->custom, supply->deadline_ms);
}

enum next forward_serve(struct process *process, struct message *m, struct verdict *verdict)
{
	const struct verdict_forward *wanted = &verdict->forward;
	uint32_t thread = FAULT_INFO_THREAD(m->w[2]);
	struct forward *forward = forward_find(process, thread);
	struct supply *supply = supply_of(wanted);

	if (!forward)
		forward = forward_make(process, thread);
	if (!forward)
		return refuse_no_memory(process, m, verdict);
	if (pager.trace)
		trace_fault(process, m, verdict, NULL);
	if (__builtin_expect(forward_note(forward, m, wanted), 0))
		return refuse_late(process, m, verdict, supply);
	forward->state = FORWARD_SENT;
	supply->forwarded++;
	process->forwarded += wanted->object != NULL;
	clock_arm(forward->due);
	last_sent = forward;
	*m = forward_message(process, forward, wanted);
	return NEXT_FORWARD;
}

/* A record that has what the kernel needs is never refused: this is a mistake of ours, and is logged as one.
 */
enum next forward_failed(struct message *m)
{
	struct forward *forward = last_sent;
	struct verdict verdict = {.area = NULL};

	server_log("pid %u: page 0x%lx could not be forwarded, error %lu", forward->process->pid,
		   forward->fault_w[0], m->error);
	*m = forward_fault(forward);
	forward->state = FORWARD_IDLE;
	return refuse_no_memory(forward->process, m, &verdict);
}

uint64_t forwards_pending(const struct custom *custom)
{
	uint64_t pending = 0;

	for (const struct forward *at = first_forward; at; at = at->next)
		pending += at->state != FORWARD_IDLE && at->supply->custom == custom;
	return pending;
}

int forwards_check(void)
{
	uint64_t count = 0;
	int broken = nodes_check(&forward_nodes);

	for (const struct forward *at = first_forward; at && !broken; at = at->next) {
		if (forward_find(at->process, at->thread) != at || !at->reply ||
		    (at->next && at->next->prev != at))
			return __LINE__;
		if (at->state > FORWARD_LATER || (at->state != FORWARD_IDLE && !at->supply))
			return __LINE__;
		if (at->object && at->supply != &object_of(at->object)->supply)
			return __LINE__;
		count++;
	}
	return broken || count == forward_nodes.used ? broken : __LINE__;
}
