/* SPDX-License-Identifier: MIT */
/* Looking at the running system: memory accounts, areas, invariants. For programs. */
#ifndef PAGODA_INSPECT_H
#define PAGODA_INSPECT_H

#include "proto/inject.h"
#include "proto/records.h"
#include "uapi/boot.h"
#include "uapi/error.h"
#include "uapi/object.h"

/* Live counts and constants that the kernel shows to everybody. */
const struct info_page *inspect_info(void);

/* The frame accounts. Errors: the pager's. */
MUST_USE err_t inspect_frames(struct pager_counts *counts);

/*
 * The first area of a process that ends above @cursor; pid 0 is the caller.
 * Errors    E_NO_AREA: no more; E_NO_SPACE: no such process; E_DENIED
 */
MUST_USE err_t inspect_area(uint64_t pid, uint64_t cursor, struct pager_area *area);

/*
 * How many pages are mapped in [@start, @end) of a process, both page aligned; pid 0 is the caller. A request
 * each for some blocks of 2 MiB: what comes and goes meanwhile may be counted or not. Errors    E_NO_SPACE:
 * no such process (any more); E_ARGUMENT. *pages: those counted until then
 */
MUST_USE err_t inspect_present(uint64_t pid, uint64_t start, uint64_t end, uint64_t *pages);

/* The process with the smallest pid above @cursor. Errors: E_NO_ENTRY: no more. */
MUST_USE err_t inspect_process(uint64_t cursor, struct proc_entry *process);

/* The account with the smallest number at or above @cursor. Errors: E_NO_ENTRY: no more. */
MUST_USE err_t inspect_account(uint64_t cursor, struct proc_account *account);

/* The custom pager with the smallest number above @cursor. Errors: E_NO_ENTRY: no more. */
MUST_USE err_t inspect_custom_pager(uint64_t cursor, struct pager_custom *pager);

/* Its object with the smallest number at or above @cursor; 0 is anonymous memory. Errors: E_NO_ENTRY: no
 * more. */
MUST_USE err_t inspect_custom_object(uint64_t pager, uint64_t cursor, struct pager_object *object);

/* What a fault of process @pid at @address meets. Errors: E_NO_SPACE: no such process. */
MUST_USE err_t inspect_why(uint64_t pid, uint64_t address, struct pager_why *why);

/* What the children that were waited for used. Errors: the process server's. */
MUST_USE err_t inspect_children_usage(struct proc_usage *usage);

enum inspect_server {
	INSPECT_PAGER,
	INSPECT_VFS,
	INSPECT_PROC,
};

/* Verify all invariants of a server: *broken = 0, or the line number of the first that does not hold. */
MUST_USE err_t inspect_check_server(enum inspect_server server, uint64_t *broken);

/*
 * Refuse a server's allocations number @first to @last from now on (0 0: none), but none of the process
 * @exempt (0: nobody). *report: what became of the last such wish. Errors    E_REQUEST: not a checked build;
 * E_ARGUMENT
 */
MUST_USE err_t inspect_inject(enum inspect_server server, uint64_t first, uint64_t last, uint64_t exempt,
			      struct inject_report *report);

/* Verify all invariants of the kernel; a broken one panics. Errors: E_UNSUPPORTED, not a checked build. */
MUST_USE err_t inspect_check_kernel(void);

#endif
