/* SPDX-License-Identifier: MIT */
/*
 * The other harts: started through SBI HSM, counted, and parked in wfi with every interrupt off. All user
 * space runs on the boot hart (docs/decisions/0002-one-hart-runs.md).
 */
#include "base/panic.h"
#include "base/sbi.h"
#include "base/spot.h"
#include "entry/boot.h"
#include "hw/mmu.h"

#define START_PATIENCE 100000000ul /* loops to wait for a hart to show up */

/* Read by start.S: order and size matter. */
struct secondary_start {
	uint64_t satp;
	uint64_t entry;
	struct cpu *cpu;
	uint64_t stack;
};

extern char secondary_start[];
static char stacks[CPU_MAX][512] __attribute__((aligned(16)));
static struct secondary_start starts[CPU_MAX];
static uint64_t harts_up = 1; /* [a] */

static _Noreturn void hart_park(void)
{
	__atomic_fetch_add(&harts_up, 1, __ATOMIC_SEQ_CST);
	for (;;)
		__asm__ volatile("wfi");
}

AT_BOOT static bool start_one(uint64_t hart, unsigned index)
{
	uint64_t before = __atomic_load_n(&harts_up, __ATOMIC_SEQ_CST);

	cpus[index].id = hart;
	starts[index] = (struct secondary_start){mmu_kernel_satp, (uint64_t)hart_park, &cpus[index],
						 (uint64_t)stacks[index] + sizeof stacks[index]};
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (sbi_hart_start(hart, spot_physical(secondary_start), spot_physical(&starts[index])).error != 0)
		return false;
	for (uint64_t i = 0; i < START_PATIENCE; i++) {
		if (__atomic_load_n(&harts_up, __ATOMIC_SEQ_CST) != before)
			return true;
	}
	return false;
}

AT_BOOT void boot_start_harts(const struct dtb_machine *machine, uint64_t our_hart)
{
	unsigned index = 1;

	for (uint64_t i = 0; i < machine->hart_count && index < CPU_MAX; i++) {
		if (machine->hart_ids[i] != our_hart && start_one(machine->hart_ids[i], index))
			index++;
	}
	info->harts = index;
}
