/* SPDX-License-Identifier: MIT */
/*
 * A resident server: its segments, stack and message page lie behind each other in one piece of RAM, filled
 * through a window of init's own space and then mapped eagerly, each page with exactly its rights.
 *
 *   image Memory:  | segment 0 | segment 1 | ... | stack (16 pages) | message page |
 */
#include "format/elf.h"
#include "init.h"
#include "proto/proto.h"
#include <pagoda/program.h>
#include <pagoda/syscall.h>
#include <string.h>

#define STACK_PAGES (SERVER_STACK_BYTES / PAGE_BYTES)

struct piece {
	uint64_t at; /* page address in the server */
	uint64_t pages;
	uint64_t first; /* page of the image */
};

static struct piece piece_of(const struct elf_segment *segment, uint64_t first)
{
	uint64_t start = segment->address & ~(PAGE_BYTES - 1);
	uint64_t end = (segment->address + segment->memory_bytes + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);

	return (struct piece){.at = start, .pages = (end - start) / PAGE_BYTES, .first = first};
}

static void window_open(const struct server *server)
{
	if (server->image_pages * PAGE_BYTES > INIT_WINDOW_BYTES)
		init_panic("server %s is larger than %lu bytes", server->text.name, INIT_WINDOW_BYTES);
	init_need(
		sys_space_attach(BOOT_SLOT_SPACE, INIT_SOURCE_WINDOW, server->image, RIGHT_READ | RIGHT_WRITE)
			.error,
		"attaching a server's image");
	init_need(pages_map(BOOT_SLOT_SPACE, INIT_SOURCE_WINDOW, INIT_WINDOW, RIGHT_READ | RIGHT_WRITE, 0,
			    server->image_pages),
		  "mapping a server's image");
	memset((void *)INIT_WINDOW, 0, server->image_pages * PAGE_BYTES);
}

static void window_close(void)
{
	init_need(sys_space_detach(BOOT_SLOT_SPACE, INIT_SOURCE_WINDOW).error, "closing the window");
}

static void image_parse(const struct server *server, struct elf_memory *file, struct elf_image *image)
{
	const struct elf_bounds bounds = {PROGRAM_BASE, SERVER_DEVICE_BASE};
	struct elf_reader reader;
	err_t error;

	file->base = file_find(server->text.name, &file->bytes);
	if (!file->base)
		init_panic("the boot archive has no /boot/%s", server->text.name);
	reader = elf_memory_reader(file);
	error = elf_parse(&reader, &bounds, image);
	if (error != E_OK)
		init_panic("/boot/%s is no server: error %d", server->text.name, (int)error);
}

static uint64_t image_count_pages(const struct elf_image *image)
{
	uint64_t pages = STACK_PAGES + 1;

	for (uint64_t i = 0; i < image->segment_count; i++)
		pages += piece_of(&image->segments[i], 0).pages;
	return pages;
}

static void image_fill(const struct elf_image *image, const struct elf_memory *file)
{
	uint64_t first = 0;

	for (uint64_t i = 0; i < image->segment_count; i++) {
		const struct elf_segment *segment = &image->segments[i];
		struct piece piece = piece_of(segment, first);

		memcpy((uint8_t *)INIT_WINDOW + first * PAGE_BYTES + (segment->address - piece.at),
		       (const uint8_t *)file->base + segment->file_offset, segment->file_bytes);
		first += piece.pages;
	}
}

static void server_map(const struct server *server, uint64_t source, uint64_t rights, struct piece piece)
{
	init_need(pages_map(server->space, source, piece.at, rights, piece.first, piece.pages),
		  "mapping a server");
}

static void image_map(struct server *server, const struct elf_image *image)
{
	uint64_t first = 0;

	init_need(sys_space_attach(server->space, SERVER_SOURCE_IMAGE, server->image, RIGHTS_RWX).error,
		  "attaching an image");
	for (uint64_t i = 0; i < image->segment_count; i++) {
		struct piece piece = piece_of(&image->segments[i], first);

		server_map(server, SERVER_SOURCE_IMAGE, image->segments[i].prot & RIGHTS_RWX, piece);
		first += piece.pages;
	}
	server->stack_page = first;
	server_map(server, SERVER_SOURCE_IMAGE, RIGHT_READ | RIGHT_WRITE,
		   (struct piece){PROGRAM_STACK_TOP - SERVER_STACK_BYTES, STACK_PAGES, first});
	server_map(server, SERVER_SOURCE_IMAGE, RIGHT_READ | RIGHT_WRITE,
		   (struct piece){PROGRAM_MESSAGE_PAGE, 1, first + STACK_PAGES});
}

static void info_page_map(const struct server *server)
{
	init_need(sys_space_attach(server->space, SERVER_SOURCE_INFO, BOOT_SLOT_INFO_PAGE, RIGHT_READ).error,
		  "attaching the info page");
	server_map(server, SERVER_SOURCE_INFO, RIGHT_READ, (struct piece){PROGRAM_INFO_PAGE, 1, 0});
}

static void thread_bind_all(const struct server *server)
{
	cap_t message = slot_new(), faults;
	uint64_t number = server - init.servers;

	faults = endpoint_mint(init.fault_endpoint, RIGHT_WRITE, BADGE_SERVER_FAULT + number);
	init_need(sys_memory_carve(server->image, message, server->image_pages - 1, 1).error,
		  "carving a message page");
	init_need(sys_thread_bind(server->thread, BIND_CSPACE, server->cspace).error, "binding a CSpace");
	init_need(sys_thread_bind(server->thread, BIND_SPACE, server->space).error, "binding a space");
	init_need(sys_thread_bind(server->thread, BIND_PAGER, faults).error, "binding a fault endpoint");
	init_need(sys_thread_bind(server->thread, BIND_NOTIFICATION, server->notification).error,
		  "binding a notification");
	init_need(sys_thread_bind(server->thread, BIND_MESSAGE, message).error, "binding a message page");
	init_need(sys_thread_priority(server->thread, server->text.priority).error, "setting a priority");
}

void loader_load(struct server *server)
{
	struct elf_memory file;
	struct elf_image image;

	image_parse(server, &file, &image);
	server->entry = image.entry;
	server->image_pages = image_count_pages(&image);
	server->image = memory_take(server->image_pages);
	window_open(server);
	image_fill(&image, &file);
	window_close();
	image_map(server, &image);
	info_page_map(server);
	thread_bind_all(server);
}

/* What a server is told at its start. Right only when nothing is taken any more. */
static struct server_start start_record(const struct server *server)
{
	struct server_start start = {.option_faults = init.option_faults,
				     .option_interactive = init.option_interactive,
				     .frames_total = memory_total_pages()};
	const struct boot_memory *archive;

	strcpy(start.name, server->text.name);
	start.archive_bytes = init.boot->archive_bytes;
	if (memory_of_kind(BOOT_MEMORY_ARCHIVE, &archive) != CAP_NULL)
		start.archive = (struct server_range){archive->base, archive->bytes};
	start.pinned_frames = memory_total_pages();
	for (uint32_t i = 0; i < memory_ranges(); i++) {
		struct server_range range;

		range.bytes = memory_left(i, &range.base);
		start.pinned_frames -= range.bytes / PAGE_BYTES;
		if (range.bytes > 0)
			start.ram[start.ram_count++] = range;
	}
	return start;
}

void loader_start(struct server *server)
{
	uint64_t below = (sizeof(struct server_start) + 15) / 16 * 16, sp = PROGRAM_STACK_TOP - below;
	uint64_t stack_end = INIT_WINDOW + (server->stack_page + STACK_PAGES) * PAGE_BYTES;
	struct server_start start = start_record(server);

	init_need(
		sys_space_attach(BOOT_SLOT_SPACE, INIT_SOURCE_WINDOW, server->image, RIGHT_READ | RIGHT_WRITE)
			.error,
		"attaching a stack");
	init_need(pages_map(BOOT_SLOT_SPACE, INIT_SOURCE_WINDOW, stack_end - PAGE_BYTES,
			    RIGHT_READ | RIGHT_WRITE, server->stack_page + STACK_PAGES - 1, 1),
		  "mapping a stack");
	memcpy((void *)(stack_end - below), &start, sizeof(start));
	window_close();
	init_need(sys_thread_start(server->thread, server->entry, sp, sp, 0).error, "starting a server");
	server->started = true;
}
