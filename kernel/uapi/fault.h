/* SPDX-License-Identifier: MIT */
/*
 * The fault message, made by the kernel from scause, stval and sepc. It is a call to the
 * thread's pager endpoint; the badge is that of the endpoint capability bound as BIND_PAGER.
 *
 *   tag   TAG_FAULT, label = enum fault_kind
 *   w0    stval: the address, or what the cause defines
 *   w1    sepc
 *   w2    info, see below
 *   w3    rdinstret at the fault; of a bounced one: why (the label it was refused with, or 0)
 *
 * info:  63        32 31    16 15     8 7     0
 *       | thread id  |  asid  | flags  | access|
 *
 * The answer: TAG_MAP with items, or a plain tag with label E_OK: the thread runs the instruction
 * again. Any other label is a refusal. That of the thread's own pager stops the thread (THREAD_STOPPED);
 * whoever holds it may look and destroy it. That of anybody else, who was forwarded the fault or has a
 * narrowed Reply, makes the fault go to the thread's own pager again, with FAULT_BOUNCED and the label in w3.
 */
#ifndef UAPI_FAULT_H
#define UAPI_FAULT_H

enum fault_kind {
	FAULT_PAGE = 1,	      /* scause 12, 13, 15 */
	FAULT_MISALIGNED = 2, /* 0, 4, 6 */
	FAULT_ACCESS = 3,     /* 1, 5, 7 */
	FAULT_ILLEGAL = 4,    /* 2 */
	FAULT_BREAKPOINT = 5, /* 3 */
	FAULT_OTHER = 6,      /* anything else user mode can raise; w0 = scause */
};

enum fault_access {
	ACCESS_READ = 1,
	ACCESS_WRITE = 2,
	ACCESS_EXECUTE = 4,
};

enum fault_flags {
	FAULT_PARKED = 1,  /* the leaf table is parked: unpark before mapping */
	FAULT_PRESENT = 2, /* a valid entry refused the access */
	FAULT_BOUNCED = 4, /* came back: w3 = label of the refusal, or 0: an endpoint or a holder died */
};

#define FAULT_INFO(thread, asid, flags, access) \
	((uint64_t)(thread) << 32 | (uint64_t)(asid) << 16 | (uint64_t)(flags) << 8 | (access))
#define FAULT_INFO_ACCESS(info) ((info)&0xff)
#define FAULT_INFO_FLAGS(info)	((info) >> 8 & 0xff)
#define FAULT_INFO_ASID(info)	((info) >> 16 & 0xffff)
#define FAULT_INFO_THREAD(info) ((uint32_t)((info) >> 32))

#endif
