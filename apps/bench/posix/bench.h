/* SPDX-License-Identifier: MIT */
/*
 * bench.h - the whole harness: read the RISC-V time CSR, keep samples,
 * report min/median/max per operation.  Only ISO C + POSIX unistd needed.
 *
 * Under "qemu -icount shift=0" one executed guest instruction = 1 ns of
 * virtual time and the virt machine's timebase is 10 MHz, so
 *     1 tick = 100 guest instructions      (icount)
 *     1 tick = 100 ns of host wall clock    (no icount)
 * Samples of n operations each; per-op resolution is 100/n.
 */
#ifndef BENCH_H
#define BENCH_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#ifndef BENCH_NS_PER_TICK
#define BENCH_NS_PER_TICK 100
#endif
#define BENCH_MAX 64

static inline uint64_t bench_ticks(void)
{
	uint64_t t;
	__asm__ volatile("rdtime %0" : "=r"(t) : : "memory");
	return t;
}

#ifdef BENCH_INSTRET
static inline uint64_t bench_instret(void)
{
	uint64_t t;
	__asm__ volatile("rdinstret %0" : "=r"(t) : : "memory");
	return t;
}
#endif

struct bench {
	const char *name;
	uint64_t n;	       /* operations per sample */
	int k;		       /* samples so far */
	uint64_t s[BENCH_MAX]; /* ticks per sample */
	long faults;	       /* minor faults in the last sample, -1 unknown */
};

#define BENCH_INIT(nm, ops)             \
	{                               \
		(nm), (ops), 0, {0}, -1 \
	}

static inline void bench_add(struct bench *b, uint64_t ticks)
{
	if (b->k < BENCH_MAX)
		b->s[b->k++] = ticks;
}

static inline uint64_t bench_per_op10(const struct bench *b, uint64_t ticks)
{
	return ticks * BENCH_NS_PER_TICK * 10 / b->n;
}

static inline void bench_report(struct bench *b)
{
	int i, j;
	uint64_t lo, med, hi;

	for (i = 1; i < b->k; i++) { /* insertion sort */
		uint64_t v = b->s[i];
		for (j = i; j > 0 && b->s[j - 1] > v; j--)
			b->s[j] = b->s[j - 1];
		b->s[j] = v;
	}
	if (b->k == 0) {
		printf("RESULT %s FAILED\n", b->name);
		return;
	}
	lo = bench_per_op10(b, b->s[0]);
	med = bench_per_op10(b, b->s[b->k / 2]);
	hi = bench_per_op10(b, b->s[b->k - 1]);
	printf("RESULT %-34s med %llu.%llu min %llu.%llu max %llu.%llu n %llu reps %d faults %ld\n", b->name,
	       (unsigned long long)(med / 10), (unsigned long long)(med % 10), (unsigned long long)(lo / 10),
	       (unsigned long long)(lo % 10), (unsigned long long)(hi / 10), (unsigned long long)(hi % 10),
	       (unsigned long long)b->n, b->k, b->faults);
}

/* one warm-up sample, then reps samples of n executions of stmt */
#define BENCH_LOOP(nm, ops, reps, stmt)                            \
	do {                                                       \
		struct bench b_ = BENCH_INIT(nm, ops);             \
		int r_;                                            \
		uint64_t i_, t_;                                   \
		for (r_ = -1; r_ < (reps); r_++) {                 \
			t_ = bench_ticks();                        \
			for (i_ = 0; i_ < (uint64_t)(ops); i_++) { \
				stmt;                              \
			}                                          \
			t_ = bench_ticks() - t_;                   \
			if (r_ >= 0)                               \
				bench_add(&b_, t_);                \
		}                                                  \
		bench_report(&b_);                                 \
	} while (0)

static inline void bench_die(const char *what)
{
	perror(what);
	exit(1);
}

/* Results stay in stdio's buffer until exit: no console traffic in a sample.
 * Children must leave with _exit(). */
static char bench_outbuf[8192];
static inline void bench_begin(void)
{
	setvbuf(stdout, bench_outbuf, _IOFBF, sizeof bench_outbuf);
}

/* ru_minflt is common but not strictly POSIX: -DBENCH_RUSAGE to have it */
#ifdef BENCH_RUSAGE
#include <sys/resource.h>
#include <sys/time.h>
static inline long bench_minflt(void)
{
	struct rusage ru;
	getrusage(RUSAGE_SELF, &ru);
	return ru.ru_minflt;
}
#else
static inline long bench_minflt(void)
{
	return 0;
}
#endif
#endif
