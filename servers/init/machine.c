/* SPDX-License-Identifier: MIT */
/* The registers init itself touches: the UART (only to say why everything ends) and the power switch. */
#include "machine.h"
#include "init.h"
#include "proto/proto.h"
#include <pagoda/syscall.h>

#define UART_STATUS 5
#define UART_ROOM   0x20

err_t pages_map(cap_t space, uint64_t source, uint64_t at, uint64_t rights, uint64_t offset, uint64_t pages)
{
	while (pages > 0) {
		uint64_t now = pages < MAP_PAGES_MAX ? pages : MAP_PAGES_MAX;
		struct result r = sys_space_map(space, at | rights, MAP_SOURCE(source, now), offset);

		if (r.error != E_OK)
			return r.error;
		at += now * PAGE_BYTES;
		offset += now;
		pages -= now;
	}
	return E_OK;
}

cap_t machine_carve(paddr_t base, uint64_t bytes)
{
	const struct boot_memory *memory;
	cap_t slot = slot_new(), device = memory_of_kind(BOOT_MEMORY_DEVICE, &memory);

	if (device == CAP_NULL || base < memory->base || base - memory->base + bytes > memory->bytes)
		init_panic("the kernel gave no registers at %#lx", (unsigned long)base);
	init_need(
		sys_memory_carve(device, slot, (base - memory->base) / PAGE_BYTES, bytes / PAGE_BYTES).error,
		"carving registers");
	return slot;
}

static void machine_map(paddr_t base, enum init_source source, uint64_t at)
{
	cap_t page = machine_carve(base, PAGE_BYTES);

	init_need(sys_space_attach(BOOT_SLOT_SPACE, source, page, RIGHT_READ | RIGHT_WRITE).error,
		  "attaching registers");
	init_need(pages_map(BOOT_SLOT_SPACE, source, at, RIGHT_READ | RIGHT_WRITE, 0, 1),
		  "mapping registers");
}

void machine_open(void)
{
	machine_map(MACHINE_POWER_BASE, INIT_SOURCE_POWER, INIT_POWER_PAGE);
	machine_map(MACHINE_UART_BASE, INIT_SOURCE_UART, INIT_UART_PAGE);
}

static void machine_put(uint8_t byte)
{
	volatile uint8_t *uart = (volatile uint8_t *)INIT_UART_PAGE;

	while (!(uart[UART_STATUS] & UART_ROOM))
		;
	uart[0] = byte;
}

void machine_print(uint8_t channel, const char *text)
{
	static bool begun;

	if (!begun) { /* the driver may have been cut off between the two bytes of a pair */
		machine_put(CONSOLE_DLE);
		machine_put('x');
		begun = true;
	}
	machine_put(CONSOLE_DLE);
	machine_put('0' + channel);
	for (; *text; text++) {
		if (*text == CONSOLE_DLE)
			machine_put(CONSOLE_DLE);
		machine_put(*text);
	}
}

_Noreturn void machine_power_off(uint8_t status)
{
	volatile uint32_t *power = (volatile uint32_t *)INIT_POWER_PAGE;

	for (;;)
		*power = status == 0 ? POWER_PASS : (uint32_t)status << 16 | POWER_FAIL;
}
