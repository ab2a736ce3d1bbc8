/* SPDX-License-Identifier: MIT */
/*
 * Panic: one line why, control registers, a backtrace of raw addresses that ./run turns into names,
 * then the end of the machine through the sifive_test device with code 126.
 */
#include <stdarg.h>

#include "base/lock.h"
#include "base/panic.h"
#include "base/print.h"
#include "base/sbi.h"
#include "base/spot.h"

#define SIFIVE_TEST	0x100000ul /* QEMU virt; a store of code << 16 | 0x3333 ends with that code */
#define BACKTRACE_DEPTH 24

extern char kernel_text_start[], kernel_text_end[];
extern char kernel_image_start[], kernel_image_end[];

static bool in_kernel_text(uint64_t address)
{
	return address >= (uint64_t)kernel_text_start && address < (uint64_t)kernel_text_end;
}

static bool in_kernel_data(uint64_t address)
{
	return address >= (uint64_t)kernel_image_start && address <= (uint64_t)kernel_image_end - 16;
}

#if PAGODA_CHECKED
static void walk_frames(uint64_t frame)
{
	for (int depth = 0; depth < BACKTRACE_DEPTH && frame % 8 == 0 && in_kernel_data(frame - 16);
	     depth++) {
		uint64_t return_address = ((uint64_t *)frame)[-1];

		if (!in_kernel_text(return_address))
			return;
		print("  at 0x%lx\n", return_address);
		frame = ((uint64_t *)frame)[-2];
	}
}
#else
/* No frame pointers in this build: every word of the stack that is a text address, so some may be stale. */
static void walk_frames(uint64_t frame)
{
	uint64_t here = (uint64_t)__builtin_frame_address(0);
	int found = 0;

	(void)frame;
	for (; in_kernel_data(here) && found < BACKTRACE_DEPTH; here += 8) {
		uint64_t word = *(uint64_t *)here;

		if (in_kernel_text(word) && word % 2 == 0) {
			print("  at 0x%lx\n", word);
			found++;
		}
	}
}
#endif

void panic_backtrace(uint64_t frame_pointer, uint64_t pc)
{
	print("backtrace:\n");
	if (pc != 0)
		print("  at 0x%lx\n", pc);
	walk_frames(frame_pointer);
}

static void print_panic(const char *format, va_list arguments)
{
	/* print() has no va_list form: panics use at most four words. */
	uint64_t a = va_arg(arguments, uint64_t), b = va_arg(arguments, uint64_t);
	uint64_t c = va_arg(arguments, uint64_t), d = va_arg(arguments, uint64_t);

	print_claim_console();
	print("\npanic: ");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
	print(format, a, b, c, d);
#pragma GCC diagnostic pop
	print("\n");
}

static uint64_t read_csr(int which)
{
	uint64_t value;

	if (which == 0)
		__asm__ volatile("csrr %0, scause" : "=r"(value));
	else if (which == 1)
		__asm__ volatile("csrr %0, stval" : "=r"(value));
	else if (which == 2)
		__asm__ volatile("csrr %0, sepc" : "=r"(value));
	else
		__asm__ volatile("csrr %0, satp" : "=r"(value));
	return value;
}

_Noreturn void panic(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_panic(format, arguments);
	va_end(arguments);
	print("scause 0x%lx stval 0x%lx sepc 0x%lx satp 0x%lx\n", read_csr(0), read_csr(1), read_csr(2),
	      read_csr(3));
	panic_backtrace((uint64_t)__builtin_frame_address(0), 0);
	*(volatile uint32_t *)(DIRECT_BASE + SIFIVE_TEST) = 126u << 16 | 0x3333;
	sbi_shutdown();
}

_Noreturn void check_failed(const char *file, int line, const char *what)
{
	panic("%s:%d: %s", file, line, what);
}
