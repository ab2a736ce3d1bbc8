/* SPDX-License-Identifier: MIT */
/* The director of the fuzzer: the world, rounds, and what is said. The archive holds "SEED CALLS". */
#include "fuzz.h"

/* Slots of the director. */
enum {
	SPACE = SLOT_TEST, /* of the hands */
	VICTIM_SPACE,
	EMPTY_SPACE,
	CSPACE, /* HANDS of them */
	MEMORY = CSPACE + HANDS,
	POOL_MEMORY,
	POOL,
	ARENA,
	BIG,
	ENDPOINT,
	BADGED,
	NOTIFICATION,
	TIMER,
	DEVICE,
	TEXT,
	DATA,
	SCRATCH,
	MESSAGES,
};

#define COPY_PAGE	     20	 /* of the hands' image in SLOT_PAGES, then the victims' */
#define IMAGE_PAGES	     150 /* at most */
#define VICTIM_PAGE	     (COPY_PAGE + IMAGE_PAGES)
#define CHECK_CALLS	     10000
#define PROGRESS_CALLS	     1000000
#define STALLED_MICROSECONDS 500
#define ARCHIVE_VA	     0x21000000ul
#define SOURCE_ARCHIVE	     11
#define UART_INTERRUPTS                                                                     \
	1 /* 16550: its line rises whenever it has nothing to send, so that a line has news \
	   */
#define UART_WHEN_EMPTY 2
#define VIRTIO_UNUSED \
	7 /* page of registers behind which nothing is, after the UART's; qemu hw/riscv/virt.c */

static uint8_t actor_stacks[ACTORS][WORKER_STACK_BYTES] __attribute__((aligned(16)));
static uint64_t seed, calls_wanted;

_Noreturn void fail(const char *file, int line, const char *what, uint64_t got, uint64_t wanted)
{
	print("fuzz: failed: %s:%d: %s: got %lu, not %lu\n", file, line, what, got, wanted);
	power_off(false);
}

/* @object as the hands see it: in their copy of the image. */
static void *of_hands(void *object)
{
	return (uint8_t *)page_at(COPY_PAGE) + ((uint64_t)object - INIT_BASE);
}

/* The slot of the largest of this kind. */
static unsigned find_memory(enum boot_memory_kind kind)
{
	unsigned best = BOOT_MEMORY_MAX;

	for (unsigned i = 0; i < boot->memory_count; i++) {
		if (boot->memory[i].kind == kind &&
		    (best == BOOT_MEMORY_MAX || boot->memory[i].bytes > boot->memory[best].bytes))
			best = i;
	}
	EXPECT(best < boot->memory_count);
	return BOOT_SLOT_MEMORY + best;
}

static uint64_t read_number(const char **text)
{
	uint64_t number = 0;

	while (**text == ' ' || **text == '\n')
		(*text)++;
	for (; **text >= '0' && **text <= '9'; (*text)++)
		number = number * 10 + (uint64_t)(**text - '0');
	return number;
}

/* What the archive says. */
static void read_order(void)
{
	const char *text = (const char *)ARCHIVE_VA;

	MUST(sys_space_attach(BOOT_SLOT_SPACE, SOURCE_ARCHIVE, find_memory(BOOT_MEMORY_ARCHIVE), RIGHT_READ));
	MUST(sys_space_map(BOOT_SLOT_SPACE, ARCHIVE_VA | RIGHT_READ, MAP_SOURCE(SOURCE_ARCHIVE, 1), 0));
	seed = read_number(&text);
	calls_wanted = read_number(&text);
	MUST(sys_space_detach(BOOT_SLOT_SPACE, SOURCE_ARCHIVE));
	EXPECT(calls_wanted != 0);
}

static uint64_t image_pages(bool text)
{
	const struct init_image *image = (const struct init_image *)INIT_BASE;

	return text ? image->text_pages : image->data_pages + image->bss_pages;
}

/* @pages pages at @at, from page @offset of a source on. */
static void map_pages(cap_t space, uint64_t at_rights, unsigned source, uint64_t offset, uint64_t pages)
{
	for (uint64_t done = 0, part; done < pages; done += part) {
		part = pages - done < MAP_PAGES_MAX ? pages - done : MAP_PAGES_MAX;
		(void)sys_space_map(space, at_rights + done * PAGE_BYTES, MAP_SOURCE(source, part),
				    offset + done);
	}
}

/* The image as it is now into @space, whose sources for text and data are there. */
static void map_image(cap_t space)
{
	map_pages(space, INIT_BASE | RIGHT_READ | RIGHT_EXECUTE, SOURCE_IMAGE - 1, 0, image_pages(true));
	map_pages(space, (INIT_BASE + image_pages(true) * PAGE_BYTES) | RIGHT_READ | RIGHT_WRITE,
		  SOURCE_IMAGE, 0, image_pages(false));
}

static void copy_image(unsigned page)
{
	EXPECT(image_pages(true) + image_pages(false) <= IMAGE_PAGES);
	memcpy(page_at(page), (const void *)INIT_BASE, (image_pages(true) + image_pages(false)) * PAGE_BYTES);
}

/* The hands' Space: nobody but the director can change it. */
static void make_space_of_hands(void)
{
	cap_t text = SLOT_TEST_END - 1, data = SLOT_TEST_END - 2;

	create(SPACE, KIND_SPACE, 16);
	copy_image(COPY_PAGE);
	MUST(sys_memory_carve(SLOT_PAGES, text, COPY_PAGE, image_pages(true)));
	MUST(sys_memory_carve(SLOT_PAGES, data, COPY_PAGE + image_pages(true), image_pages(false)));
	MUST(sys_space_attach(SPACE, SOURCE_IMAGE - 1, text, RIGHT_READ | RIGHT_EXECUTE));
	MUST(sys_space_attach(SPACE, SOURCE_IMAGE, data, RIGHT_READ | RIGHT_WRITE));
	map_image(SPACE);
	MUST(sys_space_attach(SPACE, SOURCE_IMAGE - 2, BOOT_SLOT_INFO_PAGE, RIGHT_READ));
	map_pages(SPACE, INIT_INFO_PAGE | RIGHT_READ, SOURCE_IMAGE - 2, 0, 1);
	MUST(sys_space_attach(SPACE, SOURCE_IMAGE - 3, MESSAGES, RIGHT_READ | RIGHT_WRITE));
	map_pages(SPACE, (uint64_t)worker_page(0) | RIGHT_READ | RIGHT_WRITE, SOURCE_IMAGE - 3, 0, HANDS);
	/* What a hand names when it copies between a source and a caller's buffer. */
	MUST(sys_space_attach(SPACE, 0, SCRATCH, RIGHT_READ | RIGHT_WRITE));
	MUST(sys_space_attach(SPACE, 1, ARENA, RIGHT_READ | RIGHT_WRITE));
	MUST(sys_space_attach(SPACE, 2, DEVICE, RIGHT_READ | RIGHT_WRITE));
	MUST(sys_space_attach(SPACE, 3, MEMORY, RIGHT_READ));
	map_pages(SPACE, SCRATCH_VA | RIGHT_READ | RIGHT_WRITE, 0, 0, 2);
}

/* Again as it was, whatever the hands have done to it. */
static void mend_victim_space(void)
{
	(void)sys_space_attach(VICTIM_SPACE, 0, MEMORY, RIGHTS_RWX);
	(void)sys_space_attach(VICTIM_SPACE, 1, ARENA, RIGHT_READ | RIGHT_WRITE);
	(void)sys_space_attach(VICTIM_SPACE, 2, SCRATCH, RIGHT_READ | RIGHT_WRITE);
	(void)sys_space_attach(VICTIM_SPACE, SOURCE_IMAGE - 1, TEXT, RIGHT_READ | RIGHT_EXECUTE);
	(void)sys_space_attach(VICTIM_SPACE, SOURCE_IMAGE, DATA, RIGHT_READ | RIGHT_WRITE);
	(void)sys_space_attach(VICTIM_SPACE, SOURCE_IMAGE - 3, MESSAGES, RIGHT_READ | RIGHT_WRITE);
	(void)sys_space_set_limit(VICTIM_SPACE, 16);
	(void)sys_space_unpark(VICTIM_SPACE, 0, RIGHTS_RWX);
	memcpy((uint8_t *)page_at(VICTIM_PAGE) + image_pages(true) * PAGE_BYTES,
	       (const uint8_t *)INIT_BASE + image_pages(true) * PAGE_BYTES, image_pages(false) * PAGE_BYTES);
	map_image(VICTIM_SPACE);
	map_pages(VICTIM_SPACE, SCRATCH_VA | RIGHT_READ | RIGHT_WRITE, 2, 0, 2);
	map_pages(VICTIM_SPACE, (uint64_t)worker_page(HANDS) | RIGHT_READ | RIGHT_WRITE, SOURCE_IMAGE - 3,
		  HANDS, ACTORS - HANDS);
}

static void make_memory(void)
{
	unsigned device = find_memory(BOOT_MEMORY_DEVICE), ram = find_memory(BOOT_MEMORY_RAM);

	MUST(sys_memory_carve(SLOT_PAGES, MEMORY, 2 * ARENA_PAGES, 2 * ARENA_PAGES));
	MUST(sys_memory_carve(SLOT_PAGES, POOL_MEMORY, 4 * ARENA_PAGES, ARENA_PAGES));
	MUST(sys_memory_carve(SLOT_PAGES, ARENA, 5 * ARENA_PAGES, ARENA_PAGES));
	MUST(sys_memory_carve(ram, BIG,
			      (0 - boot->memory[ram - BOOT_SLOT_MEMORY].base) % ARENA_BYTES / PAGE_BYTES +
				      WORLD_ARENAS * ARENA_PAGES,
			      (POOL_ARENAS_MAX + 1) * ARENA_PAGES));
	MUST(sys_memory_carve(SLOT_PAGES, SCRATCH, (SCRATCH_VA - PAGES_VA) / PAGE_BYTES, 2));
	MUST(sys_memory_carve(SLOT_PAGES, MESSAGES, WORKER_PAGE(0), ACTORS));
	MUST(sys_memory_carve(device, DEVICE,
			      (0x10000000ul - boot->memory[device - BOOT_SLOT_MEMORY].base) / PAGE_BYTES +
				      VIRTIO_UNUSED,
			      1));
	MUST(sys_pool_create(POOL_MEMORY, POOL));
}

static void make_toys(void)
{
	make_memory();
	for (unsigned hand = 0; hand < HANDS; hand++)
		create(CSPACE + hand, KIND_CSPACE, TOY_SLOTS);
	create(EMPTY_SPACE, KIND_SPACE, 3);
	create(ENDPOINT, KIND_ENDPOINT, 0);
	MUST(sys_cap_mint(CAP_NULL, BADGED, CAP_NULL, ENDPOINT, RIGHTS_ALL, 77));
	create(NOTIFICATION, KIND_NOTIFICATION, 0);
	create(TIMER, KIND_TIMER, 0);
	make_space_of_hands();
	create(VICTIM_SPACE, KIND_SPACE, 16);
	copy_image(VICTIM_PAGE);
	MUST(sys_memory_carve(SLOT_PAGES, TEXT, VICTIM_PAGE, image_pages(true)));
	MUST(sys_memory_carve(SLOT_PAGES, DATA, VICTIM_PAGE + image_pages(true), image_pages(false)));
	for (unsigned i = 0; i < ACTORS; i++)
		(void)worker_make_abroad(i, i < HANDS ? SPACE : VICTIM_SPACE, CSPACE + i % HANDS, NULL, 0);
}

/* Toys that were deleted come back in the slots they had, if these are empty. */
static void mend_toys(unsigned hand)
{
	const struct {
		uint8_t to;
		uint16_t from;
	} toys[] = {
		{TOY_OWN, CSPACE + hand},
		{TOY_OTHER, CSPACE + !hand},
		{TOY_MEMORY, MEMORY},
		{TOY_POOL, POOL},
		{TOY_SPACE, VICTIM_SPACE},
		{TOY_EMPTY_SPACE, EMPTY_SPACE},
		{TOY_VICTIM, worker_thread(2)},
		{TOY_OTHER_VICTIM, worker_thread(3)},
		{TOY_ENDPOINT, ENDPOINT},
		{TOY_BADGED, BADGED},
		{TOY_NOTIFICATION, NOTIFICATION},
		{TOY_TIMER, TIMER},
		{TOY_IRQ_ALL, BOOT_SLOT_IRQ_ALL},
		{TOY_DEVICE, DEVICE},
		{TOY_ARENA, ARENA},
		{TOY_BIG, BIG},
	};
	struct fuzz_shared *shared = of_hands(&fuzz);

	for (unsigned i = 0; i < sizeof(toys) / sizeof(toys[0]); i++)
		(void)sys_cap_copy(CSPACE + hand, toys[i].to, CAP_NULL, toys[i].from, RIGHTS_ALL);
	for (unsigned slot = random_next(0) % 4; slot < TOY_SLOTS; slot += 4)
		shared->kinds[hand][slot] = (uint8_t)sys_cap_info(CSPACE + hand, slot).value;
}

static uint64_t stack_top(unsigned actor)
{
	return (uint64_t)actor_stacks[actor] + WORKER_STACK_BYTES;
}

/* A hand that was stopped at its breakpoint begins again; @wake: one that is blocked goes on, CANCELLED. */
static void restart_hand(unsigned hand, bool wake)
{
	cap_t thread = (cap_t)worker_thread(hand);
	uint64_t state = MUST(sys_thread_read(thread));

	if (state == THREAD_STOPPED) {
		MUST(sys_thread_start(thread, (uint64_t)hand_begin, stack_top(hand), hand, 0));
	} else if (wake && state >= THREAD_SENDING) {
		MUST(sys_thread_suspend(thread));
		MUST(sys_thread_resume(thread));
	}
}

/* From the beginning, wherever it is, with everything that it needs and another seed. */
static void restart_victim(unsigned victim)
{
	cap_t thread = (cap_t)worker_thread(victim);

	MUST(sys_thread_suspend(thread));
	(void)sys_thread_bind(thread, BIND_SPACE, VICTIM_SPACE);
	(void)sys_thread_bind(thread, BIND_CSPACE, CSPACE + victim % HANDS);
	(void)sys_thread_bind(thread, BIND_PAGER, random_next(0) % 4 ? ENDPOINT : BADGED);
	(void)sys_thread_bind(thread, BIND_MESSAGE, worker_slot(victim, WORKER_MESSAGE));
	(void)sys_thread_priority(thread, VICTIM_PRIORITY);
	(void)sys_thread_start(thread, (uint64_t)victim_begin, stack_top(victim), victim, 0);
}

/* Some go without a message page, or with a notification, for a while. */
static void change_hand(unsigned hand, bool first)
{
	cap_t thread = (cap_t)worker_thread(hand);

	(void)sys_thread_bind(thread, BIND_MESSAGE,
			      random_next(0) % 8 ? worker_slot(hand, WORKER_MESSAGE) : 0);
	(void)sys_thread_bind(thread, BIND_NOTIFICATION, random_next(0) % 8 ? 0 : NOTIFICATION);
	MUST(sys_thread_priority(thread, HAND_PRIORITY - !first));
}

static void one_round(bool stalled)
{
	struct fuzz_shared *shared = of_hands(&fuzz);
	unsigned first = random_next(0) % HANDS;
	bool mends = random_next(0) % (stalled ? 2 : 4) == 0;

	shared->rounds++;
	for (unsigned hand = 0; hand < HANDS; hand++) {
		if (stalled || random_next(0) % 2 == 0)
			mend_toys(hand);
		change_hand(hand, hand == first);
	}
	for (unsigned i = 0; i < ACTORS; i++)
		fuzz.random[i] = random_next(0) | 1;
	if (mends)
		mend_victim_space();
	for (unsigned victim = HANDS; mends && victim < ACTORS; victim++)
		restart_victim(victim);
	for (unsigned hand = 0; hand < HANDS; hand++)
		restart_hand(hand, stalled || random_next(0) % 4 == 0);
}

/* A hand's breakpoint stops it; any other fault of a hand is a bug, of the fuzzer or of the kernel. */
static bool await_hands(void)
{
	struct message m;

	if (ipc_wait(SLOT_FAULTS, ticks_from_now(STALLED_MICROSECONDS), &m) != E_OK)
		return true;
	if (m.badge < FAULT_BADGE + HANDS && TAG_LABEL(m.tag) != FAULT_BREAKPOINT)
		fail(__FILE__, __LINE__, "a hand faulted: address, pc", m.w[0], m.w[1]);
	m = message_make(E_DENIED, 0, 0);
	(void)ipc_reply(&m);
	return false;
}

static void expect_no_violation(const struct fuzz_shared *shared)
{
	const struct violation *found = &shared->violation;

	if (!found->what)
		return;
	print("fuzz: failed: %s: %s (%lu) gave error %lu value 0x%lx for 0x%lx 0x%lx 0x%lx 0x%lx 0x%lx "
	      "0x%lx\n",
	      found->what, list_name(found->number), found->number, found->error, found->value, found->w[0],
	      found->w[1], found->w[2], found->w[3], found->w[4], found->w[5]);
	power_off(false);
}

static void run_rounds(struct fuzz_shared *shared)
{
	uint64_t next_check = CHECK_CALLS, next_progress = PROGRESS_CALLS;
	bool stalled = false;

	mend_victim_space();
	while (shared->calls < calls_wanted) {
		one_round(stalled);
		stalled = await_hands();
		expect_no_violation(shared);
		if (shared->calls >= next_check) {
			MUST(sys_system_check());
			next_check = shared->calls + CHECK_CALLS;
		}
		if (shared->calls >= next_progress) {
			print("fuzz: %lu calls, %lu rounds\n", shared->calls, shared->rounds);
			next_progress += PROGRESS_CALLS;
		}
	}
}

_Noreturn void init_main(const struct boot_info *info)
{
	struct fuzz_shared *shared = of_hands(&fuzz);
	uint64_t calls;
	const char *left;

	boot = info;
	world_open();
	read_order();
	print("fuzz: seed %lu, %lu calls\n", seed, calls_wanted);
	list_read();
	world_begin();
	for (unsigned i = 0; i < ACTORS; i++)
		fuzz.random[i] = (seed + 1 + i) * 0x9e3779b97f4a7c15;
	make_toys();
	*(volatile uint8_t *)(DEVICE_VA + UART_INTERRUPTS) = UART_WHEN_EMPTY;
	run_rounds(shared);
	list_report(shared);
	for (unsigned i = 0; i < ACTORS; i++)
		MUST(sys_thread_suspend(worker_thread(i)));
	(void)sys_trace_control(BOOT_SLOT_IRQ_ALL, 0);
	calls = shared->calls;
	MUST(sys_cap_revoke(CAP_NULL, BIG));
	MUST(sys_cap_delete(CAP_NULL, BIG));
	left = world_end();
	if (left)
		print("fuzz: failed: left behind: %s\n", left);
	MUST(sys_system_check());
	print("fuzz: irq_off_max=%lu irq_off_call=%lu\n", world_info()->irq_off_max,
	      world_info()->irq_off_call);
	print("fuzz: %lu calls done\n", calls);
	power_off(left == NULL);
}
