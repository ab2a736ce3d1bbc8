/* SPDX-License-Identifier: MIT */
/*
 * A system for pagers on the host: processes that touch pages, a kernel that hands the faults over and looks
 * at every answer. What the pager may not do ends the run with a message and the line that repeats it.
 *
 *   main.c      options; runs the pager's main(), then the last checks
 *   system.c    requests of the library: REGISTER, PUBLISH, ...
 *   kernel.c    faults out, answers in
 *   answers.c   judges an answer and carries it out
 *   frames.c    whose each frame is; frames that are nobody's are poisoned for the address sanitizer
 *   books.c     processes and their anonymous pages
 *   random.c    faults at random;  script.c  faults from a file
 */
#ifndef PAGER_SIMULATION_H
#define PAGER_SIMULATION_H

#include "pager/system.h"
#include "uapi/fault.h"

#define SIM_PROCESSES_MAX 64
#define SIM_SOURCE	  3u /* index of the grant in a client */
#define SIM_TICK_MS	  20
#define SIM_BYTE_ANY	  256 /* no byte is expected or stored */

/* A touch of memory that faults. */
struct sim_touch {
	uint32_t object; /* 0: anonymous */
	uint32_t process;
	uint64_t page, offset; /* of the object or the address space; byte in the page */
	uint64_t window_first, window_count;
	bool shared, store;
	uint16_t byte; /* load: what must be there; store: what is stored; or SIM_BYTE_ANY */
	bool fails;    /* the script says that it must */
	err_t trouble; /* error that the kernel answers at first, or E_OK */
	/* kept by kernel.c */
	uint64_t number;
	uint32_t delays, retries;
};

struct sim_object {
	char name[CUSTOM_NAME_MAX + 1]; /* empty: no such object */
	uint64_t pages, deadline_ms;
	bool writable, withdrawn;
	uint32_t *frame; /* of each page; 0: not supplied yet */
};

enum sim_use { SIM_FREE, SIM_HELD, SIM_PAGE, SIM_GIVEN };

struct sim_frame {
	uint8_t use;	/* enum sim_use; HELD: by a callback */
	uint32_t owner; /* object, or process */
	uint64_t page;
};

struct sim_counts {
	uint64_t requests, supplied, zeroed, failed, later; /* as in struct custom_report */
};

struct simulation {
	char name[CUSTOM_NAME_MAX + 1];
	uint8_t *grant;	       /* NULL: not registered */
	uint64_t memory_bytes; /* what REGISTER can have at most */
	uint32_t frames;
	struct sim_frame *frame;
	struct sim_object object[CUSTOM_OBJECTS_MAX + 1];
	struct sim_counts counts[CUSTOM_OBJECTS_MAX + 1];
	uint64_t refused[2]; /* answers refused by the kernel: outside the window, others */
	uint64_t ended;	     /* processes that a fault ended */
	uint64_t checked_bytes;
	uint64_t instructions;
	uint32_t processes;
	bool over; /* the last touch was answered */
};

extern struct simulation sim;

/* main.c. The pager did what it may not: says it, with the touch that is served, and ends the run. */
_Noreturn void sim_fault(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Where touches come from. False: no more. */
typedef bool sim_source(struct sim_touch *touch);
sim_source sim_random, sim_script;
void sim_random_open(uint64_t seed, uint64_t touches, bool anonymous);
uint64_t sim_random_below(uint64_t bound);
/* False: standard error says which line is wrong. */
bool sim_script_open(const char *path);

/* kernel.c */
void sim_kernel_open(sim_source *source);
const struct sim_touch *sim_kernel_now(void); /* NULL: no request is being served */

/* Who waits for a page of the object does so no more. */
void sim_kernel_forget(uint32_t object);
uint64_t sim_touch_address(const struct sim_touch *touch);

/* answers.c. What the kernel answers to @m for @touch: E_OK means that it was carried out. *again: the touch
 * is made again. */
err_t sim_judge(const struct sim_touch *touch, const struct message *m, bool *again);

/* frames.c */
void sim_frames_open(void);
void sim_frame_check_use(uint32_t frame, const char *what);
void sim_frame_is(uint32_t frame, enum sim_use use, uint32_t owner, uint64_t page);
uint8_t sim_frame_read(uint32_t frame, uint64_t offset);
void sim_frame_write(uint32_t frame, uint64_t offset, uint8_t byte);
bool sim_frame_is_zero(uint32_t frame);

/* books.c */
bool sim_book_has(uint32_t process, uint64_t page);
void sim_book_enter(uint32_t process, uint64_t page, uint32_t frame);
void sim_book_release(uint32_t process);

/* system.c. The number of a published object by its name, or 0. */
uint32_t sim_object_find(const char *name);

#endif
