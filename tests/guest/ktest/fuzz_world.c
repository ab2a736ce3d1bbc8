/* SPDX-License-Identifier: MIT */
/* What the fuzzer plays with: how the director makes it, and mends what was done to it. */
#include "fuzz_world.h"

#define COPY_PAGE   20	/* of the hands' image in SLOT_PAGES, then the victims' */
#define IMAGE_PAGES 150 /* at most */
#define VICTIM_PAGE (COPY_PAGE + IMAGE_PAGES)
/* Page of registers behind which nothing is, after the UART's. qemu hw/riscv/virt.c */
#define VIRTIO_UNUSED 7

/* @object as the hands see it: in their copy of the image. */
void *of_hands(void *object)
{
	return (uint8_t *)page_at(COPY_PAGE) + ((uint64_t)object - INIT_BASE);
}

/* The slot of the largest of this kind. */
unsigned find_memory(enum boot_memory_kind kind)
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
void mend_victim_space(void)
{
	(void)sys_space_attach(VICTIM_SPACE, 0, MEMORY, RIGHTS_RWX);
	(void)sys_space_attach(EMPTY_SPACE, 0, MEMORY, RIGHTS_RWX);
	(void)sys_space_attach(VICTIM_SPACE, 1, ARENA, RIGHT_READ | RIGHT_WRITE);
	(void)sys_space_attach(VICTIM_SPACE, 2, SCRATCH, RIGHT_READ | RIGHT_WRITE);
	(void)sys_space_attach(VICTIM_SPACE, SOURCE_IMAGE - 1, TEXT, RIGHT_READ | RIGHT_EXECUTE);
	(void)sys_space_attach(VICTIM_SPACE, SOURCE_IMAGE, DATA, RIGHT_READ | RIGHT_WRITE);
	(void)sys_space_attach(VICTIM_SPACE, SOURCE_IMAGE - 3, MESSAGES, RIGHT_READ | RIGHT_WRITE);
	(void)sys_space_set_limit(VICTIM_SPACE, 16);
	(void)sys_space_set_limit(EMPTY_SPACE, 3);
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

void make_toys(void)
{
	make_memory();
	for (unsigned hand = 0; hand < HANDS; hand++)
		create(CSPACE + hand, KIND_CSPACE, TOY_SLOTS);
	create(EMPTY_SPACE, KIND_SPACE, 3);
	create(ENDPOINT, KIND_ENDPOINT, 0);
	MUST(sys_cap_mint(CAP_NULL, BADGED, CAP_NULL, ENDPOINT, RIGHTS_ALL, 77));
	create(NOTIFICATION, KIND_NOTIFICATION, 0);
	create(TIMER, KIND_TIMER, 0);
	MUST(sys_irq_create(BOOT_SLOT_IRQ_ALL, LINE, UART_LINE));
	make_space_of_hands();
	create(VICTIM_SPACE, KIND_SPACE, 16);
	copy_image(VICTIM_PAGE);
	MUST(sys_memory_carve(SLOT_PAGES, TEXT, VICTIM_PAGE, image_pages(true)));
	MUST(sys_memory_carve(SLOT_PAGES, DATA, VICTIM_PAGE + image_pages(true), image_pages(false)));
	for (unsigned i = 0; i < ACTORS; i++)
		(void)worker_make_abroad(i, i < HANDS ? SPACE : VICTIM_SPACE, CSPACE + i % HANDS, NULL, 0);
}

/* Toys that were deleted come back in the slots they had, if these are empty. */
void mend_toys(unsigned hand)
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
		{TOY_LINE, LINE},
		{TOY_DEVICE, DEVICE},
		{TOY_ARENA, ARENA},
		{TOY_BIG, BIG},
	};
	struct fuzz_shared *shared = of_hands(&fuzz);

	if (random_next(0) % 4 == 0)
		(void)sys_irq_bind(LINE, NOTIFICATION);
	for (unsigned i = 0; i < sizeof(toys) / sizeof(toys[0]); i++)
		(void)sys_cap_copy(CSPACE + hand, toys[i].to, CAP_NULL, toys[i].from, RIGHTS_ALL);
	for (unsigned slot = random_next(0) % 4; slot < TOY_SLOTS; slot += 4)
		shared->kinds[hand][slot] = (uint8_t)sys_cap_info(CSPACE + hand, slot).value;
}
