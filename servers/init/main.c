/* SPDX-License-Identifier: MIT */
/*
 * The first program. It starts the servers of the boot manifest, gives each the capabilities the manifest
 * names, has the last of them start the program that /boot/command asks for, and ends the machine.
 */
#include "init.h"
#include "proto/proto.h"
#include <pagoda/syscall.h>
#include <string.h>

#define PROCESS_ARENA_SHARE (32 * ARENA_PAGES) /* one arena for processes in each 64 MiB of RAM */
#define PROCESS_ARENAS_MAX  4		       /* enough for proc's table */

struct init init;

_Static_assert(sizeof(struct init_image) == 5 * 8 && offsetof(struct init_image, entry) == 8 &&
		       INIT_IMAGE_MAGIC == 0x31746e6961646750ul && INIT_BASE == 0x10000,
	       "start.S and init.ld lay the header out");

struct server *server_find(const char *name)
{
	for (uint32_t i = 0; i < init.server_count; i++) {
		if (strcmp(init.servers[i].text.name, name) == 0)
			return &init.servers[i];
	}
	return NULL;
}

static void read_manifest(void)
{
	static struct manifest_server texts[MANIFEST_SERVERS_MAX];
	struct manifest_error why;
	uint64_t bytes;
	const char *text = file_find("manifest", &bytes);

	if (!text)
		init_panic("the boot archive has no /boot/manifest");
	if (manifest_parse(text, bytes, texts, &init.server_count, &why) != E_OK)
		init_panic("/boot/manifest line %u: %s", (unsigned)why.line, why.text);
	for (uint32_t i = 0; i < init.server_count; i++)
		init.servers[i].text = texts[i];
}

/* Is the line `line` in /boot/options? */
static bool option_is_set(const char *line)
{
	uint64_t bytes, length = strlen(line);
	const char *text = file_find("options", &bytes), *end = text + bytes;

	for (; text && text < end; text++) {
		const char *stop = memchr(text, '\n', end - text);

		if (!stop)
			stop = end;
		if ((uint64_t)(stop - text) == length && memcmp(text, line, length) == 0)
			return true;
		text = stop;
	}
	return false;
}

static void server_create(struct server *server)
{
	server->endpoint = object_new(KIND_ENDPOINT, 0);
	server->notification = object_new(KIND_NOTIFICATION, 0);
	server->cspace = object_new(KIND_CSPACE, server->text.slots);
	server->space = object_new(KIND_SPACE, server->text.tables);
	server->thread = object_new(KIND_THREAD, 0);
}

static cap_t endpoint_of(const char *name, uint64_t badge)
{
	const struct server *server = server_find(name);

	if (!server)
		init_panic("/boot/manifest names no server %s", name);
	return endpoint_mint(server->endpoint, RIGHT_WRITE | RIGHT_GRANT, badge);
}

/* A process takes little over 4 KiB of the Pool: 496 of them an arena. */
static uint64_t process_arenas(void)
{
	uint64_t arenas = (memory_total_pages() + PROCESS_ARENA_SHARE - 1) / PROCESS_ARENA_SHARE;

	return arenas < PROCESS_ARENAS_MAX ? arenas : PROCESS_ARENAS_MAX;
}

/* All objects first, so that a server can get a capability of one that starts after it. */
static void start_servers(void)
{
	for (uint32_t i = 0; i < init.server_count; i++)
		server_create(&init.servers[i]);
	init.uart = endpoint_of("uart", BADGE_PROC);
	init.vfs = endpoint_of("vfs", BADGE_PROC);
	init.pager = endpoint_of("pager", BADGE_PROC);
	init.proc = endpoint_of("proc", BADGE_INIT);
	init.process_pool = pool_take(process_arenas());
	for (uint32_t i = 0; i < init.server_count; i++)
		loader_load(&init.servers[i]);
	for (uint32_t i = 0; i < init.server_count; i++)
		wiring_give_all(&init.servers[i]);
	wiring_give_ram();
	for (uint32_t i = 0; i < init.server_count; i++)
		loader_start(&init.servers[i]);
}

_Noreturn void init_main(const struct boot_info *boot)
{
	init.boot = boot;
	memory_open();
	machine_open();
	if (boot->magic != BOOT_INFO_MAGIC || boot->abi_version != ABI_VERSION)
		init_panic("the kernel speaks another ABI");
	files_open();
	init.option_faults = option_is_set("faults=1");
	init.option_interactive = option_is_set("interactive=1");
	watch_start();
	init.notification = object_new(KIND_NOTIFICATION, 0);
	init_need(sys_thread_bind(BOOT_SLOT_THREAD, BIND_NOTIFICATION, init.notification).error,
		  "binding init's notification");
	read_manifest();
	start_servers();
	init_need(sys_thread_priority(BOOT_SLOT_THREAD, INIT_PRIORITY_SESSION).error,
		  "lowering the priority");
	session_run();
}
