/* SPDX-License-Identifier: MIT */
/*
 * memwalk [-n PAGES] [-p sequential|strided|random|all] [-s SEED]: touches every kind of memory a program
 * has, in a chosen order, and verifies every word of it: bss, heap (grown, shrunk, grown again), mmap,
 * deep stack, constants and data that lie in the file of the program. PAGES is the size of each kind that
 * has no fixed size. Prints `memwalk: ok pages=N` with the number of pages walked.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE_WORDS	512u
#define PAGE_BYTES	4096u
#define PAGES_DEFAULT	64u
#define PAGES_MAX	1024u
#define FILE_PAGES	32u
#define STRIDE		7u
#define FILE_MULTIPLIER 0x9e3779b97f4a7c15ul /* what the tables below are filled with */

/* Tables in the file: word i is i * FILE_MULTIPLIER; one read only, one to be written. */
#define FILE_TABLE(name, section)                                                                 \
	__asm__(".section " section "\n.balign 4096\n.globl " name "\n" name ":\n.set index, 0\n" \
		".rept 32 * 512\n.quad index * 0x9e3779b97f4a7c15\n.set index, index + 1\n.endr\n.text\n")
FILE_TABLE("file_constants", ".rodata.file_constants, \"a\"");
FILE_TABLE("file_data", ".data.file_data, \"aw\"");
extern const uint64_t file_constants[FILE_PAGES * PAGE_WORDS];
extern uint64_t file_data[FILE_PAGES * PAGE_WORDS];

static uint64_t bss_pages[PAGES_MAX * PAGE_WORDS];

enum order {
	ORDER_SEQUENTIAL,
	ORDER_STRIDED,
	ORDER_RANDOM,
	ORDER_COUNT,
};

static struct {
	uint64_t pages;
	uint64_t seed;
	enum order order; /* ORDER_COUNT: each kind of memory another one */
	uint64_t kinds;	  /* kinds of memory begun so far */
	uint64_t walked;  /* pages */
} walk = {.pages = PAGES_DEFAULT, .seed = 1, .order = ORDER_COUNT};

/* Visits 0..count-1, each once. A random order steps through 2^k >= count with full period (Knuth 3.2.1.2).
 */
struct visit {
	uint64_t count, done, at;
	uint64_t mask, multiplier, increment;
	enum order order;
};

static void visit_start(struct visit *visit, uint64_t count, enum order order)
{
	uint64_t size = 1;

	while (size < count)
		size *= 2;
	*visit = (struct visit){.count = count, .order = order, .mask = size - 1};
	visit->multiplier = (walk.seed * 8 + 5) & visit->mask;
	visit->increment = (walk.seed >> 7) | 1;
	if (size < 4)
		visit->multiplier = 1;
	if (order == ORDER_RANDOM)
		visit->at = (walk.seed ^ count) & visit->mask;
}

static void visit_step(struct visit *visit)
{
	switch (visit->order) {
	case ORDER_STRIDED:
		visit->at += STRIDE;
		if (visit->at >= visit->count)
			visit->at = visit->at % STRIDE + 1;
		break;
	case ORDER_RANDOM:
		visit->at = (visit->at * visit->multiplier + visit->increment) & visit->mask;
		break;
	default:
		visit->at++;
		break;
	}
}

static int visit_next(struct visit *visit, uint64_t *index)
{
	if (visit->done == visit->count)
		return 0;
	while (visit->at >= visit->count)
		visit_step(visit);
	*index = visit->at;
	visit->done++;
	visit_step(visit);
	return 1;
}

/* What word i of memory of this kind holds after it was written; differs from kind to kind. */
static uint64_t written_word(uint64_t kind, uint64_t i)
{
	return (i + 1) * 0xd1342543de82ef95ul ^ kind << 56 ^ walk.seed;
}

static uint64_t zero_word(uint64_t kind, uint64_t i)
{
	(void)kind;
	(void)i;
	return 0;
}

static uint64_t file_word(uint64_t kind, uint64_t i)
{
	(void)kind;
	return i * FILE_MULTIPLIER;
}

typedef uint64_t expected_word(uint64_t kind, uint64_t i);

/* Words from @first on of a page. */
static void page_verify(const char *name, const uint64_t *memory, uint64_t page, uint64_t first,
			expected_word *expected)
{
	for (uint64_t i = page * PAGE_WORDS + first; i < (page + 1) * PAGE_WORDS; i++) {
		uint64_t found = ((const volatile uint64_t *)memory)[i];
		if (found == expected(walk.kinds, i))
			continue;
		fprintf(stderr, "memwalk: %s: page %lu word %lu at %p is 0x%lx, not 0x%lx (seed %lu)\n", name,
			page, i % PAGE_WORDS, (const void *)&memory[i], found, expected(walk.kinds, i),
			walk.seed);
		exit(1);
	}
}

static void page_write(uint64_t *memory, uint64_t page)
{
	for (uint64_t i = page * PAGE_WORDS; i < (page + 1) * PAGE_WORDS; i++)
		((volatile uint64_t *)memory)[i] = written_word(walk.kinds, i);
}

static enum order order_next(void)
{
	walk.kinds++;
	return walk.order != ORDER_COUNT ? walk.order : (enum order)(walk.kinds % ORDER_COUNT);
}

static void walk_constant(const char *name, const uint64_t *memory, uint64_t pages, expected_word *expected)
{
	struct visit visit;
	uint64_t page;

	visit_start(&visit, pages, order_next());
	while (visit_next(&visit, &page))
		page_verify(name, memory, page, 0, expected);
	walk.walked += pages;
}

/* Even pages are read first, odd ones written first: both kinds of first touch. Then all is verified again.
 */
static void walk_writable(const char *name, uint64_t *memory, uint64_t pages, expected_word *expected)
{
	struct visit visit;
	uint64_t page;

	visit_start(&visit, pages, order_next());
	while (visit_next(&visit, &page)) {
		if (page % 2 == 1)
			((volatile uint64_t *)memory)[page * PAGE_WORDS] = 0;
		page_verify(name, memory, page, page % 2, expected);
		page_write(memory, page);
	}
	visit_start(&visit, pages, ORDER_SEQUENTIAL);
	while (visit_next(&visit, &page))
		page_verify(name, memory, page, 0, written_word);
	walk.walked += pages;
}

static void give_up(const char *what)
{
	perror(what);
	exit(1);
}

static void walk_heap(void)
{
	uint64_t bytes = walk.pages * PAGE_BYTES;
	uint64_t unaligned = (uint64_t)sbrk(0) % PAGE_BYTES;

	if (unaligned != 0 && sbrk((ptrdiff_t)(PAGE_BYTES - unaligned)) == (void *)-1)
		give_up("memwalk: sbrk");
	for (int round = 0; round < 2; round++) {
		uint64_t *memory = sbrk((ptrdiff_t)bytes);
		if (memory == (void *)-1)
			give_up("memwalk: sbrk");
		walk_writable(round == 0 ? "heap" : "heap again", memory, walk.pages, zero_word);
		if (sbrk(-(ptrdiff_t)bytes) == (void *)-1)
			give_up("memwalk: sbrk");
	}
}

static void walk_mapping(void)
{
	size_t bytes = walk.pages * PAGE_BYTES;
	uint64_t *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		give_up("memwalk: mmap");
	walk_writable("mmap", memory, walk.pages, zero_word);
	if (mprotect(memory, bytes, PROT_READ) != 0)
		give_up("memwalk: mprotect");
	for (uint64_t page = 0; page < walk.pages; page++)
		page_verify("mmap read only", memory, page, 0, written_word);
	if (munmap(memory, bytes) != 0)
		give_up("memwalk: munmap");
}

/* Fresh stack reads as zero: nothing as deep as this was used before. */
__attribute__((noinline)) static void walk_stack(void)
{
	_Alignas(16) uint64_t memory[walk.pages * PAGE_WORDS + PAGE_WORDS];
	uint64_t *aligned = (uint64_t *)(((uint64_t)memory + PAGE_BYTES - 1) & ~(uint64_t)(PAGE_BYTES - 1));

	__asm__ volatile("" : : "r"(aligned) : "memory");
	if (walk.pages > 1) /* the topmost page may have been used */
		walk_writable("stack", aligned, walk.pages - 1, zero_word);
}

static int usage(void)
{
	fprintf(stderr,
		"usage: memwalk [-n PAGES] [-p sequential|strided|random|all] [-s SEED]   (PAGES: 1 to %u)\n",
		PAGES_MAX);
	return 2;
}

static int order_parse(const char *name)
{
	static const char *const names[] = {"sequential", "strided", "random", "all"};

	for (int i = 0; i <= ORDER_COUNT; i++) {
		if (strcmp(name, names[i]) == 0) {
			walk.order = (enum order)i;
			return 1;
		}
	}
	return 0;
}

static int number_parse(const char *text, uint64_t lowest, uint64_t highest, uint64_t *number)
{
	char *end;

	*number = strtoul(text, &end, 0);
	return text[0] >= '0' && text[0] <= '9' && *end == 0 && *number >= lowest && *number <= highest;
}

static int option_parse(char option, const char *value)
{
	switch (option) {
	case 'n':
		return number_parse(value, 1, PAGES_MAX, &walk.pages);
	case 's':
		return number_parse(value, 0, UINT32_MAX, &walk.seed);
	case 'p':
		return order_parse(value);
	default:
		return 0;
	}
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i += 2) {
		if (argv[i][0] != '-' || strlen(argv[i]) != 2 || i + 1 == argc ||
		    !option_parse(argv[i][1], argv[i + 1]))
			return usage();
	}
	walk_stack();
	walk_writable("bss", bss_pages, walk.pages, zero_word);
	walk_heap();
	walk_mapping();
	walk_constant("file constants", file_constants, FILE_PAGES, file_word);
	walk_writable("file data", file_data, FILE_PAGES, file_word);
	printf("memwalk: ok pages=%lu\n", walk.walked);
	return 0;
}
