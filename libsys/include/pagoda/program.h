/* SPDX-License-Identifier: MIT */
/*
 * The address space of a program, and the slots it starts with.
 *
 *   0x00010000  text, rodata, data, bss, heap (grows up)
 *   0x3f7fc000  guard
 *   0x3f7fd000  stack, 8 MiB, lazy, grows down from 0x3fffd000
 *   0x3fffe000  struct info_page      (read only)
 *   0x3ffff000  message page          (pinned)
 *   0x40000000  mmap, upwards, to USER_END
 *
 * All of a small program lies in one 1 GiB part, the stack's top and the two pages in one 2 MiB of it, so
 * that few page tables serve it.
 */
#ifndef PAGODA_PROGRAM_H
#define PAGODA_PROGRAM_H

#define PROGRAM_BASE	     0x10000ul
#define PROGRAM_HEAP_LIMIT   0x3f000000ul /* the heap's end cannot pass this */
#define PROGRAM_STACK_BASE   0x3f7fd000ul /* the lowest page is the guard */
#define PROGRAM_STACK_TOP    0x3fffd000ul
#define PROGRAM_INFO_PAGE    0x3fffe000ul
#define PROGRAM_MESSAGE_PAGE 0x3ffff000ul
#define PROGRAM_MMAP_BASE    0x40000000ul

/* At the start sp points to: argc, argv[0..argc-1], NULL, envp[], NULL, then the strings (as System V). */

enum program_slot {
	SLOT_PROC = 1, /* endpoints, badged with the pid */
	SLOT_PAGER = 2,
	SLOT_VFS = 3,
	SLOT_RECEIVE = 4, /* cap_receive of the message page, if wanted */
	SLOT_FIRST_FREE = 8,
	PROGRAM_CSPACE_SLOTS = 32,
};

#endif
