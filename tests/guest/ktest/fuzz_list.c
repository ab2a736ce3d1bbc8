/* SPDX-License-Identifier: MIT */
/*
 * What syscall.def says of each call, and what was seen of it: the error must be in the call's list, and the
 * value is 0 unless the text speaks of it. What an argument bounds is bounded.
 */
#include "fuzz.h"

static const struct {
	const char *name, *errors, *text;
} listed[SYS_COUNT] = {
#define MESSAGE_CALL(number, name, text, errors)			     [number] = {#name, errors, NULL},
#define SYSCALL0(number, name, text, errors)				     [number] = {#name, errors, text},
#define SYSCALL1(number, name, t1, a1, text, errors)			     [number] = {#name, errors, text},
#define SYSCALL2(number, name, t1, a1, t2, a2, text, errors)		     [number] = {#name, errors, text},
#define SYSCALL3(number, name, t1, a1, t2, a2, t3, a3, text, errors)	     [number] = {#name, errors, text},
#define SYSCALL4(number, name, t1, a1, t2, a2, t3, a3, t4, a4, text, errors) [number] = {#name, errors, text},
#define SYSCALL5(number, name, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5, text, errors) \
	[number] = {#name, errors, text},
#define SYSCALL6(number, name, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5, t6, a6, text, errors) \
	[number] = {#name, errors, text},
#include "uapi/syscall.def"
#include "uapi/syscall_undef.h"
};

static const struct {
	const char *name;
	unsigned number;
} errors[] = {
#define ERROR(name, number, text) {#name, number},
#include "uapi/error.def"
#undef ERROR
};

#define ERRORS (sizeof(errors) / sizeof(errors[0]))

static uint32_t allowed[SYS_COUNT]; /* bit: number of an error in the call's list */
static bool has_value[SYS_COUNT];

static uint32_t error_bit(const char *name, uint64_t length)
{
	for (unsigned i = 0; i < ERRORS; i++) {
		if (strlen(errors[i].name) == length && memcmp(errors[i].name, name, length) == 0 &&
		    errors[i].number < ERROR_COUNT)
			return 1u << errors[i].number;
	}
	fail(__FILE__, __LINE__, name, 0, 1);
}

void list_read(void)
{
	for (unsigned i = 0; i < SYS_COUNT; i++) {
		const char *word = listed[i].errors;

		allowed[i] = word ? 1u << E_OK : 1u << E_SYSCALL;
		has_value[i] = listed[i].text && strstr(listed[i].text, "value");
		while (word && *word) {
			uint64_t length = strcspn(word, " ");

			allowed[i] |= error_bit(word, length);
			word += length + (word[length] == ' ');
		}
	}
}

bool list_has(uint64_t number, uint64_t error)
{
	return number < SYS_COUNT ? error < ERROR_COUNT && (allowed[number] >> error & 1)
				  : error == E_SYSCALL;
}

const char *list_name(uint64_t number)
{
	return number < SYS_COUNT && listed[number].name ? listed[number].name : "none";
}

/* May this call give this value? Only what follows from the arguments. */
static bool value_is_possible(const struct drawn *call, struct result done)
{
	switch (call->number) {
	case SYS_batch:
		return done.value <= BATCH_CALLS;
	case SYS_space_map:
	case SYS_space_map_items:
		return (done.value != 0) == (done.error == E_TABLES);
	case SYS_space_unmap:
	case SYS_space_protect:
	case SYS_space_harvest:
	case SYS_space_mapped:
	case SYS_memory_harvest:
	case SYS_space_park:
		return done.error == E_OK ? done.value <= call->w[2] : done.value == 0;
	case SYS_space_unpark:
		return done.value <= (done.error == E_OK ? ARENA_PAGES : 0);
	case SYS_buffer_copy:
		return done.value <= call->w[3];
	case SYS_buffer_copy_source:
		return done.value <= call->w[4];
	default:
		return done.error == E_OK || done.value == 0;
	}
}

void violate(const char *what, const struct drawn *call, struct result done)
{
	struct violation *violation = &fuzz.violation;

	if (violation->what)
		return;
	violation->number = call->number;
	violation->error = done.error;
	violation->value = done.value;
	memcpy(violation->w, call->w, sizeof(violation->w));
	violation->what = what;
}

/* Interrupts were off for longer than ever before: perhaps in this call. Nobody sets the count back. */
static void note_longest(const struct drawn *call)
{
	const struct info_page *info = (const struct info_page *)INIT_INFO_PAGE;

	if (info->irq_off_max <= fuzz.irq_off_max)
		return;
	fuzz.irq_off_max = info->irq_off_max;
	fuzz.longest = *call;
}

/* Count it; what must not be is kept for the director. */
void judge(const struct drawn *call, struct result done)
{
	note_longest(call);
	fuzz.calls++;
	if (call->number < SYS_COUNT && done.error < ERROR_COUNT)
		fuzz.seen[call->number][done.error]++;
	if (!list_has(call->number, done.error))
		violate("an error that the call's list lacks", call, done);
	if (call->number >= SYS_COUNT || call->number < SYS_null)
		return;
	if (!has_value[call->number] && done.value != 0)
		violate("a value where the list promises 0", call, done);
	if (!value_is_possible(call, done))
		violate("a value that cannot be", call, done);
}

static void report_call(unsigned number, const uint32_t *seen)
{
	print("fuzz: call %s", listed[number].name);
	for (unsigned i = 0; i < ERRORS; i++) {
		if (errors[i].number < ERROR_COUNT && seen[errors[i].number])
			print(" %s=%u", errors[i].name, seen[errors[i].number]);
	}
	print("\n");
	for (unsigned i = 0; i < ERRORS; i++) {
		if (list_has(number, errors[i].number) && !seen[errors[i].number])
			print("fuzz: never %s %s\n", listed[number].name, errors[i].name);
	}
}

/* A line a call: how often it ended how; then a line for each pair of the list that was not seen. */
void list_report(const struct fuzz_shared *shared)
{
	for (unsigned number = 0; number < SYS_COUNT; number++) {
		if (listed[number].name)
			report_call(number, shared->seen[number]);
	}
}
