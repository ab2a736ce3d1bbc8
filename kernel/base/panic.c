/* SPDX-License-Identifier: MIT */
/*
 * Panic: one line why, control registers, a backtrace of raw addresses that ./run turns into names,
 * then the end of the machine through the sifive_test device with code 126. A panic or a trap on the way
 * there is one line more, and one in that line is silent.
 */
#include "base/panic.h"
#include "base/print.h"
#include "base/sbi.h"
#include "base/spot.h"

#define SIFIVE_TEST	0x100000ul /* QEMU virt; a store of code << 16 | 0x3333 ends with that code */
#define BACKTRACE_DEPTH 24
#define REG_RA		1
#define REG_SP		2
#define REG_FP		8

extern char kernel_text_end[];
extern char kernel_image_start[], kernel_image_end[];

static bool in_kernel_text(uint64_t address)
{
	return address >= (uint64_t)kernel_image_start && address < (uint64_t)kernel_text_end;
}

static bool in_kernel_data(uint64_t address)
{
	return address % 8 == 0 && address >= (uint64_t)kernel_image_start &&
	       address <= (uint64_t)kernel_image_end - 16;
}

static void print_frame(uint64_t address)
{
	print("  at 0x%lx\n", address);
}

#if PAGODA_CHECKED
#define BACKTRACE_FROM REG_FP

/* @from: a frame pointer. */
static void walk_frames(uint64_t from)
{
	for (int depth = 0; depth < BACKTRACE_DEPTH && in_kernel_data(from - 16); depth++) {
		uint64_t return_address = ((uint64_t *)from)[-1];

		if (!in_kernel_text(return_address))
			return;
		print_frame(return_address);
		from = ((uint64_t *)from)[-2];
	}
}
#else
#define BACKTRACE_FROM REG_SP

/* No frame pointers in this build: every word of the stack that is a text address, so some may be stale. */
static void walk_frames(uint64_t from)
{
	for (int found = 0; in_kernel_data(from) && found < BACKTRACE_DEPTH; from += 8) {
		uint64_t word = *(uint64_t *)from;

		if (in_kernel_text(word) && word % 2 == 0) {
			print_frame(word);
			found++;
		}
	}
}
#endif

static _Noreturn void stop(unsigned depth)
{
	if (depth < 3) /* deeper, even this store may be what traps */
		*(volatile uint32_t *)(DIRECT_BASE + SIFIVE_TEST) = 126u << 16 | 0x3333;
	sbi_shutdown();
}

/* Before the line that says why. */
static void begin(void)
{
	static unsigned depth;

	if (++depth > 1) {
		if (depth == 2)
			print("\npanic: another one while this one was printed\n");
		stop(depth);
	}
	print_claim_console();
	print("\npanic: ");
}

#define read_csr(name)                                              \
	({                                                          \
		uint64_t value_;                                    \
		__asm__ volatile("csrr %0, " #name : "=r"(value_)); \
		value_;                                             \
	})

static void print_control_registers(void)
{
	print("scause 0x%lx stval 0x%lx sepc 0x%lx satp 0x%lx\n", read_csr(scause), read_csr(stval),
	      read_csr(sepc), read_csr(satp));
}

_Noreturn void panic(const char *format, ...)
{
	va_list list;

	begin();
	va_start(list, format);
	print_list(format, list);
	va_end(list);
	print("\n");
	print_control_registers();
	print("backtrace:\n");
	walk_frames((uint64_t)__builtin_frame_address(0));
	stop(1);
}

static void print_registers(const uint64_t registers[32])
{
	static const char names[32][5] = {"  pc", "  ra", "  sp", "  gp", "  tp", "  t0", "  t1", "  t2",
					  "  s0", "  s1", "  a0", "  a1", "  a2", "  a3", "  a4", "  a5",
					  "  a6", "  a7", "  s2", "  s3", "  s4", "  s5", "  s6", "  s7",
					  "  s8", "  s9", " s10", " s11", "  t3", "  t4", "  t5", "  t6"};

	for (unsigned i = 0; i < 32; i++)
		print("%s %016lx%c", names[i], registers[i], i % 4 == 3 ? '\n' : ' ');
}

_Noreturn void panic_trap(const uint64_t registers[32])
{
	begin();
	print("trap in the kernel\n");
	print_control_registers();
	print_registers(registers);
	print("backtrace:\n");
	print_frame(registers[0]);
	if (!in_kernel_text(registers[0])) /* a jump to nowhere; ra says where from */
		print_frame(registers[REG_RA]);
	walk_frames(registers[BACKTRACE_FROM]);
	stop(1);
}

_Noreturn void check_failed(const char *file, int line, const char *what)
{
	panic("%s:%d: %s", file, line, what);
}
