/* SPDX-License-Identifier: MIT */
/*
 * Every invariant of the kernel, found by walking the derivation trees from init's CSpace: all slots, all
 * objects they name, all tables of the spaces, and at the end the sum of the frame counts against the
 * mappings that were met. Checked builds only; a broken invariant is the kernel's own mistake: panic.
 */
#include "object/check.h"
#include "base/panic.h"
#include "hw/mmu.h"
#include "object/notification.h"
#include "object/pool.h"
#include "object/reply.h"
#include "object/sched.h"
#include "object/tables.h"

struct cspace *check_roots;

#if PAGODA_CHECKED

#define VISITED	    0x8000 /* in object.step of a living object, which is 0 otherwise */
#define MET	    0x7fff /* the other bits of it: capabilities met */
#define LIMIT	    (1ul << 24)
#define HOLDS(fact) ((fact) ? (void)0 : panic("check: %s:%d: %s", __FILE__, __LINE__, #fact))

/* What the walk has met. */
struct census {
	uint64_t slots;
	uint64_t mappings; /* leaf entries of RAM, 4 KiB and 2 MiB */
	uint64_t pins;
	uint64_t tables;
};

static void check_table(const pte_t *table, unsigned level, struct census *census)
{
	uint32_t live = 0;

	for (unsigned i = 0; i < (level == 2 ? SV39_TABLE_ENTRIES / 2 : SV39_TABLE_ENTRIES); i++) {
		pte_t entry = table[i];

		if (entry == 0)
			continue;
		live++;
		HOLDS(*frame_word(spot_pfn(table)) >> TABLE_GROUPS_SHIFT >> i / TABLE_GROUP & 1);
		if (pte_is_leaf(entry)) {
			HOLDS(level < 2 && (entry & PTE_U) && (entry & (PTE_W | PTE_X)) != (PTE_W | PTE_X));
			HOLDS((entry & (PTE_R | PTE_X)) != 0 && ((entry & PTE_R) || !(entry & PTE_W)));
			if (frame_is_ram(pte_pfn(entry))) {
				HOLDS(word_kind(*frame_word(pte_pfn(entry))) == FRAME_USER);
				census->mappings++;
			}
		} else {
			HOLDS(level > 0 && (pte_is_table(entry) || (level == 1 && pte_is_parked(entry))));
			HOLDS(word_kind(*frame_word(pte_pfn(entry))) == FRAME_KERNEL);
		}
	}
	HOLDS(live == table_live(table) && (level == 2 || live != 0));
	census->tables++;
}

static void check_space(struct space *space, struct census *census)
{
	uint64_t before = census->tables;

	HOLDS(mmu_check_kernel_half(space->root) == 0);
	check_table(space->root, 2, census);
	for (unsigned i = 0; i < SV39_TABLE_ENTRIES / 2; i++) {
		pte_t *upper;

		if (space->root[i] == 0)
			continue;
		upper = table_below(space->root[i]);
		check_table(upper, 1, census);
		for (unsigned j = 0; j < SV39_TABLE_ENTRIES; j++) {
			if (pte_is_table(upper[j]) || pte_is_parked(upper[j]))
				check_table(table_below(upper[j]), 0, census);
		}
	}
	HOLDS(census->tables - before == space->tables);
	for (unsigned i = 0; i < SPACE_SOURCES; i++) {
		const struct slot *source = &space->sources[i];

		HOLDS(slot_check(source) == 0);
		HOLDS(slot_is_empty(source) ||
		      (source->kind == KIND_MEMORY && source->extra == (uint64_t)space));
	}
}

static bool is_live(const struct slot *slot)
{
	return !slot_is_empty(slot) && !(slot->flags & SLOT_DYING);
}

/* What a thread uses is what it is bound to. */
static void check_bindings(const struct thread *thread)
{
	const void *used[BIND_COUNT] = {thread->cspace, thread->space, thread->pager, thread->notification,
					thread->page};

	for (unsigned i = 0; i < BIND_COUNT; i++) {
		const struct slot *held = &thread->bindings[i];
		const void *bound = i == BIND_MESSAGE ? spot_of(held->a) : (void *)held->a;

		HOLDS(slot_check(held) == 0);
		HOLDS(used[i] == (is_live(held) ? bound : NULL));
		HOLDS(slot_is_empty(held) || held->extra == (uint64_t)thread);
	}
	if (thread->notification != NULL)
		HOLDS(thread->notification->bound == thread);
	if (thread->state != THREAD_STOPPED)
		HOLDS(thread->space != NULL);
}

/* Replies that are good for the thread's answer. */
static uint64_t count_replies(const struct thread *thread)
{
	slot_link_t link = thread->self.next[SLOT_OPEN], end = slot_link(&thread->self, SLOT_CLOSE);
	uint64_t count = 0;

	for (; link != end; link = slot_of_link(link)->next[link & 1]) {
		const struct slot *slot = slot_of_link(link);

		HOLDS(slot->kind == KIND_REPLY && slot->a == (uint64_t)thread);
		if (slot_bracket_of_link(link) == SLOT_OPEN && is_live(slot) && slot->b == thread->sequence)
			count++;
	}
	return count;
}

static void check_answers(const struct thread *thread)
{
	bool is_owed = thread->state == THREAD_CALLED || thread->state == THREAD_FAULTED;
	bool may_call = thread->state == THREAD_CALLED ||
			(thread->state == THREAD_SENDING && thread->send_kind == SEND_CALL);

	if (thread->caller != NULL)
		HOLDS(thread->caller->replier == thread);
	if (thread->replier != NULL)
		HOLDS(is_owed && thread->replier->caller == thread);
	HOLDS(thread->replies == count_replies(thread));
	if (is_owed && thread->replier == NULL)
		HOLDS(thread->replies != 0 || object_reap_pending());
	HOLDS(thread->buffer_word == 0 || may_call);
	HOLDS(!thread->forwarded || (thread->send_kind == SEND_FAULT &&
				     (thread->state == THREAD_FAULTED || thread->state == THREAD_SENDING)));
}

static void check_thread(struct thread *thread)
{
	HOLDS(thread->state <= THREAD_FAULTED && thread->priority < PRIORITIES);
	HOLDS(slots_check(&thread->self, LIMIT) == 0);
	check_bindings(thread);
	check_answers(thread);
	HOLDS((thread->blocked_on != NULL) <= list_is_linked(&thread->queue));
	if (thread->state == THREAD_READY)
		HOLDS(thread->blocked_on == NULL &&
		      (list_is_linked(&thread->queue) || thread == thread->cpu->current));
	else if (thread->state == THREAD_SENDING)
		HOLDS(thread->blocked_on != NULL);
	else if (thread->state != THREAD_WAITING)
		HOLDS(!list_is_linked(&thread->queue));
	if (thread->state != THREAD_WAITING)
		HOLDS(!thread->alarm.node.armed);
}

static void check_endpoint(const struct endpoint *endpoint)
{
	const struct list_node *node = list_first(&endpoint->queue);

	HOLDS(list_check(&endpoint->queue, LIMIT) == 0);
	HOLDS((endpoint->state == ENDPOINT_IDLE) == (node == NULL));
	for (; node != NULL; node = list_next(&endpoint->queue, node)) {
		const struct thread *thread = container_of(node, struct thread, queue);

		HOLDS(thread->blocked_on == endpoint);
		HOLDS(thread->state ==
		      (endpoint->state == ENDPOINT_SENDERS ? THREAD_SENDING : THREAD_WAITING));
	}
}

static void check_notification(const struct notification *notification)
{
	const struct list_node *node = list_first(&notification->waiters);

	HOLDS(list_check(&notification->waiters, LIMIT) == 0);
	if (notification->flags != 0)
		HOLDS(node == NULL &&
		      (notification->bound == NULL || notification->bound->state != THREAD_WAITING));
	for (; node != NULL; node = list_next(&notification->waiters, node)) {
		const struct thread *thread = container_of(node, struct thread, queue);

		HOLDS(thread->blocked_on == notification && thread->waits_on_notification);
		HOLDS(thread->state == THREAD_WAITING);
	}
}

static void check_cspace(const struct cspace *cspace)
{
	for (unsigned i = 1; i < cspace->slots; i++) {
		const struct slot *slot = cspace_slot(cspace, i);

		HOLDS(slot_check(slot) == 0 && (slot->flags & PLACE_MASK) == PLACE_CSPACE);
	}
}

static void check_lines(void)
{
	for (unsigned i = 0; i < PLIC_LINES; i++) {
		const struct irq_line *line = &irq_lines[i];

		HOLDS(line->created == (line->references != 0) && slot_check(&line->notification) == 0);
		HOLDS(line->created || (!line->claimed && slot_is_empty(&line->notification)));
	}
}

static void check_object(struct object *object, struct census *census)
{
	HOLDS(object->references > 0 && object->step == 0);
	object->step = VISITED;
	switch (object->kind) {
	case KIND_POOL:
		HOLDS(carve_check(&((struct pool *)object)->carve) == 0);
		break;
	case KIND_THREAD:
		check_thread((struct thread *)object);
		break;
	case KIND_SPACE:
		check_space((struct space *)object, census);
		break;
	case KIND_ENDPOINT:
		check_endpoint((struct endpoint *)object);
		break;
	case KIND_NOTIFICATION:
		check_notification((struct notification *)object);
		break;
	case KIND_CSPACE:
		check_cspace((struct cspace *)object);
		break;
	case KIND_TIMER:
		HOLDS(slot_check(&((struct timer *)object)->notification) == 0);
		break;
	default:
		break;
	}
}

static struct object *object_of(const struct slot *slot)
{
	bool has = slot->kind != KIND_MEMORY && slot->kind != KIND_REPLY && slot->kind != KIND_IRQ &&
		   !(slot->flags & SLOT_DYING);

	return has ? (struct object *)slot->a : NULL;
}

static void visit_slot(const struct slot *slot, struct census *census)
{
	struct object *object = object_of(slot);

	HOLDS(!(slot->flags & SLOT_DEVICE) || !(slot->rights & RIGHT_MANAGE));
	census->slots++;
	census->pins += (slot->flags & SLOT_PINNED) != 0;
	if (object == NULL)
		return;
	HOLDS(object->kind == slot->kind);
	if (object->step == 0)
		check_object(object, census);
	object->step = VISITED | ((object->step + 1) & MET);
}

/* As many capabilities were met as the object counts. */
static void forget_visit(const struct slot *slot, struct census *census)
{
	struct object *object = object_of(slot);

	(void)census;
	if (object == NULL || object->step == 0)
		return;
	HOLDS((object->step & MET) == (object->references & MET));
	object->step = 0;
}

/* Do @visit for every slot of the list that begins with @root. */
static void walk(const struct slot *root, void (*visit)(const struct slot *, struct census *),
		 struct census *census)
{
	slot_link_t link = slot_link(root, SLOT_OPEN);

	for (; link != 0; link = slot_of_link(link)->next[link & 1]) {
		if (slot_bracket_of_link(link) == SLOT_OPEN)
			visit(slot_of_link(link), census);
	}
}

static void walk_roots(void (*visit)(const struct slot *, struct census *), struct census *census)
{
	for (unsigned i = 1; i < check_roots->slots; i++) {
		const struct slot *slot = cspace_slot(check_roots, i);

		HOLDS(slot_check(slot) == 0);
		if (!slot_is_empty(slot) && slot->prev[SLOT_OPEN] == 0)
			walk(slot, visit, census);
	}
}

/* The counts of all USER frames: mappings, pins, and what boot keeps. */
static uint64_t sum_frame_counts(void)
{
	uint64_t sum = 0;

	for (uint64_t i = 0; i < frame_count; i++) {
		if (word_kind(frame_words[i]) == FRAME_USER)
			sum += frame_words[i] & FRAME_COUNT;
		if (i % ARENA_PAGES == 0)
			sum += arena_words[i / ARENA_PAGES] & FRAME_COUNT;
	}
	return sum;
}

err_t check_system(void)
{
	struct census census = {0, 0, frame_kept, 0};

	HOLDS(mmu_check() == 0);
	HOLDS(ready_check(&ready_queue, LIMIT) == 0);
	HOLDS(deadline_check(&deadline_set, LIMIT) == 0);
	check_lines();
	walk_roots(visit_slot, &census);
	walk_roots(forget_visit, &census);
	if (object_reap_pending())
		return E_OK;
	HOLDS(census.slots + info->objects[KIND_REPLY] == info->slots_used);
	HOLDS(census.tables == info->tables);
	HOLDS(census.mappings + census.pins == sum_frame_counts());
	return E_OK;
}

#else

err_t check_system(void)
{
	return E_UNSUPPORTED;
}

#endif
