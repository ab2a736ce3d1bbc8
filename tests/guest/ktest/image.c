/* SPDX-License-Identifier: MIT */
/* Compares what start.S and ktest.ld write down as numbers with uapi/boot.h. */
#include "uapi/boot.h"

_Static_assert(INIT_IMAGE_MAGIC == 0x31746e6961646750ul, "magic in start.S");
_Static_assert(offsetof(struct init_image, entry) == 8 && offsetof(struct init_image, text_pages) == 16 &&
		       offsetof(struct init_image, data_pages) == 24 &&
		       offsetof(struct init_image, bss_pages) == 32 && sizeof(struct init_image) == 40,
	       "layout in start.S");

__attribute__((used)) static void export_init_base(void)
{
	__asm__ volatile(".globl ktest_init_base\n\t.set ktest_init_base, %0" : : "i"(INIT_BASE));
}
