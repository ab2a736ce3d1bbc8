/* SPDX-License-Identifier: MIT */
/*
 * libpager between a system that asks for any page of any object, and refuses answers as the kernel can, and
 * a program whose callbacks decide anything. What leaves the library is looked at: every item lies in the
 * grant, a frame is one page for ever (zero pages that nobody can write apart), given frames are nobody's,
 * and whoever asks is answered.
 */
#include "fuzz.h"
#include "pager/core.h"
#include "played/data.h"
#include "uapi/fault.h"
#include <pagoda/pager.h>
#include <sys/mman.h>
#include <uapi/object.h>

#define FRAMES	  ((uint32_t)ARENA_PAGES)
#define OBJECTS	  4u
#define PAGES	  40u
#define SOURCE	  5u
#define TRIES_MAX 8 /* answers to one request */

static struct fuzz_input input;
static uint64_t words[MESSAGE_WORDS], clock_now;
static uint8_t *grant;
static bool given[FRAMES];
static struct {
	uint32_t object, page; /* object 0: nobody's */
} owner[FRAMES];
static uint32_t placed[OBJECTS + 1][PAGES]; /* frame of each page; 0: none */
static bool published[OBJECTS + 1], writable[OBJECTS + 1];
static struct message asked;
static bool serving;
static int tries;

static uint8_t draw(void)
{
	return fuzz_byte(&input);
}

err_t system_register(const char *name, uint64_t quota_bytes, struct system_grant *out)
{
	(void)name, (void)quota_bytes;
	if (!grant)
		grant = mmap(NULL, ARENA_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	madvise(grant, ARENA_BYTES, MADV_DONTNEED);
	*out = (struct system_grant){grant, ARENA_BYTES};
	return E_OK;
}

err_t system_publish(const char *name, const struct system_object *object, uint32_t *number)
{
	(void)name;
	for (*number = 1; *number <= OBJECTS; ++*number)
		if (!published[*number]) {
			published[*number] = true;
			writable[*number] = object->writable;
			return E_OK;
		}
	return draw() & 1 ? E_TOO_MANY : E_NO_MEMORY;
}

/* Nobody maps it any more: its frames can be other pages. */
err_t system_withdraw(uint32_t number)
{
	published[number] = false;
	memset(placed[number], 0, sizeof(placed[number]));
	for (uint32_t frame = 0; frame < FRAMES; frame++)
		if (owner[frame].object == number)
			owner[frame].object = 0;
	return E_OK;
}

bool system_object_is_there(uint32_t number)
{
	return published[number];
}

err_t system_frames_in_use(uint32_t first, uint64_t bits[SYSTEM_IN_USE_WORDS])
{
	memset(bits, 0, SYSTEM_IN_USE_WORDS * sizeof(*bits));
	for (uint32_t frame = first; frame < FRAMES; frame++) {
		given[frame] = given[frame] && draw() % 4 != 3;
		if (given[frame])
			bits[(frame - first) / 64] |= 1ul << (frame - first) % 64;
	}
	return E_OK;
}

bool system_is_unused(void)
{
	return input.left == 0;
}

bool system_process_is_there(uint64_t pid)
{
	return pid & 1;
}

uint64_t system_deadline(uint64_t ms)
{
	return clock_now + ms;
}

uint64_t *system_words(void)
{
	return words;
}

uint64_t system_instructions(void)
{
	return clock_now += 1ul << (draw() & 31);
}

void system_frame_taken(const uint8_t *frame)
{
	FUZZ_TRUE((uint64_t)(frame - grant) < ARENA_BYTES && frame - grant >= (ptrdiff_t)PAGE_BYTES);
}

void system_frame_zeroed(const uint8_t *frame)
{
	for (uint32_t i = 0; i < PAGE_BYTES; i++)
		FUZZ_TRUE(frame[i] == 0);
}

void system_frame_left(const uint8_t *frame)
{
	(void)frame;
}

err_t pager_set_supplier(const char *name, bool from_exec)
{
	(void)name, (void)from_exec;
	return E_NO_ENTRY;
}

/* The next request: any object, any page of it, sometimes no fault at all. */
err_t system_wait(uint64_t deadline, struct message *m)
{
	uint8_t how = draw(), object = draw() % (OBJECTS + 2);
	uint64_t page = draw() % PAGES, address = object ? (0x100 + page) * PAGE_BYTES : page * PAGE_BYTES;

	(void)deadline;
	FUZZ_TRUE(!serving);
	if (input.left == 0 || how == 239)
		return E_DEAD;
	if (how >= 240)
		return how & 1 ? E_TIMEOUT : E_CANCELLED;
	asked = (struct message){
		.tag = TAG(FAULT_PAGE, MESSAGE_REGISTERS) | (how % 32 == 31 ? 0 : TAG_FAULT),
		.w = {address + how, 0x10000, FAULT_INFO(how, 1, 0, 1 << how % 3), clock_now},
		.badge = CUSTOM_BADGE(page, object, object ? SOURCE : 0,
				      object <= OBJECTS && writable[object], how >> 4 & 1, 7)};
	*m = asked;
	serving = true;
	tries = 0;
	return E_OK;
}

/* One page of an answer. */
static void check_page(uint32_t object, uint64_t page, uint64_t frame)
{
	bool zero = object && !writable[object];

	FUZZ_TRUE(frame > 0 && frame < FRAMES && page < PAGES && !given[frame]);
	for (uint32_t i = 0; zero && i < PAGE_BYTES; i++)
		zero = grant[frame * PAGE_BYTES + i] == 0;
	FUZZ_TRUE(placed[object][page] == 0 || placed[object][page] == frame);
	FUZZ_TRUE(zero || owner[frame].object == 0 ||
		  (owner[frame].object == object && owner[frame].page == page));
	placed[object][page] = (uint32_t)frame;
	owner[frame].object = object;
	owner[frame].page = (uint32_t)page;
}

static void check_items(const struct message *m)
{
	uint32_t object = CUSTOM_BADGE_OBJECT(asked.badge);
	uint64_t allowed = RIGHT_READ | (CUSTOM_BADGE_WRITE(asked.badge) ? RIGHT_WRITE : 0) |
			   (CUSTOM_BADGE_EXECUTE(asked.badge) ? RIGHT_EXECUTE : 0);
	struct map_item item = {m->w[0], m->w[1], m->w[2]};
	const uint64_t *more = &words[MESSAGE_REGISTERS];
	uint64_t base = asked.w[0] / PAGE_BYTES - CUSTOM_BADGE_PAGE(asked.badge), total = 0;
	bool missing = false;

	FUZZ_TRUE(object >= 1 && object <= OBJECTS && TAG_ITEMS(m->tag) >= 1 &&
		  TAG_ITEMS(m->tag) <= MAP_ITEMS_MAX);
	for (uint64_t i = 0; i < TAG_ITEMS(m->tag); i++, more += 3) {
		FUZZ_TRUE((item.source & 0xffff) == SOURCE &&
			  !(item.at_rights & (PAGE_BYTES - 1) & ~allowed));
		for (uint64_t page = 0; page < item.source >> 16; page++, total++) {
			check_page(object, (item.at_rights >> PAGE_SHIFT) - base + page, item.offset + page);
			missing |= (item.at_rights >> PAGE_SHIFT) + page == asked.w[0] / PAGE_BYTES;
		}
		item = (struct map_item){more[0], more[1], more[2]};
	}
	FUZZ_TRUE(missing && total <= MAP_PAGES_MAX);
}

static void check_label(uint32_t label)
{
	uint32_t first = CUSTOM_LABEL_FRAME(label), signal = CUSTOM_LABEL_SIGNAL(label);

	if (!(asked.tag & TAG_FAULT)) {
		FUZZ_TRUE(label == E_REQUEST);
		return;
	}
	switch (CUSTOM_LABEL_KIND(label)) {
	case CUSTOM_GIVE:
		FUZZ_TRUE(CUSTOM_BADGE_OBJECT(asked.badge) == 0);
		for (uint32_t i = 0; i < CUSTOM_LABEL_COUNT(label); i++) {
			FUZZ_TRUE(first + i > 0 && first + i < FRAMES && !given[first + i]);
			FUZZ_TRUE(owner[first + i].object == 0);
			given[first + i] = true;
		}
		return;
	case CUSTOM_FAIL:
		FUZZ_TRUE(signal == 7 || signal == 9 || signal == 11);
		return;
	default:
		FUZZ_TRUE(label == CUSTOM_ZERO || label == CUSTOM_NOT_NOW || label == CUSTOM_NO_MEMORY ||
			  label == CUSTOM_RETRY);
	}
}

err_t system_answer_wait(uint64_t deadline, struct message *m)
{
	static const err_t refusals[] = {E_WINDOW, E_RIGHTS, E_TABLES, E_PARKED, E_STALE, E_RANGE, E_MAPPED};
	uint8_t how = draw();

	FUZZ_TRUE(serving && ++tries <= TRIES_MAX);
	if (m->tag & TAG_MAP)
		check_items(m);
	if (how >= 224 && (m->tag & TAG_MAP || how % 7 == 4)) {
		err_t error = refusals[how % 7];

		serving = error != E_STALE;
		memset(m, 0xee, sizeof(*m));
		return error;
	}
	if (!(m->tag & TAG_MAP))
		check_label(TAG_LABEL(m->tag));
	serving = false;
	return system_wait(deadline, m);
}

/* A program that does anything. */
static enum pager_verdict decide(struct pager_request *request)
{
	uint8_t how = draw();

	for (int i = 0; i < (how & 7); i++) {
		uint64_t offset = request->offset_bytes + draw() % 8 * PAGE_BYTES * (how & 64 ? 1 : -1ul);
		uint8_t *frame = i == 0 && how & 8 ? pager_frame(request) : pager_frame_at(request, offset);

		if (frame)
			memset(frame, draw(), PAGE_BYTES);
	}
	if (how & 16)
		return PAGER_SUPPLY;
	return how & 32 ? pager_fail(request, draw(), draw() * 9999u) : (enum pager_verdict)(draw() % 7);
}

static const struct pager_ops ops = {.quota_bytes = ARENA_BYTES, .missing = decide, .anonymous = decide};

static void publish(void)
{
	struct pager_ops own = ops;
	char name[] = "object-0";
	err_t error;

	own.writable = draw() & 1;
	name[7] = (char)('0' + draw() % 8);
	error = pager_publish(name, PAGES * PAGE_BYTES, &own, NULL);
	FUZZ_TRUE(error == E_OK || error == E_TOO_MANY || error == E_NO_MEMORY);
}

static void library_close(void)
{
	for (uint32_t number = 1; number <= OBJECTS; number++)
		if (core.object[number])
			FUZZ_TRUE(pager_withdraw(number) == E_OK);
	while (core.retired) {
		struct object *object = core.retired;

		core.retired = object->next_retired;
		core_free_object(object);
	}
	free(core.frames.free);
}

/* What the library logs about the program's mistakes is many lines; the sanitizers do not write through this.
 */
static void errors_close(void)
{
	static FILE *nowhere;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	if (nowhere)
		stderr = nowhere;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	errors_close();
	played_data_put_back();
	input = (struct fuzz_input){data, bytes};
	memset(given, 0, sizeof(given));
	memset(owner, 0, sizeof(owner));
	memset(placed, 0, sizeof(placed));
	memset(published, 0, sizeof(published));
	serving = false;
	FUZZ_TRUE(pager_open("fuzz", &ops) == E_OK);
	for (int round = 0; round < 4 && input.left; round++) {
		publish();
		publish();
		FUZZ_TRUE(pager_run() == E_DEAD);
		FUZZ_TRUE(frames_check(&core.frames) == 0);
		if (draw() & 1)
			(void)!pager_withdraw(1 + draw() % OBJECTS);
	}
	library_close();
	return 0;
}
