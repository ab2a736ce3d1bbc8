/* SPDX-License-Identifier: MIT */
/*
 * The process server, for one program: what it knows of it and how it ends.
 */
#ifndef INIT_PROC_H
#define INIT_PROC_H

#include "init.h"
#include "proto/records.h"
#include <pagoda/ipc.h>

#define PROGRAM_PID	    2	    /* init is 1 */
#define PROGRAM_BLOCK_BYTES 131072u /* argv, envp and their strings */

/* Slots that a program's objects lie in; taken once, so that a program leaves none behind. */
struct program_slots {
	cap_t space, message_page, cspace, thread, pager;
};

struct program {
	uint32_t pid;
	bool vfs_has_it, pager_has_it;
	const char *path; /* as /boot/command has it */
	char name[64];	  /* last part of the path */
	struct vfs_stat file;
};
extern struct program program;

/* Why everything ends. */
struct outcome {
	const char *reason; /* exit or signal */
	uint8_t status;
};

/*
 * Build the program of /boot/command and start it. Not started: a line on CHANNEL_STDERR says why, *outcome
 * is what a shell would make of it, and program_destroy() is due all the same.
 */
bool program_start(struct outcome *outcome);

void program_slots_take(void);

/* Thread, CSpace, files and address space; also of a program that was only half built. */
void program_destroy(void);

/* The arguments: argc, argv, envp and strings as they shall lie at the top of the stack; arguments.c */
struct arguments {
	uint64_t count;
	uint64_t block_bytes; /* a multiple of 16, up to PROGRAM_STACK_TOP */
	const uint8_t *block;
};
MUST_USE err_t arguments_build(const char *command, uint64_t bytes, struct arguments *arguments);

/* killed.c: the line for a program whose fault was refused. */
void killed_print(const struct pager_news *news);
const char *signal_name(uint64_t signal);

/* A file's bytes through the vfs, for the ELF parser. */
struct elf_reader;
struct elf_reader program_reader(void);

/* leaks.c */
struct system_counts {
	uint64_t objects[16];
	uint64_t slots, tables;
	struct pager_counts pager;
	struct vfs_counts vfs;
};
void counts_read(struct system_counts *counts);
uint64_t counts_leaks(const struct system_counts *before, const struct system_counts *after);

/* end.c: the record, and off. */
_Noreturn void proc_end(const struct outcome *outcome, uint64_t leaks);

#endif
