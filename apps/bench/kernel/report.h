/* SPDX-License-Identifier: MIT */
/* Text on the UART, polled, and the end of the machine: for images in init's place. */
#ifndef KBENCH_REPORT_H
#define KBENCH_REPORT_H

#include <stdbool.h>
#include <stdint.h>

void console_open(volatile uint8_t *uart, volatile uint32_t *power);
/* At most 299 bytes. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void power_off(bool passed);

#endif
