/* SPDX-License-Identifier: MIT */
/* Requests to the pager: the words that they need, and the messages that every run begins with. */
#include "messages/pager_known.h"

uint64_t any_pid(void)
{
	struct process *process = process_nth((uint32_t)played_below(8));

	return process && !played_chance(8) ? process->pid : played_below(PIDS + 4);
}

/* In an area of @process, at its edges, or anywhere. */
uint64_t any_address(const struct process *process)
{
	const struct vm_area *area = process ? process->space->areas.first : NULL;
	uint8_t how = played_byte();

	for (int i = 0; area && area->next && i < (how & 15); i++)
		area = area->next;
	if (!area || (how >> 5) == 7)
		return played_word();
	switch (how >> 4) {
	case 0:
		return area->end;
	case 1:
		return area->end - PAGE_BYTES;
	case 2:
		return area->start - PAGE_BYTES;
	default:
		return area->start + (played_byte() * PAGE_BYTES) % (area->end - area->start) +
		       (how >> 7) * 8;
	}
}

static struct process *asker; /* whose words are drawn */

static bool is_one_of(const char *name, const char *list)
{
	const char *at = strstr(list, name);
	size_t bytes = strlen(name);

	return at && (at == list || at[-1] == ' ') && (at[bytes] == ' ' || at[bytes] == 0);
}

uint64_t target_word(const char *name)
{
	if (is_one_of(name, "pid parent from"))
		return any_pid();
	if (is_one_of(name, "child"))
		return 2 + played_below(PIDS);
	if (is_one_of(name, "address pc sp start"))
		return any_address(asker) & (played_chance(8) ? ~0ul : ~(PAGE_BYTES - 1));
	if (is_one_of(name, "length limit size_bytes"))
		return played_chance(8) ? played_word() : (1 + played_below(40)) * PAGE_BYTES;
	if (is_one_of(name, "prot_flags"))
		return played_below(8) | (played_byte() & 3ul) << 8;
	if (is_one_of(name, "quota_bytes"))
		return played_below(4) << 20;
	if (is_one_of(name, "table_limit"))
		return played_chance(8) ? played_word() : 4096;
	if (is_one_of(name, "prot access which object operation cursor count pager flags first_page pages "
			    "first_frame on"))
		return played_chance(16) ? played_word() : played_below(9);
	return played_word();
}

static const struct pager_area_wanted first_areas[] = {
	{PROGRAM_BASE, 0x3000, 5 | BACKING_INODE_PRIVATE << 8, 1, 0, 0x2800},
	{PROGRAM_BASE + 0x4000, 0x4000, 3 | BACKING_INODE_PRIVATE << 8, 1, 0x1000, 0x1234},
	{PROGRAM_STACK_BASE - PAGE_BYTES, PAGE_BYTES, BACKING_NONE << 8, 0, 0, 0},
	{PROGRAM_STACK_BASE, PROGRAM_STACK_TOP - PROGRAM_STACK_BASE, 3 | BACKING_STACK << 8, 0, 0, 0},
	{PROGRAM_INFO_PAGE, PAGE_BYTES, 1 | BACKING_LINEAR << 8, INFO_FIRST / PAGE_BYTES, 0, 0},
};

/* All but the first @have. */
static uint32_t fill_areas(uint64_t *extra, uint64_t count, uint64_t have)
{
	struct pager_area_wanted *wanted = (struct pager_area_wanted *)extra;

	for (uint64_t i = have; i < count; i++) {
		uint64_t backing = played_below(9), prot = played_below(8);

		wanted[i] = (struct pager_area_wanted){
			.start = PROGRAM_BASE + played_below(128) * PAGE_BYTES * (played_chance(8) ? 512 : 1),
			.length = played_chance(16) ? played_word() : (1 + played_below(16)) * PAGE_BYTES,
			.prot_backing = prot | backing << 8,
			.source = backing == BACKING_LINEAR ? INFO_FIRST / PAGE_BYTES
							    : 1 + played_below(INODES),
			.offset_bytes = played_below(4) * PAGE_BYTES,
			.file_bytes = played_below(5) * 1500,
		};
	}
	return (uint32_t)(count * sizeof(*wanted) / 8);
}

/* A program's space; one that is there is replaced, most times. */
static uint32_t fill_program(struct caller *caller, uint64_t *extra)
{
	struct pager_program program = {
		.table_limit = target_word("table_limit"),
		.message_page = played_chance(8) ? any_address(asker) : PROGRAM_MESSAGE_PAGE,
		.heap_start = PROGRAM_BASE + 0x100000,
		.heap_bytes = target_word("length"),
		.stack_top = played_chance(8) ? played_word() : PROGRAM_STACK_TOP,
		.area_count = played_below(12),
	};
	uint64_t head = sizeof(program) / 8, areas = played_chance(16) ? 0 : program.area_count;

	if (played_chance(2))
		caller->w[0] = 2 + played_below(PIDS);
	if (!played_chance(8))
		caller->w[1] = (process_find(caller->w[0]) ? SPACE_BUILD_REPLACE : 0) |
			       played_below(3) << SPACE_BUILD_ACCOUNT | any_pid() << 32;
	memcpy(extra, &program, sizeof(program));
	memcpy(extra + head, &first_areas[3], sizeof(first_areas[3])); /* most have a stack */
	return (uint32_t)head + (areas ? fill_areas(extra + head, areas, played_chance(8) ? 0 : 1) : 0);
}

static uint32_t fill_extra(uint32_t label, const char *shape, struct caller *caller, uint64_t *extra)
{
	if (label == PAGER_MAP_FILE) {
		extra[0] = played_below(8);
		extra[1] = played_chance(8) ? played_word() : played_below(4) * PAGE_BYTES;
		return 2;
	}
	if (label == PAGER_SPACE_BUILD)
		return fill_program(caller, extra);
	if (!played_shape_has(shape, "name"))
		return 0;
	strncpy((char *)extra, played_name(), 32);
	if (played_chance(8))
		((char *)extra)[played_below(32)] = (char)played_byte();
	return played_chance(16) ? 2 : 4;
}

struct caller *caller_make(uint64_t badge, uint32_t label)
{
	struct caller *caller = played_caller_new();

	FUZZ_TRUE(caller);
	caller->badge = badge;
	caller->has_page = caller->has_slot = true;
	caller->tag = TAG(label, MESSAGE_REGISTERS);
	caller->absent_at = UINT64_MAX;
	return caller;
}

void threads_end(uint64_t pid)
{
	for (int i = 0; i < PLAYED_CALLERS; i++) {
		struct caller *caller = &played_callers[i];

		if (caller->at == CALLER_FREE || caller->badge != pid)
			continue;
		if (played.ending || played_chance(2))
			played_caller_gone(caller);
		else
			played_caller_stop(caller);
	}
}

/* With the message comes a capability, into the slot that the server has declared. */
static void thread_put(struct caller *caller, uint8_t kind, uint8_t rights, uint32_t state)
{
	uint32_t thread = kind == KIND_THREAD ? played_object_new(KIND_THREAD) : 0;
	cap_t slot = (cap_t)host_message_page.cap_receive;

	FUZZ_TRUE(slot && !played_cap_is_there(slot));
	if (thread)
		played_objects[thread].state = state;
	played_cap_put(slot, (struct played_cap){.kind = kind, .rights = rights, .object = thread});
	caller->tag |= TAG_CAP;
}

/* A Thread that does not run, or one that does, or something else. */
static void thread_send(struct caller *caller)
{
	thread_put(caller, played_chance(16) ? KIND_NOTIFICATION : KIND_THREAD,
		   played_chance(16) ? RIGHT_READ : RIGHT_MANAGE,
		   played_chance(2) ? THREAD_READY : THREAD_STOPPED);
}

void ask(struct message *m, uint64_t badge, uint32_t label, const char *shape)
{
	uint64_t extra[MESSAGE_WORDS - MESSAGE_REGISTERS] = {0};
	struct caller *caller = caller_make(badge, label);
	uint32_t count;

	asker = process_find(badge);
	played_shape_words(shape, caller->w);
	caller->has_slot = !played_chance(16);
	caller->has_page = !played_chance(32);
	count = fill_extra(label, shape, caller, extra);
	if (label == PAGER_SPACE_BUILD || played_chance(32)) {
		caller->tag |= TAG_BUFFER;
		caller->buffer_word = caller->w[3] =
			(played_chance(8) ? played_word() % (1ul << 61) : played_byte() * 40ul) |
			(played_chance(8) ? BUFFER_WRITE : BUFFER_READ);
		caller->absent_at = played_chance(4) ? played_byte() * 64ul : UINT64_MAX;
		caller->w[2] = PAGE_BYTES;
	}
	if (label == PAGER_SPACE_DESTROY ||
	    (label == PAGER_SPACE_BUILD && caller->w[1] & SPACE_BUILD_REPLACE))
		threads_end(caller->w[0]);
	if (played_shape_has(shape, "cap: Thread") != played_chance(16))
		thread_send(caller);
	caller->tag += count;
	played_deliver(caller, m, extra, count);
}

/* A process with all kinds of area; its child is a custom pager and publishes an object, which it maps. */
static const struct {
	uint32_t label;
	uint64_t badge, w[4];
} prologue[] = {
	{PAGER_SPACE_BUILD, BADGE_PROC, {2, 0, PAGE_BYTES, 64 | BUFFER_READ}},
	{PAGER_SPACE_FORK, BADGE_PROC, {2, 3, PROGRAM_BASE, PROGRAM_STACK_TOP - 64}},
	{PAGER_BRK, 2, {PROGRAM_BASE + 0x104000}},
	{PAGER_MAP, 2, {0, 0x9000, 3}},
	{PAGER_REGISTER, 3, {ARENA_BYTES}},
	{PAGER_GRANT, 3, {0}},
	{PAGER_GRANT, 3, {0}},
	{PAGER_GRANT, 3, {0}},
	{PAGER_GRANT, 3, {0}},
	{PAGER_GRANT, 3, {0}},
	{PAGER_GRANT, 3, {0}},
	{PAGER_GRANT, 3, {0}},
	{PAGER_GRANT, 3, {0}},
	{PAGER_PUBLISH, 3, {9 * PAGE_BYTES, 100, 1}},
	{PAGER_MAP_FILE, 2, {0, 9 * PAGE_BYTES, 1}},
};
#define PROLOGUE (sizeof(prologue) / sizeof(prologue[0]))

/* What the first message's record and areas are. */
static uint32_t fill_first(struct caller *caller, uint64_t *extra)
{
	const struct pager_program program = {.table_limit = 4096,
					      .message_page = PROGRAM_MESSAGE_PAGE,
					      .heap_start = PROGRAM_BASE + 0x100000,
					      .heap_bytes = 0x100000,
					      .stack_top = PROGRAM_STACK_TOP,
					      .area_count = sizeof(first_areas) / sizeof(first_areas[0])};

	memcpy(extra, &program, sizeof(program));
	memcpy(extra + sizeof(program) / 8, first_areas, sizeof(first_areas));
	caller->tag |= TAG_BUFFER;
	caller->buffer_word = caller->w[3];
	return (sizeof(program) + sizeof(first_areas)) / 8;
}

bool start_message(struct message *m)
{
	uint64_t at = played_message_count() - 1, extra[MESSAGE_WORDS - MESSAGE_REGISTERS] = {0};
	struct caller *caller;
	uint32_t count = 0;

	if (at >= PROLOGUE)
		return false;
	caller = caller_make(prologue[at].badge, prologue[at].label);
	memcpy(caller->w, prologue[at].w, sizeof(caller->w));
	if (prologue[at].label == PAGER_SPACE_BUILD)
		count = fill_first(caller, extra);
	if (prologue[at].label == PAGER_SPACE_BUILD || prologue[at].label == PAGER_SPACE_FORK) {
		thread_put(caller, KIND_THREAD, RIGHT_MANAGE, THREAD_STOPPED);
	} else if (prologue[at].label == PAGER_REGISTER || prologue[at].label == PAGER_PUBLISH) {
		strcpy((char *)extra, "object");
		count = 4;
	} else if (prologue[at].label == PAGER_MAP_FILE) {
		count = 2; /* descriptor 0, offset 0 */
	}
	caller->tag += count;
	played_deliver(caller, m, extra, count);
	return true;
}

uint64_t start_count(void)
{
	return PROLOGUE;
}
