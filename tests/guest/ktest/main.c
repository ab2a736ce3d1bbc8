/* SPDX-License-Identifier: MIT */
/* Runs every scenario, on both ways through the kernel when the build can tell them apart. */
#include "ktest.h"

struct scenario {
	const char *name;
	void (*run)(void);
};

static const struct scenario scenarios[] = {
#define SCENARIO(name) {#name, scenario_##name},
#include "scenarios.def"
#undef SCENARIO
};

#define SCENARIOS (sizeof(scenarios) / sizeof(scenarios[0]))

static void *fail_jump[5];
static struct {
	const char *file, *what;
	int line;
	uint64_t got, wanted;
} failure;
static uint64_t digest;
uint64_t trace_flags_now;
static unsigned passed, failed;

void fail(const char *file, int line, const char *what, uint64_t got, uint64_t wanted)
{
	failure.file = file;
	failure.line = line;
	failure.what = what;
	failure.got = got;
	failure.wanted = wanted;
	__builtin_longjmp(fail_jump, 1);
}

/* FNV-1a over words. Fowler, Noll, Vo: http://www.isthe.com/chongo/tech/comp/fnv/ */
void observe(uint64_t value)
{
	digest = (digest ^ value) * 0x100000001b3;
}

static uint64_t irq_longest, irq_longest_call; /* but for what has a bound of its own, by irq_end() */

static void irq_gather(void)
{
	if (world_info()->irq_off_max > irq_longest) {
		irq_longest = world_info()->irq_off_max;
		irq_longest_call = world_info()->irq_off_call;
	}
}

void irq_begin(void)
{
	irq_gather();
	(void)sys_trace_control(BOOT_SLOT_IRQ_ALL, TRACE_FLAG_IRQ_ANEW | trace_flags_now);
}

void irq_end(const char *operation)
{
	print("ktest: irq_off %s=%lu\n", operation, world_info()->irq_off_max);
	(void)sys_trace_control(BOOT_SLOT_IRQ_ALL, TRACE_FLAG_IRQ_ANEW | trace_flags_now);
}

static const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* True: the scenario did what it claims. Its failure is left in `failure`. */
static __attribute__((noinline)) bool attempt(const struct scenario *scenario)
{
	if (__builtin_setjmp(fail_jump))
		return false;
	world_begin();
	scenario->run();
	return true;
}

static void say(bool ok, const char *name, const char *way)
{
	if (ok)
		passed++;
	else
		failed++;
	print("%s %s%s", ok ? "ok" : "not ok", name, way);
}

/* One scenario, one way. */
static void run_one(const struct scenario *scenario, const char *way)
{
	bool ok = attempt(scenario);
	const char *left = world_end();
	struct result check = sys_system_check();

	if (ok && !left && (check.error == E_OK || check.error == E_UNSUPPORTED)) {
		say(true, scenario->name, way);
	} else {
		say(false, scenario->name, way);
		if (!ok)
			print(": %s:%d: %s: got %lu (0x%lx), not %lu", file_name(failure.file), failure.line,
			      failure.what, failure.got, failure.got, failure.wanted);
		if (left)
			print(": left behind: %s", left);
	}
	print("\n");
}

static bool can_force_general(void)
{
	return sys_trace_control(BOOT_SLOT_IRQ_ALL, TRACE_FLAG_GENERAL_ONLY).error == E_OK;
}

static void run_both(const struct scenario *scenario, bool has_general)
{
	uint64_t first;

	trace_flags_now = 0;
	(void)sys_trace_control(BOOT_SLOT_IRQ_ALL, 0);
	digest = 0xcbf29ce484222325;
	run_one(scenario, "");
	if (!has_general)
		return;
	first = digest;
	digest = 0xcbf29ce484222325;
	trace_flags_now = TRACE_FLAG_GENERAL_ONLY;
	(void)sys_trace_control(BOOT_SLOT_IRQ_ALL, TRACE_FLAG_GENERAL_ONLY);
	run_one(scenario, " (general path)");
	(void)sys_trace_control(BOOT_SLOT_IRQ_ALL, 0);
	if (digest != first) {
		say(false, scenario->name, " (both paths): they saw different things");
		print("\n");
	}
}

_Noreturn void init_main(const struct boot_info *info)
{
	bool has_general;

	boot = info;
	world_open();
	has_general = can_force_general();
	print("ktest: %u scenarios, %lu harts, path=%s\n", (unsigned)SCENARIOS, info->harts,
	      has_general ? "both" : "default");
	for (unsigned i = 0; i < SCENARIOS; i++)
		run_both(&scenarios[i], has_general);
	irq_gather();
	print("ktest: irq_off_max=%lu irq_off_call=%lu\n", irq_longest, irq_longest_call);
	print("ktest: %u passed, %u failed\n", passed, failed);
	power_off(failed == 0);
}
