/* SPDX-License-Identifier: MIT */
/*
 * From the first instructions to main(): takes argc, argv and envp from the stack as System V lays them
 * out, runs the constructors, ends with exit().
 */
#include "posix/posix.h"
#include <stdlib.h>
#include <unistd.h>

extern int main(int argc, char **argv, char **envp);
extern void __libc_init_array(void);

char **environ;

/* picolibc has an sbrk() and a malloc() of its own; naming ours here makes the linker find them first. */
__attribute__((used)) static void *(*const own_sbrk)(ptrdiff_t) = sbrk;
__attribute__((used)) static void *(*const own_malloc)(size_t) = malloc;

_Noreturn void program_start(uint64_t *stack);

_Noreturn void program_start(uint64_t *stack)
{
	int argc = (int)stack[0];
	char **argv = (char **)(stack + 1);

	environ = argv + argc + 1;
	__libc_init_array();
	exit(main(argc, argv, environ));
}
