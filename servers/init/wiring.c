/* SPDX-License-Identifier: MIT */
/*
 * The capabilities of a server: six that every one has, and those the manifest names. A row of the table says
 * what such a name means; a name without a row for this server ends the boot.
 */
#include "init.h"
#include "machine.h"
#include "proto/records.h"
#include <pagoda/syscall.h>
#include <string.h>

struct wire {
	const char *server, *name;
	void (*give)(struct server *server, const struct wire *wire);
	uint32_t slot;	   /* of the server's CSpace */
	const char *other; /* server whose object is given */
	uint64_t badge;
};

/* Derive into the server's CSpace. */
static void give(const struct server *server, uint64_t slot, cap_t from, uint64_t rights)
{
	init_need(sys_cap_copy(server->cspace, slot, CAP_NULL, from, rights).error, "giving a capability");
}

static void give_minted(const struct server *server, const struct wire *wire, cap_t from)
{
	init_need(sys_cap_mint(server->cspace, wire->slot, CAP_NULL, from, RIGHT_WRITE | RIGHT_GRANT,
			       wire->badge)
			  .error,
		  "giving a badged capability");
}

static struct server *other_of(const struct wire *wire)
{
	struct server *other = server_find(wire->other);

	if (!other)
		init_panic("manifest: %s wants %s, but there is no server %s", wire->server, wire->name,
			   wire->other);
	return other;
}

static void wire_endpoint(struct server *server, const struct wire *wire)
{
	give_minted(server, wire, other_of(wire)->endpoint);
}

static void wire_notification(struct server *server, const struct wire *wire)
{
	init_need(sys_cap_mint(server->cspace, wire->slot, CAP_NULL, other_of(wire)->notification,
			       RIGHT_WRITE, wire->badge)
			  .error,
		  "giving a notification");
}

/* The endpoint itself, to mint badges: for proc, which gives each process its own. */
static void wire_endpoint_all(struct server *server, const struct wire *wire)
{
	give(server, wire->slot, other_of(wire)->endpoint, RIGHT_WRITE | RIGHT_MANAGE);
}

static void wire_session_news(struct server *server, const struct wire *wire)
{
	init_need(sys_cap_mint(server->cspace, wire->slot, CAP_NULL, init.notification, RIGHT_WRITE,
			       wire->badge)
			  .error,
		  "giving init's notification");
}

static void wire_pool(struct server *server, const struct wire *wire)
{
	give(server, wire->slot, init.process_pool, RIGHT_READ | RIGHT_WRITE | RIGHT_MANAGE);
}

static void wire_registers(struct server *server, const struct wire *wire)
{
	cap_t page = machine_carve(MACHINE_UART_BASE, PAGE_BYTES);

	init_need(sys_space_attach(server->space, SERVER_SOURCE_DEVICE, page, RIGHT_READ | RIGHT_WRITE).error,
		  "attaching registers");
	init_need(pages_map(server->space, SERVER_SOURCE_DEVICE, SERVER_DEVICE_BASE, RIGHT_READ | RIGHT_WRITE,
			    0, 1),
		  "mapping registers");
	give(server, wire->slot, page, RIGHTS_ALL);
}

static void wire_irq(struct server *server, const struct wire *wire)
{
	cap_t irq = slot_new();

	init_need(sys_irq_create(BOOT_SLOT_IRQ_ALL, irq, MACHINE_UART_IRQ).error,
		  "making an interrupt capability");
	give(server, wire->slot, irq, RIGHTS_ALL);
}

/* With the Memory of the archive goes its mapping where the server expects it. */
static void wire_archive(struct server *server, const struct wire *wire)
{
	const struct boot_memory *memory;
	cap_t archive = memory_of_kind(BOOT_MEMORY_ARCHIVE, &memory);

	give(server, wire->slot, archive, RIGHT_READ | RIGHT_EXECUTE);
	if (wire->slot != VFS_ARCHIVE)
		return;
	init_need(sys_space_attach(server->space, SERVER_SOURCE_ARCHIVE, archive, RIGHT_READ).error,
		  "attaching the archive");
	init_need(pages_map(server->space, SERVER_SOURCE_ARCHIVE, SERVER_ARCHIVE_BASE, RIGHT_READ, 0,
			    memory->bytes / PAGE_BYTES),
		  "mapping the archive");
}

static void wire_info_page(struct server *server, const struct wire *wire)
{
	give(server, wire->slot, BOOT_SLOT_INFO_PAGE, RIGHT_READ);
}

static void wire_trace(struct server *server, const struct wire *wire)
{
	give(server, wire->slot, BOOT_SLOT_TRACE, RIGHT_READ);
}

static void wire_timer(struct server *server, const struct wire *wire)
{
	give(server, wire->slot, object_new(KIND_TIMER, 0), RIGHTS_ALL);
}

/* RAM goes to its server when nobody takes any more of it. */
static struct server *ram_server;
static uint32_t ram_slot;

static void wire_later(struct server *server, const struct wire *wire)
{
	ram_server = server;
	ram_slot = wire->slot;
}

/* In the order of start_record(). */
void wiring_give_ram(void)
{
	uint32_t given = 0;
	paddr_t base;

	for (uint32_t i = 0; ram_server && i < memory_ranges(); i++) {
		if (memory_left(i, &base) > 0)
			give(ram_server, ram_slot + given++, memory_carve_rest(i), RIGHTS_ALL);
	}
}

static const struct wire wires[] = {
	{"uart", "registers", wire_registers, UART_REGISTERS, NULL, 0},
	{"uart", "irq", wire_irq, UART_IRQ, NULL, 0},
	{"uart", "vfs_news_input", wire_notification, UART_NEWS_INPUT_CAP, "vfs", UART_NEWS_INPUT},
	{"uart", "vfs_news_room", wire_notification, UART_NEWS_ROOM_CAP, "vfs", UART_NEWS_ROOM},
	{"vfs", "uart", wire_endpoint, VFS_UART, "uart", BADGE_VFS},
	{"vfs", "archive", wire_archive, VFS_ARCHIVE, NULL, 0},
	{"vfs", "proc_news", wire_notification, VFS_PROC_NEWS, "proc", VFS_NEWS_TTY},
	{"vfs", "pager_news", wire_notification, VFS_PAGER_NEWS, "pager", VFS_NEWS_MEMORY},
	{"vfs", "timer", wire_timer, VFS_TIMER, NULL, 0},
	{"pager", "vfs", wire_endpoint, PAGER_VFS, "vfs", BADGE_PAGER},
	{"pager", "uart", wire_endpoint, PAGER_UART, "uart", BADGE_PAGER},
	{"pager", "archive", wire_archive, PAGER_ARCHIVE, NULL, 0},
	{"pager", "proc_news", wire_notification, PAGER_PROC_NEWS, "proc", PAGER_NEWS_FAULT},
	{"pager", "info_page", wire_info_page, PAGER_INFO_PAGE, NULL, 0},
	{"pager", "trace", wire_trace, PAGER_TRACE_RINGS, NULL, 0},
	{"pager", "timer", wire_timer, PAGER_TIMER, NULL, 0},
	{"pager", "ram", wire_later, PAGER_RAM, NULL, 0},
	{"proc", "pager", wire_endpoint, PROC_PAGER, "pager", BADGE_PROC},
	{"proc", "vfs", wire_endpoint, PROC_VFS, "vfs", BADGE_PROC},
	{"proc", "uart", wire_endpoint, PROC_UART, "uart", BADGE_PROC},
	{"proc", "pager_all", wire_endpoint_all, PROC_PAGER_ALL, "pager", 0},
	{"proc", "vfs_all", wire_endpoint_all, PROC_VFS_ALL, "vfs", 0},
	{"proc", "info_page", wire_info_page, PROC_INFO_PAGE, NULL, 0},
	{"proc", "timer", wire_timer, PROC_TIMER, NULL, 0},
	{"proc", "session_news", wire_session_news, PROC_SESSION_NEWS, NULL, 1},
	{"proc", "pool", wire_pool, PROC_POOL, NULL, 0},
};

static const struct wire *wire_find(const struct server *server, const char *name)
{
	for (uint32_t i = 0; i < sizeof(wires) / sizeof(wires[0]); i++) {
		if (strcmp(wires[i].server, server->text.name) == 0 && strcmp(wires[i].name, name) == 0)
			return &wires[i];
	}
	init_panic("manifest: server %s knows no capability %s", server->text.name, name);
}

void wiring_give_all(struct server *server)
{
	const char *caps = server->text.caps;
	char name[MANIFEST_NAME_BYTES * 2];

	give(server, SERVER_ENDPOINT, server->endpoint, RIGHTS_ALL);
	give(server, SERVER_NOTIFICATION, server->notification, RIGHTS_ALL);
	give(server, SERVER_SPACE, server->space, RIGHTS_ALL);
	give(server, SERVER_THREAD, server->thread, RIGHTS_ALL);
	give(server, SERVER_CSPACE, server->cspace, RIGHTS_ALL);
	give(server, SERVER_POOL, BOOT_SLOT_POOL, RIGHTS_ALL);
	while (manifest_next_cap(&caps, name)) {
		const struct wire *wire = wire_find(server, name);

		wire->give(server, wire);
	}
}
