/* SPDX-License-Identifier: MIT */
/*
 * What the first program (init) finds. The kernel maps its image at INIT_BASE, a stack below
 * INIT_STACK_TOP, its message page at INIT_MESSAGE_PAGE, struct boot_info at INIT_BOOT_INFO (read only)
 * and struct info_page at INIT_INFO_PAGE (read only), binds everything, and starts it with
 * a0 = INIT_BOOT_INFO.
 */
#ifndef UAPI_BOOT_H
#define UAPI_BOOT_H

#include "uapi/types.h"

#define INIT_BASE	  0x10000ul
#define INIT_STACK_TOP	  0x3fff0000ul
#define INIT_STACK_BYTES  0x10000ul
#define INIT_MESSAGE_PAGE 0x3fff2000ul
#define INIT_BOOT_INFO	  0x3fff4000ul
#define INIT_INFO_PAGE	  0x3fff6000ul
#define INIT_CSPACE_SLOTS 1024
#define INIT_PRIORITY	  63

/* Header at the very start of init's flat image; the rest follows page by page. */
struct init_image {
	uint64_t magic;	     /* INIT_IMAGE_MAGIC */
	uint64_t entry;	     /* address of the first instruction */
	uint64_t text_pages; /* mapped read and execute, this header's page included */
	uint64_t data_pages; /* mapped read and write, from the file */
	uint64_t bss_pages;  /* zeroed */
};
#define INIT_IMAGE_MAGIC 0x31746e6961646750ul

/* Slots of init's CSpace at the start. */
enum boot_slot {
	BOOT_SLOT_CSPACE = 1,
	BOOT_SLOT_SPACE = 2,
	BOOT_SLOT_THREAD = 3,
	BOOT_SLOT_POOL = 4, /* one arena; part of it is in use */
	BOOT_SLOT_IRQ_ALL = 5,
	BOOT_SLOT_INFO_PAGE = 6, /* Memory, read only */
	BOOT_SLOT_TRACE = 7,	 /* Memory, read only: struct trace_ring per hart, each TRACE_RING_BYTES */
	BOOT_SLOT_MESSAGE = 8,	 /* Memory of init's message page */
	BOOT_SLOT_MEMORY = 16,	 /* boot_info.memory[i] is in slot BOOT_SLOT_MEMORY + i */
};

enum boot_memory_kind {
	BOOT_MEMORY_RAM = 1,	 /* free, USER */
	BOOT_MEMORY_ARCHIVE = 2, /* the boot archive; read only */
	BOOT_MEMORY_DEVICE = 3,	 /* registers below RAM; no frame words */
};

struct boot_memory {
	uint64_t kind; /* enum boot_memory_kind */
	paddr_t base;
	uint64_t bytes; /* whole pages */
};
#define BOOT_MEMORY_MAX 16

struct boot_info {
	uint64_t magic; /* BOOT_INFO_MAGIC */
	uint64_t abi_version;
	uint64_t memory_count;
	struct boot_memory memory[BOOT_MEMORY_MAX];
	uint64_t archive_bytes;	  /* exact length of the boot archive */
	uint64_t first_free_slot; /* slots from here on are empty */
	uint64_t harts;
	uint64_t boot_instret; /* rdinstret when the kernel left for init */
};
#define BOOT_INFO_MAGIC 0x6f666e49746f6f42ul

/* One read-only page for every program that wants it. Counters are live. */
struct info_page {
	uint64_t abi_version;
	uint64_t timebase_hz; /* rdtime ticks a second */
	uint64_t harts;
	uint64_t checked; /* 1: checked build */
	paddr_t ram_base;
	uint64_t ram_bytes;
	/* live counts of the kernel */
	uint64_t objects[16];	/* by enum object_kind: objects that exist (Memory, Reply: capabilities) */
	uint64_t slots_used;	/* capability slots, those inside threads and spaces too */
	uint64_t tables;	/* page tables */
	uint64_t kernel_frames; /* frames of image, frame words and boot data: never handed out */
	uint64_t irq_off_max;	/* most instructions a visit went on without a look at the interrupts; checked
				   build */
	uint64_t irq_off_call;	/* scause | a7 << 8 of that visit */
	uint64_t frames_user;	/* frames in USER arenas now */
	uint64_t frames_kernel; /* frames in KERNEL arenas now */
	uint64_t fault_count;	/* faults turned into messages since power-on */
	uint64_t fpu_saves;
	uint64_t fpu_restores;
	uint64_t epoch_ns; /* [I] since 1970 when the ticks were 0; 0: the machine has no clock */
};

#endif
