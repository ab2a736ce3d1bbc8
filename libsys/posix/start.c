/* SPDX-License-Identifier: MIT */
/*
 * From the first instructions to main(): takes argc, argv and envp from the stack as System V lays them
 * out, runs the constructors, ends with exit().
 */
#include "posix/posix.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern int main(int argc, char **argv, char **envp);
extern void __libc_init_array(void);

/*
 * picolibc has some of these functions, too; naming ours here makes the linker find them first. The
 * environment's come with `environ`.
 */
__attribute__((used)) static void *(*const own_sbrk)(ptrdiff_t) = sbrk;
__attribute__((used)) static void *(*const own_malloc)(size_t) = malloc;
__attribute__((used)) static char *(*const own_strerror)(int) = strerror;

_Noreturn void program_start(uint64_t *stack);

static const char *program_name = "";

const char *posix_program_name(void)
{
	return program_name;
}

static void note_name(const char *word)
{
	const char *slash = word != NULL ? strrchr(word, '/') : NULL;

	program_name = slash != NULL ? slash + 1 : word != NULL ? word : "";
}

_Noreturn void program_start(uint64_t *stack)
{
	int argc = (int)stack[0];
	char **argv = (char **)(stack + 1);

	environ = argv + argc + 1;
	note_name(argv[0]);
	__libc_init_array();
	exit(main(argc, argv, environ));
}
