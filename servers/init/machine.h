/* SPDX-License-Identifier: MIT */
/* Addresses of QEMU's virt machine that init knows. Source: hw/riscv/virt.c of QEMU 7.2, virt_memmap. */
#ifndef INIT_MACHINE_H
#define INIT_MACHINE_H

#define MACHINE_UART_BASE  0x10000000ul
#define MACHINE_UART_IRQ   10
#define MACHINE_POWER_BASE 0x100000ul /* sifive_test */

#define POWER_PASS	   0x5555u
#define POWER_FAIL	   0x3333u /* exit code in the upper half */

#endif
