/* SPDX-License-Identifier: MIT */
/*
 * The kernel's fuzzer: an image of its own in init's place, which makes system calls at random.
 *
 *   director  the main thread (fuzz_main.c). It makes the others, mends what they broke, walks the kernel's
 *             invariants, and says what was seen. Nothing that it holds is in anybody's reach
 *   hands     two threads in a Space of their own, each with a CSpace full of capabilities of every
 *             kind, the toys. They make the calls that are judged: drawn by fuzz_draw.c and
 *             fuzz_argument.c, made by fuzz_actor.c and fuzz_message.c, judged by fuzz_list.c
 *   victims   two threads of lower priority that do the same, unjudged, in a Space that is a toy itself:
 *             they touch memory that the hands are to supply, serve, and may be stopped, sent elsewhere
 *             and ruined
 *   puppets   whatever threads the hands make and start: they call and touch memory, with nothing but
 *             registers
 *
 * A hand asks for the director by a breakpoint after ROUND_CALLS; when all are blocked, the director's wait
 * ends. The seed decides everything but when deadlines pass; under --count that too.
 */
#ifndef KTEST_FUZZ_H
#define KTEST_FUZZ_H

#include "ktest.h"

#define HANDS	    2
#define ACTORS	    4 /* hands, then victims */
#define TOY_SLOTS   64
#define UART_LINE   10 /* qemu hw/riscv/virt.h, UART0_IRQ */
#define ERROR_COUNT 32 /* of the kernel: error.def */
#define ROUND_CALLS 128
/* The other hand has one less: whole calls can come between two instructions of a hand, never parts. */
#define HAND_PRIORITY	21
#define VICTIM_PRIORITY 18
#define SOURCE_IMAGE	14			      /* of the victims' Space; data, and one less: text */
#define SCRATCH_VA	(PAGES_VA + 472 * PAGE_BYTES) /* what a hand lends to others as its buffer */

/* Slots of both toy CSpaces that the director fills; the others are the hands'. */
enum toy {
	TOY_OWN = 1,
	TOY_OTHER,
	TOY_MEMORY,
	TOY_POOL,
	TOY_SPACE,
	TOY_EMPTY_SPACE,
	TOY_VICTIM,
	TOY_OTHER_VICTIM,
	TOY_ENDPOINT,
	TOY_BADGED,
	TOY_NOTIFICATION,
	TOY_TIMER,
	TOY_IRQ_ALL,
	TOY_LINE, /* that of the UART, which has news each round */
	TOY_DEVICE,
	TOY_ARENA,
	TOY_BIG, /* more than a Pool can have */
	TOY_END,
};

/* The first thing that must not be. */
struct violation {
	const char *what; /* NULL: none so far */
	uint64_t number, error, value, w[6];
};

#define CSPACE_UNKNOWN HANDS

/* One call to be made. */
struct drawn {
	const char *letters; /* what its arguments are, see fuzz_argument.c */
	uint64_t number, w[6];
	unsigned cspace; /* whose slots come next: a hand's, or CSPACE_UNKNOWN */
};

/*
 * What director and hands share; it lies in the hands' copy of the image. The victims have another one,
 * which nobody reads.
 */
struct fuzz_shared {
	uint64_t random[ACTORS];
	uint64_t calls, steps;	   /* steps: moves before and after each call, of either hand */
	uint64_t rounds;	   /* of the director */
	uint64_t fault_at[ACTORS]; /* address of the last fault that was received */
	uint64_t owed[ACTORS];	   /* for so many calls more there may be a caller to answer */
	uint32_t seen[SYS_COUNT][ERROR_COUNT];
	uint8_t kinds[HANDS][TOY_SLOTS]; /* what the slots held when somebody looked: a hint */
	struct violation violation;
	uint64_t irq_off_max; /* of the information page, as of when it last grew */
	struct drawn longest; /* the call after which that was seen */
};
extern struct fuzz_shared fuzz;

/* Before and after each call; the other hand can come between any two instructions. */
static inline void move(void)
{
	__atomic_fetch_add(&fuzz.steps, 1, __ATOMIC_SEQ_CST);
}

/* fuzz_list.c */
void list_read(void); /* before the image is copied */
bool list_has(uint64_t number, uint64_t error);
const char *list_name(uint64_t number);
void judge(const struct drawn *call, struct result done);
void violate(const char *what, const struct drawn *call, struct result done);
void list_report(const struct fuzz_shared *shared);

/* fuzz_argument.c */
uint64_t random_next(unsigned actor);
/* Argument @i of @call, as its letter says. */
uint64_t draw_argument(unsigned actor, struct drawn *call, unsigned i);

/* fuzz_draw.c */
/* Any call but a message call and a batch. */
void draw_call(unsigned actor, struct drawn *call);

/* fuzz_message.c: draw a message call or a batch, and make it. */
struct result message_step(unsigned actor, struct drawn *call);
struct result batch_step(unsigned actor, struct drawn *call);
/* @count map items, three words each. */
void draw_items(unsigned actor, uint64_t *words, unsigned count);

/* fuzz_actor.c: where threads begin; the argument of the first two is the actor's number. */
_Noreturn void hand_begin(uint64_t actor);
_Noreturn void victim_begin(uint64_t actor);
_Noreturn void puppet_calls(uint64_t endpoint, uint64_t address);
_Noreturn void puppet_touches(uint64_t unused, uint64_t address);

#endif
