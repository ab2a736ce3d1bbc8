/* SPDX-License-Identifier: MIT */
/* Hands PROGRAM_BASE to the linker, which compares it with the address in program.ld. */
#include <pagoda/program.h>

__attribute__((used)) static void program_base_export(void)
{
	__asm__ volatile(".globl pagoda_program_base\n\t"
			 ".set pagoda_program_base, %0"
			 :
			 : "i"(PROGRAM_BASE));
}
