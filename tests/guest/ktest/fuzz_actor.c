/* SPDX-License-Identifier: MIT */
/* What hands, victims and puppets do. A hand judges what it gets; on an error nothing may have changed. */
#include "fuzz.h"

#define LOOK_CLOSER   32 /* one call in so many is compared by what the calls that watch say, too */

#define CHECKS_ITSELF 16384 /* one call in so many */

static const struct info_page *info(void)
{
	return (const struct info_page *)INIT_INFO_PAGE;
}

static struct counts counts_here(void)
{
	struct counts now = {.slots = info()->slots_used,
			     .tables = info()->tables,
			     .frames_kernel = info()->frames_kernel};

	for (unsigned kind = 0; kind < 16; kind++)
		now.objects[kind] = info()->objects[kind];
	return now;
}

static uint64_t mix(uint64_t hash, struct result seen)
{
	return (hash ^ seen.error ^ seen.value << 8) * 0x100000001b3;
}

/* What the calls that watch say of everything that @call names. */
static uint64_t look(const struct drawn *call)
{
	uint64_t hash = 1, cs = CAP_NULL;

	for (unsigned i = 0; call->letters[i]; i++) {
		cap_t at = call->w[i] < CSPACE_SLOTS_MAX ? (cap_t)call->w[i] : 0;

		if (call->letters[i] == 'c')
			cs = at;
		if (call->letters[i] == 's' || call->letters[i] == 'e')
			hash = mix(hash, sys_cap_info((cap_t)cs, at));
		if (call->letters[i] == 'P')
			hash = mix(hash, sys_pool_free_bytes(at));
		if (call->letters[i] == 'S') {
			hash = mix(hash, sys_space_tables(at));
			hash = mix(hash, sys_space_stored(at));
			hash = mix(hash, sys_space_mapped(at, FAULT_VA, ARENA_PAGES));
			hash = mix(hash, sys_space_lookup(at, FAULT_VA + call->w[1] % 8 * PAGE_BYTES));
		}
	}
	return hash;
}

/* A refused one of these may have deleted something: the way to what was to be deleted, or calls before it.
 */
static bool may_change_on_error(uint64_t number)
{
	return number == SYS_cap_delete || number == SYS_cap_revoke || number == SYS_batch;
}

/* Take notice of what lies in the slot that the call may have filled. */
static void look_at_slot(unsigned actor, const struct drawn *call)
{
	unsigned cspace = actor % HANDS;
	uint64_t cs = CAP_NULL;

	for (unsigned i = 0; call->letters[i]; i++) {
		struct result seen;

		if (call->letters[i] == 'c') {
			cs = call->w[i];
			cspace = cs == CAP_NULL || cs == TOY_OWN ? actor % HANDS : !(actor % HANDS);
		}
		if (!strchr("es", call->letters[i]) || call->w[i] >= TOY_SLOTS || cs > TOY_OTHER)
			continue;
		seen = sys_cap_info((cap_t)cs, call->w[i]);
		fuzz.kinds[cspace][call->w[i]] = seen.error == E_OK ? (uint8_t)seen.value : KIND_NONE;
	}
}

static struct result plain_step(unsigned actor, struct drawn *call)
{
	struct message_page *page = worker_page(actor);
	struct result done;

	if (call->number == SYS_space_map_items)
		draw_items(actor, &page->words[MESSAGE_REGISTERS], 3);
	if (call->number == SYS_thread_write && random_next(actor) % 8)
		page->words[MESSAGE_REGISTERS] = (uint64_t)puppet_touches;
	move();
	done = syscall_6(call->number, call->w[0], call->w[1], call->w[2], call->w[3], call->w[4],
			 call->w[5]);
	move();
	return done;
}

/* A call whose error must leave everything as it was. */
static void step_and_compare(unsigned actor, struct drawn *call)
{
	bool closer = random_next(actor) % LOOK_CLOSER == 0;
	uint64_t steps = fuzz.steps, rounds = fuzz.rounds, before = closer ? look(call) : 0, after;
	struct counts counts = counts_here(), now;
	struct result done = plain_step(actor, call);

	judge(call, done);
	if (done.error == E_OK) {
		look_at_slot(actor, call);
		return;
	}
	now = counts_here();
	after = closer ? look(call) : 0;
	if (may_change_on_error(call->number) || fuzz.steps != steps + 2 || fuzz.rounds != rounds)
		return; /* or somebody else did something */
	if (!counts_equal(&counts, &now))
		violate("a refused call changed the kernel's counts", call, done);
	if (after != before)
		violate("a refused call changed what it named", call, done);
}

/* Registers as after a diversion, so that divert_return comes back here: E_OK, or its error. */
static __attribute__((noinline)) uint64_t divert_home(uint64_t *saved, uint64_t wrong_pc)
{
	register uint64_t a0 __asm__("a0") = (uint64_t)saved;
	register uint64_t a1 __asm__("a1") = wrong_pc;
	register uint64_t a7 __asm__("a7") = SYS_divert_return;

	saved[10] = E_OK; /* a0 */
	saved[MESSAGE_SAVED_VALID] = 1;
	__asm__ volatile("	la	t0, 1f\n"
			 "	add	t0, t0, a1\n"
			 "	sd	t0, 0(a0)\n"
			 "	sd	ra, 8(a0)\n"
			 "	sd	sp, 16(a0)\n"
			 "	sd	s0, 64(a0)\n"
			 "	sd	s1, 72(a0)\n"
			 "	ecall\n"
			 "1:\n"
			 : "+r"(a0), "+r"(a1), "+r"(a7)
			 :
			 : "memory", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "a2", "a3", "a4", "a5", "a6",
			   "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11");
	saved[MESSAGE_SAVED_VALID] = 0;
	return a0;
}

static void step(unsigned actor, bool judged)
{
	uint64_t v = random_next(actor);
	struct drawn call = {.letters = "", .number = SYS_divert_return};
	struct result done = {E_OK, 0};

	if (fuzz.owed[actor] != 0)
		fuzz.owed[actor]--;
	if (v % CHECKS_ITSELF == 2 && judged) {
		call.number = SYS_system_check;
		done = sys_system_check();
	} else if (v % 64 == 0 && judged) {
		done.error = divert_home(worker_page(actor)->saved, v / 64 % 2);
	} else if (v % 64 == 1) {
		done = batch_step(actor, &call);
	} else if (v % 64 < 14 || (fuzz.owed[actor] != 0 && v % 64 < 24)) {
		done = message_step(actor, &call);
	} else {
		draw_call(actor, &call);
		if (judged)
			step_and_compare(actor, &call);
		else
			(void)plain_step(actor, &call);
		return;
	}
	if (judged)
		judge(&call, done);
}

_Noreturn void hand_begin(uint64_t actor)
{
	for (;;) {
		for (unsigned i = 0; i < ROUND_CALLS; i++)
			step((unsigned)actor, true);
		__asm__ volatile("ebreak");
	}
}

/* Serves, and touches memory that the hands are to supply. */
_Noreturn void victim_begin(uint64_t actor)
{
	for (;;) {
		uint64_t v = random_next((unsigned)actor);
		volatile uint64_t *at = (volatile uint64_t *)(FAULT_VA + v / 4 % 1024 * PAGE_BYTES);

		if (v % 4 == 0)
			*at = v;
		else if (v % 4 == 1)
			(void)*at;
		else
			step((unsigned)actor, false);
	}
}

_Noreturn void puppet_calls(uint64_t endpoint, uint64_t address)
{
	for (;; address += PAGE_BYTES) {
		struct message m = {
			.tag = TAG_BUFFER | TAG(0, 4),
			.w = {endpoint, address, address, PAGE_BYTES | BUFFER_READ | BUFFER_WRITE}};

		*(volatile uint64_t *)address = ipc_call((cap_t)endpoint, &m);
	}
}

_Noreturn void puppet_touches(uint64_t unused, uint64_t address)
{
	(void)unused;
	for (;; address += PAGE_BYTES)
		*(volatile uint64_t *)address = *(volatile uint64_t *)address;
}
