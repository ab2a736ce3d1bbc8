/* SPDX-License-Identifier: MIT */
/*
 * Parts of init, in the order in which they come to work:
 *
 *   memory.c    RAM, slots and pools that init hands out;  machine.c  pages of registers, own windows
 *   watch.c     the second thread, which waits for faults of servers; report.c: what it says and does
 *   files.c     the files below /boot;  manifest.c  which servers there are
 *   loader.c    a server's image, mapped whole;  wiring.c  its capabilities
 *   session.c   the session: its command goes to proc, its end comes back;  counts.c  what did not come back
 */
#ifndef INIT_INIT_H
#define INIT_INIT_H

#include "manifest.h"
#include "uapi/boot.h"
#include "uapi/error.h"
#include "uapi/layout.h"
#include "uapi/object.h"
#include <pagoda/server.h>

/* Own address space beside what uapi/boot.h names, all in the first GiB. */
#define INIT_WATCH_PAGE	  0x3fff8000ul /* message page of the watching thread */
#define INIT_UART_PAGE	  0x3fffa000ul
#define INIT_POWER_PAGE	  0x3fffc000ul
#define INIT_WINDOW	  0x30000000ul
#define INIT_WINDOW_BYTES (8ul << 20)
#define INIT_WATCH_WINDOW 0x31000000ul
#define INIT_ARCHIVE_BASE SERVER_ARCHIVE_BASE

/* Sources of the own space. */
enum init_source {
	INIT_SOURCE_ARCHIVE = 10,
	INIT_SOURCE_WATCH_PAGE = 11,
	INIT_SOURCE_UART = 12,
	INIT_SOURCE_POWER = 13,
	INIT_SOURCE_WINDOW = 14,
	INIT_SOURCE_WATCH_WINDOW = 15,
};

#define INIT_PRIORITY_SESSION 54 /* above programs, below the servers */

/* A server, with the slots of init's CSpace that hold its objects. */
struct server {
	struct manifest_server text;
	cap_t endpoint, notification, cspace, space, thread;
	cap_t image;	     /* Memory of its segments, stack and message page, in this order */
	uint64_t stack_page; /* of the image */
	uint64_t image_pages;
	uint64_t entry;
	bool started;
};

struct init {
	const struct boot_info *boot;
	struct server servers[MANIFEST_SERVERS_MAX];
	uint32_t server_count;
	cap_t notification;	/* the end of the session */
	cap_t fault_endpoint;	/* faults of servers */
	cap_t uart, vfs, pager; /* endpoints, badge BADGE_PROC */
	cap_t proc;		/* badge BADGE_INIT */
	cap_t process_pool;	/* for proc's Threads and CSpaces */
	bool option_faults, option_interactive;
};
extern struct init init;

struct server *server_find(const char *name);

/* What went wrong at boot, on CHANNEL_KERNEL with the register page alone; ends the machine with 126. */
_Noreturn void init_panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Where @error is one, panic with what was tried. */
void init_need(uint64_t error, const char *what);

/* memory.c. All panic when there is nothing left. */
void memory_open(void);
cap_t slot_new(void);
cap_t object_new(enum object_kind kind, uint64_t argument);
cap_t memory_take(uint64_t pages); /* RAM, from the end of the highest range */
cap_t pool_take(uint64_t arenas);  /* the same as a Pool */
cap_t endpoint_mint(cap_t endpoint, uint64_t rights, uint64_t badge);
uint64_t memory_total_pages(void);
uint64_t memory_left(uint32_t range, paddr_t *base); /* bytes */
uint32_t memory_ranges(void);
cap_t memory_carve_rest(uint32_t range);
cap_t memory_of_kind(enum boot_memory_kind kind, const struct boot_memory **memory);

/* machine.c */
void machine_open(void);
cap_t machine_carve(paddr_t base, uint64_t bytes);     /* a part of the device range */
void machine_print(uint8_t channel, const char *text); /* past the driver, polled */
_Noreturn void machine_power_off(uint8_t status);

/* Map @pages of an attached source of @space, MAP_PAGES_MAX a call. */
MUST_USE err_t pages_map(cap_t space, uint64_t source, uint64_t at, uint64_t rights, uint64_t offset,
			 uint64_t pages);

/* files.c: /boot/NAME in the archive; NULL if there is none. */
void files_open(void);
const void *file_find(const char *name, uint64_t *bytes);

void watch_start(void);
_Noreturn void report_server(uint32_t server, const uint64_t fault[4], uint32_t kind);

void loader_load(struct server *server);
void loader_start(struct server *server);
void wiring_give_all(struct server *server);
void wiring_give_ram(void); /* all that is left, to whom the manifest names; nothing can be taken after */

_Noreturn void session_run(void);

#endif
