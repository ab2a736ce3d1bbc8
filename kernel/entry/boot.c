/* SPDX-License-Identifier: MIT */
/*
 * From start.S to the first program: the map, the frames, init.
 *
 *   RAM   | firmware | image, 2 MiB | frame words, trace rings, init ... | boot pool | free ... archive ...
 * tree | NONE       NONE, but boot's code USER    NONE and pinned USER     KERNEL      USER, in ranges for
 * init
 */
#include <string.h>

#include "base/lock.h"
#include "base/panic.h"
#include "base/print.h"
#include "base/spot.h"
#include "entry/boot.h"
#include "hw/mmu.h"
#include "hw/plic.h"
#include "hw/rtc.h"
#include "hw/timer.h"
#include "object/frame.h"
#include "object/sched.h"

#define DTB_BYTES_MAX  (2ul << 20)
#define SCOUNTEREN_ALL 7 /* cycle, time, instret for user mode: programs measure themselves */

extern char kernel_image_start[];
struct cpu cpus[CPU_MAX];

uint64_t boot_take(struct boot *boot, uint64_t pages)
{
	uint64_t pfn = boot->next_pfn;
	paddr_t end = (pfn + pages) << PAGE_SHIFT;
	const struct dtb_machine *machine = &boot->machine;

	if (end > machine->memory[0].base + machine->memory[0].bytes ||
	    (machine->initrd_end != 0 && end > machine->initrd_start))
		panic("too little memory: boot needs up to 0x%lx", end);
	boot->next_pfn += pages;
	memset(spot_of_pfn(pfn), 0, pages * PAGE_BYTES);
	return pfn;
}

static uint64_t pages_for(uint64_t bytes)
{
	return align_up(bytes, PAGE_BYTES) / PAGE_BYTES;
}

static void make_frames(struct boot *boot)
{
	const struct dtb_range *ram = &boot->machine.memory[0];
	uint64_t frames = align_down(ram->bytes, PAGE_BYTES) / PAGE_BYTES;
	uint64_t arenas = align_up(ram->bytes, ARENA_BYTES) / ARENA_BYTES;
	uint32_t *words = spot_of_pfn(boot_take(boot, pages_for(frames * sizeof *words)));

	frame_init(ram->base / PAGE_BYTES, frames, words,
		   spot_of_pfn(boot_take(boot, pages_for(arenas * 4))));
}

static void make_info(struct boot *boot)
{
	uint64_t rings = TRACE_RING_BYTES / PAGE_BYTES * boot->machine.hart_count;

	info = spot_of_pfn(boot_take(boot, 1));
	info->abi_version = ABI_VERSION;
	info->timebase_hz = boot->machine.timebase_hz;
	info->harts = 1;
	info->checked = PAGODA_CHECKED;
	info->ram_base = boot->machine.memory[0].base;
	info->ram_bytes = boot->machine.memory[0].bytes;
	info->epoch_ns = rtc_read_epoch(&boot->machine);
	cpus[0].trace = spot_of_pfn(boot_take(boot, rings));
	cpus[0].trace->capacity = TRACE_RECORDS;
}

static void read_machine(struct boot *boot, paddr_t tree)
{
	err_t error = dtb_read_machine(spot_of(tree), DTB_BYTES_MAX, &boot->machine);

	if (error != E_OK || boot->machine.memory_count == 0 || boot->machine.timebase_hz == 0)
		panic("device tree at 0x%lx cannot be used: error %d", tree, (int)error);
	if (boot->machine.initrd_end == 0)
		panic("no boot archive: start QEMU with -initrd");
	/* The tree's own place is not always in its list of reservations. */
	if (boot->machine.reserved_count < DTB_RESERVED_MAX)
		boot->machine.reserved[boot->machine.reserved_count++] =
			(struct dtb_range){tree, boot->machine.tree_bytes};
}

struct thread *boot_main(uint64_t hart, paddr_t tree)
{
	static struct boot boot;
	struct cpu *cpu = &cpus[0];

	__asm__ volatile("mv tp, %0" : : "r"(cpu));
	kernel_lock();
	cpu->id = hart;
	cpu->stack_top = (uint64_t)__builtin_frame_address(0) & ~15ul;
	read_machine(&boot, tree);
	mmu_init(&boot.machine);
	cpu->satp = mmu_kernel_satp;
	boot.next_pfn = spot_pfn(kernel_image_start) + ARENA_PAGES;
	make_frames(&boot);
	make_info(&boot);
	sched_init();
	plic_init(boot.machine.plic.base, hart);
	timer_init(boot.machine.timebase_hz);
	csr_write(scounteren, SCOUNTEREN_ALL);
	/* Vector state belongs to nobody, so it stays off; the kernel never reads through user mappings. */
	csr_clear(sstatus, SSTATUS_SIE | SSTATUS_SPP | SSTATUS_FS | SSTATUS_VS | SSTATUS_SUM | SSTATUS_MXR);
	boot_start_harts(&boot.machine, hart);
	boot_make_init(&boot);
	print("pagoda " PAGODA_VERSION ": %lu MiB, %lu harts, %s build\n", info->ram_bytes >> 20, info->harts,
	      PAGODA_CHECKED ? "checked" : "release");
	boot.boot_info->harts = info->harts;
	boot.boot_info->boot_instret = csr_read(instret);
	ready_remove(&ready_queue, &boot.thread->queue, boot.thread->priority);
	sched_switch_to(boot.thread);
	kernel_unlock();
	return boot.thread;
}
