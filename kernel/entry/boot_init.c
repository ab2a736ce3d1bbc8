/* SPDX-License-Identifier: MIT */
/*
 * Making init: the only program that the kernel itself loads. Its flat image lies in the kernel's image;
 * it is copied to frames of its own and mapped with exact rights, so init never faults.
 */
#include <string.h>

#include "base/panic.h"
#include "base/spot.h"
#include "entry/boot.h"
#include "object/check.h"
#include "object/frame.h"
#include "object/sched.h"
#include "object/tables.h"

extern const char init_image_start[], init_image_end[], kernel_image_start[], kernel_boot_end[];

#define INIT_TABLE_LIMIT 4096

static void map_pages(struct boot *boot, vaddr_t at, uint64_t pfn, uint64_t pages, unsigned rights)
{
	for (uint64_t i = 0; i < pages; i++) {
		struct map_plan plan = {at + i * PAGE_BYTES, pfn + i, 1, rights, false};

		frame_set_kind(pfn + i, 1, FRAME_USER);
		if (!tables_make(boot->space, plan.at, 1, 0))
			panic("boot: no page tables for init");
		map_apply(boot->space, &plan, 1);
	}
}

static void map_image(struct boot *boot)
{
	const struct init_image *image = (const struct init_image *)init_image_start;
	uint64_t bytes = (uint64_t)(init_image_end - init_image_start), file_pages, pfn;

	if (bytes < sizeof *image || image->magic != INIT_IMAGE_MAGIC)
		panic("boot: init's image has no header");
	file_pages = image->text_pages + image->data_pages;
	if (file_pages * PAGE_BYTES < bytes)
		panic("boot: init's image has %lu bytes, its header says %lu pages", bytes, file_pages);
	pfn = boot_take(boot, file_pages + image->bss_pages);
	memcpy(spot_of_pfn(pfn), init_image_start, bytes);
	map_pages(boot, INIT_BASE, pfn, image->text_pages, RIGHT_READ | RIGHT_EXECUTE);
	map_pages(boot, INIT_BASE + image->text_pages * PAGE_BYTES, pfn + image->text_pages,
		  image->data_pages + image->bss_pages, RIGHT_READ | RIGHT_WRITE);
}

static void map_stack_and_pages(struct boot *boot, uint64_t message_pfn)
{
	uint64_t stack_pages = INIT_STACK_BYTES / PAGE_BYTES;

	map_pages(boot, INIT_STACK_TOP - INIT_STACK_BYTES, boot_take(boot, stack_pages), stack_pages,
		  RIGHT_READ | RIGHT_WRITE);
	map_pages(boot, INIT_MESSAGE_PAGE, message_pfn, 1, RIGHT_READ | RIGHT_WRITE);
	map_pages(boot, INIT_BOOT_INFO, spot_pfn(boot->boot_info), 1, RIGHT_READ);
	map_pages(boot, INIT_INFO_PAGE, spot_pfn(info), 1, RIGHT_READ);
}

static struct slot *make_cap(struct boot *boot, unsigned slot, enum object_kind kind, uint64_t a, uint64_t b)
{
	struct slot *made = cspace_slot(boot->cspace, slot);

	cap_make(NULL, made, kind, a, b);
	return made;
}

/* A Memory capability that is also an entry of boot_info. */
static void give_memory(struct boot *boot, enum boot_memory_kind kind, paddr_t from, paddr_t to)
{
	uint64_t index = boot->boot_info->memory_count;
	struct slot *slot;

	if (from >= to)
		return;
	if (index >= BOOT_MEMORY_MAX)
		panic("boot: more than %u pieces of memory", BOOT_MEMORY_MAX);
	boot->boot_info->memory[index] = (struct boot_memory){kind, from, to - from};
	boot->boot_info->memory_count++;
	slot = make_cap(boot, (unsigned)(BOOT_SLOT_MEMORY + index), KIND_MEMORY, from, to - from);
	if (kind == BOOT_MEMORY_ARCHIVE)
		slot->rights = RIGHT_READ | RIGHT_EXECUTE;
	if (kind == BOOT_MEMORY_DEVICE) {
		slot->rights = RIGHT_READ | RIGHT_WRITE;
		slot->flags |= SLOT_DEVICE;
	} else {
		frame_set_kind(from / PAGE_BYTES, (to - from) / PAGE_BYTES, FRAME_USER);
	}
}

/* Keep the lowest piece of what begins at or after @from: a range that reaches below it is cut there. */
static void lower_hole(struct dtb_range *hole, paddr_t from, paddr_t base, paddr_t end)
{
	if (end > from && max_u64(base, from) < hole->base)
		*hole = (struct dtb_range){max_u64(base, from), end - max_u64(base, from)};
}

/* The first reserved range or archive that is not below @from; empty at @limit when there is none. */
static struct dtb_range next_hole(const struct boot *boot, paddr_t from, paddr_t limit)
{
	const struct dtb_machine *machine = &boot->machine;
	struct dtb_range hole = {limit, 0};

	lower_hole(&hole, from, machine->initrd_start, machine->initrd_end);
	for (uint64_t i = 0; i < machine->reserved_count; i++)
		lower_hole(&hole, from, machine->reserved[i].base,
			   machine->reserved[i].base + machine->reserved[i].bytes);
	return hole;
}

static void give_all_memory(struct boot *boot)
{
	const struct dtb_machine *machine = &boot->machine;
	paddr_t at = boot->next_pfn * PAGE_BYTES;
	paddr_t limit = (frame_first_pfn + frame_count) * PAGE_BYTES;

	while (at < limit) {
		struct dtb_range hole = next_hole(boot, at, limit);

		give_memory(boot, BOOT_MEMORY_RAM, at, align_down(hole.base, PAGE_BYTES));
		at = align_up(hole.base + hole.bytes, PAGE_BYTES);
	}
	/* What runs now: no program does before it is over, see mmu_close_boot(). */
	give_memory(boot, BOOT_MEMORY_RAM, spot_physical(kernel_image_start), spot_physical(kernel_boot_end));
	give_memory(boot, BOOT_MEMORY_ARCHIVE, align_down(machine->initrd_start, PAGE_BYTES),
		    align_up(machine->initrd_end, PAGE_BYTES));
	give_memory(boot, BOOT_MEMORY_DEVICE, 0, machine->memory[0].base);
	boot->boot_info->archive_bytes = machine->initrd_end - machine->initrd_start;
}

/* The pool for init's own objects: the next whole arena. */
static void make_pool(struct boot *boot)
{
	uint64_t pfn = align_up(boot->next_pfn, ARENA_PAGES);
	err_t error;

	boot->next_pfn = pfn;
	(void)boot_take(boot, ARENA_PAGES);
	frame_set_kind(pfn, ARENA_PAGES, FRAME_USER);
	*arena_word(pfn) = (uint32_t)FRAME_USER << FRAME_KIND_SHIFT;
	error = pool_create(pfn, ARENA_PAGES, &boot->pool);
	if (error != E_OK)
		panic("boot: pool_create: error %d", (int)error);
}

static void make_objects(struct boot *boot)
{
	make_pool(boot);
	if (cspace_create(boot->pool, INIT_CSPACE_SLOTS, &boot->cspace) != E_OK ||
	    space_create(boot->pool, INIT_TABLE_LIMIT, &boot->space) != E_OK)
		panic("boot: the first arena is too small");
	boot->thread = thread_create(boot->pool);
	check_roots = boot->cspace;
}

static void bind(struct boot *boot, enum thread_binding what, struct slot *slot)
{
	err_t error = thread_bind(boot->thread, what, slot);

	if (error != E_OK)
		panic("boot: thread_bind %d: error %d", (int)what, (int)error);
}

/* A root capability over frames that the kernel keeps; their count stays above zero for good. */
static struct slot *keep_frames(struct boot *boot, unsigned slot, const void *start, uint64_t pages,
				unsigned rights)
{
	struct slot *made = make_cap(boot, slot, KIND_MEMORY, spot_physical(start), pages * PAGE_BYTES);

	made->rights = (uint8_t)rights;
	for (uint64_t i = 0; i < pages; i++) {
		uint32_t *word = frame_word(spot_pfn(start) + i);

		if (word_kind(*word) != FRAME_USER)
			frame_set_kind(spot_pfn(start) + i, 1, FRAME_USER);
		++*word;
		frame_kept++;
	}
	return made;
}

/* Whole arenas are counted by their word; those of mixed kinds frame by frame. */
static void count_frames(void)
{
	uint64_t count[3] = {0, 0, 0};

	for (uint64_t i = 0; i < frame_count; i += ARENA_PAGES) {
		enum frame_kind kind = word_kind(*arena_word(frame_first_pfn + i));
		uint64_t pages = min_u64(ARENA_PAGES, frame_count - i);

		if (kind != FRAME_NONE) {
			count[kind] += pages;
			continue;
		}
		for (uint64_t j = i; j < i + pages; j++)
			count[word_kind(frame_words[j])]++;
	}
	info->frames_user = count[FRAME_USER];
	info->frames_kernel = count[FRAME_KERNEL];
	info->kernel_frames = count[FRAME_NONE];
}

void boot_make_init(struct boot *boot)
{
	uint64_t message_pfn = boot_take(boot, 1), rings = TRACE_RING_BYTES / PAGE_BYTES * info->harts;
	struct slot *message;
	err_t error;

	boot->boot_info = spot_of_pfn(boot_take(boot, 1));
	boot->boot_info->magic = BOOT_INFO_MAGIC;
	boot->boot_info->abi_version = ABI_VERSION;
	make_objects(boot);
	map_image(boot);
	map_stack_and_pages(boot, message_pfn);
	keep_frames(boot, BOOT_SLOT_INFO_PAGE, info, 1, RIGHT_READ);
	keep_frames(boot, BOOT_SLOT_TRACE, cpus[0].trace, rings, RIGHT_READ);
	give_all_memory(boot);
	frame_settle_arenas();
	make_cap(boot, BOOT_SLOT_POOL, KIND_POOL, (uint64_t)boot->pool, 0);
	make_cap(boot, BOOT_SLOT_IRQ_ALL, KIND_IRQ, 0, 0);
	bind(boot, BIND_SPACE, make_cap(boot, BOOT_SLOT_SPACE, KIND_SPACE, (uint64_t)boot->space, 0));
	bind(boot, BIND_CSPACE, make_cap(boot, BOOT_SLOT_CSPACE, KIND_CSPACE, (uint64_t)boot->cspace, 0));
	make_cap(boot, BOOT_SLOT_THREAD, KIND_THREAD, (uint64_t)boot->thread, 0);
	message = keep_frames(boot, BOOT_SLOT_MESSAGE, spot_of_pfn(message_pfn), 1, RIGHT_READ | RIGHT_WRITE);
	bind(boot, BIND_MESSAGE, message);
	boot->boot_info->first_free_slot = BOOT_SLOT_MEMORY + boot->boot_info->memory_count;
	boot->thread->priority = INIT_PRIORITY;
	count_frames();
	error = thread_start(boot->thread, ((const struct init_image *)init_image_start)->entry,
			     INIT_STACK_TOP, INIT_BOOT_INFO, 0);
	if (error != E_OK)
		panic("boot: init cannot start: error %d", (int)error);
}
