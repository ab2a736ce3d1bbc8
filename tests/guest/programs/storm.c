/* SPDX-License-Identifier: MIT */
/*
 * storm KIND: asks servers without end for long requests. When it has prepared them it makes the file
 * /tmp/ready.
 *
 *   names     crashes of a program with as many symbols as are looked at (libsys/format/elf_symbol.c)
 *   sections  crashes of a program with more sections than are looked at, and a million symbols
 *   list      what ps asks for, of 20 processes and of itself
 *   areas     areas of a mapping of 200 GiB, and what ps asks for of its process
 *   check     what check asks the servers for, with 64 MiB in use
 *   forks     forks of a mapping of 200 GiB with a page in each
 *   polls     60 processes that sleep in poll() with 100 descriptors each
 *   reads     read() of 64 MiB at once, of a file without pages
 *   versions  munmap of thousands of areas, each of a version of its own of one file
 *   bucket    munmap of thousands of pages of a file that share one chain in the vfs, or few
 *   readers   a WRITE of 13 MB into a pipe that 200 processes read
 *   pollers   bytes through a nearly full pipe that 900 processes poll with 120 descriptors each
 */
#include "storm.h"
#include "check.h"
#include <elf.h>
#include <fcntl.h>
#include <pagoda/inspect.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define MIB		   (1ul << 20)
#define GIB		   (1ul << 30)
#define CRASHER		   "/tmp/crasher"
#define MACHINE_RISCV	   243
#define CRASH_AT	   0x10100ul
#define SECTIONS_AT	   MIB
#define SYMBOLS_AT	   (8 * MIB)
#define STRINGS_AT	   (40 * MIB)
#define CRASHER_END	   (64 * MIB)
#define SECTIONS_LOOKED_AT 64ul
#define SYMBOLS_LOOKED_AT  16384ul
#define LISTED		   20
#define POLLERS		   60
#define POLLED		   100
#define READ_BYTES	   (64 * MIB)

void ready(void)
{
	int file = open("/tmp/ready", O_CREAT | O_WRONLY, 0644);

	CHECK(file >= 0 && close(file) == 0);
}

static void put(int file, uint64_t offset, const void *from, size_t bytes)
{
	CHECK(pwrite(file, from, bytes, (off_t)offset) == (ssize_t)bytes);
}

/* Names of a table, all of which the crash lies in; of a million the file has only the first. */
static void symbols_put(int file, uint64_t count)
{
	Elf64_Sym *symbols = calloc(count, sizeof(*symbols));

	CHECK(symbols);
	for (uint64_t i = 0; i < count; i++)
		symbols[i] = (Elf64_Sym){1, STT_FUNC, 0, 1, CRASH_AT - CRASH_AT % 4096 + i % 256, 4096};
	put(file, SYMBOLS_AT, symbols, count * sizeof(*symbols));
	free(symbols);
}

/* A program whose first instruction is none. Its last two sections are symbols and their strings. */
static void crasher_make(uint64_t sections, uint64_t symbols)
{
	Elf64_Ehdr header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
			     .e_type = ET_EXEC,
			     .e_machine = MACHINE_RISCV,
			     .e_version = EV_CURRENT,
			     .e_entry = CRASH_AT,
			     .e_phoff = sizeof(header),
			     .e_shoff = SECTIONS_AT,
			     .e_ehsize = sizeof(header),
			     .e_phentsize = sizeof(Elf64_Phdr),
			     .e_phnum = 1,
			     .e_shentsize = sizeof(Elf64_Shdr),
			     .e_shnum = (Elf64_Half)sections};
	const Elf64_Phdr program = {PT_LOAD, PF_R | PF_X, 4096, 0x10000, 0, 4096, 4096, 4096};
	const Elf64_Shdr last[2] = {{.sh_type = SHT_SYMTAB,
				     .sh_offset = SYMBOLS_AT,
				     .sh_size = symbols * sizeof(Elf64_Sym),
				     .sh_link = (Elf64_Word)sections - 1,
				     .sh_entsize = sizeof(Elf64_Sym)},
				    {.sh_type = SHT_STRTAB, .sh_offset = STRINGS_AT, .sh_size = 4096}};
	int file = open(CRASHER, O_CREAT | O_RDWR, 0755);

	CHECK(file >= 0 && ftruncate(file, CRASHER_END) == 0);
	put(file, 0, &header, sizeof(header));
	put(file, sizeof(header), &program, sizeof(program));
	put(file, SECTIONS_AT + (sections - 2) * sizeof(last[0]), last, sizeof(last));
	symbols_put(file, symbols < SYMBOLS_LOOKED_AT ? symbols : SYMBOLS_LOOKED_AT);
	put(file, STRINGS_AT, "\0name", 6);
	CHECK(close(file) == 0);
}

static void crash_for_ever(void)
{
	char *words[] = {CRASHER, NULL}, *none[] = {NULL};
	int status;

	for (;;) {
		pid_t pid = fork();

		if (pid == 0) {
			execve(CRASHER, words, none);
			_exit(1);
		}
		CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
	}
}

static void names(void)
{
	crasher_make(SECTIONS_LOOKED_AT, SYMBOLS_LOOKED_AT);
	ready();
	crash_for_ever();
}

static void sections(void)
{
	crasher_make(65535, MIB);
	ready();
	crash_for_ever();
}

static void sleepers(int count)
{
	for (int i = 0; i < count; i++) {
		pid_t pid = fork();

		CHECK(pid >= 0);
		while (pid == 0)
			sleep_ms(1000000);
	}
}

static void list(void)
{
	struct proc_entry entry;

	sleepers(LISTED);
	ready();
	for (;;) {
		entry.pid = 0;
		while (inspect_process(entry.pid, &entry) == E_OK)
			;
	}
}

static void areas(void)
{
	struct proc_entry entry;
	struct pager_area area = {0};

	CHECK(mmap(NULL, 200 * GIB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
	ready();
	for (;;) {
		CHECK(inspect_process((uint64_t)getpid() - 1, &entry) == E_OK);
		area.end = 0;
		while (inspect_area(0, area.end, &area) == E_OK)
			;
	}
}

static void check(void)
{
	uint64_t broken;
	char *memory = malloc(64 * MIB);

	CHECK(memory);
	memset(memory, 1, 64 * MIB);
	ready();
	for (;;) {
		CHECK(inspect_check_server(INSPECT_PAGER, &broken) == E_OK && broken == 0);
		CHECK(inspect_check_server(INSPECT_VFS, &broken) == E_OK && broken == 0);
		CHECK(inspect_check_server(INSPECT_PROC, &broken) == E_OK && broken == 0);
	}
}

static void forks(void)
{
	char *memory = mmap(NULL, 200 * GIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(memory != MAP_FAILED);
	for (unsigned long at = 0; at < 200 * GIB; at += GIB)
		memory[at] = 1;
	ready();
	for (;;) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		CHECK(pid > 0 && waitpid(pid, NULL, 0) == pid);
	}
}

static void polls(void)
{
	struct pollfd polled[POLLED];
	int ends[2];

	CHECK(pipe(ends) == 0);
	for (int i = 0; i < POLLED; i++)
		polled[i] = (struct pollfd){.fd = ends[0], .events = POLLIN};
	for (int i = 0; i < POLLERS; i++) {
		pid_t pid = fork();

		CHECK(pid >= 0);
		while (pid == 0)
			CHECK(poll(polled, POLLED, -1) >= 0);
	}
	sleep_ms(100);
	ready();
	for (;;)
		sleep_ms(1000000);
}

static void reads(void)
{
	char *to = malloc(READ_BYTES);
	int file = open("/tmp/hole", O_CREAT | O_RDWR, 0644);

	CHECK(to && file >= 0 && ftruncate(file, READ_BYTES) == 0);
	memset(to, 1, READ_BYTES);
	ready();
	for (;;)
		CHECK(pread(file, to, READ_BYTES, 0) == READ_BYTES);
}

static const struct {
	const char *name;
	void (*run)(void);
} kinds[] = {{"names", names},	     {"sections", sections}, {"list", list},	   {"areas", areas},
	     {"check", check},	     {"forks", forks},	     {"polls", polls},	   {"reads", reads},
	     {"versions", versions}, {"bucket", bucket},     {"readers", readers}, {"pollers", pollers}};

int main(int argc, char **argv)
{
	for (unsigned i = 0; argc == 2 && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(argv[1], kinds[i].name) == 0)
			kinds[i].run();
	fprintf(stderr,
		"usage: storm names|sections|list|areas|check|forks|polls|reads|versions|bucket|readers|"
		"pollers\n");
	return 2;
}
