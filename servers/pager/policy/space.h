/* SPDX-License-Identifier: MIT */
/*
 * An address space as the pager sees it: areas and private pages. Operations change the books only;
 * what the kernel has mapped is the caller's to clear, before the next operation. Every operation
 * that fails has changed nothing.
 */
#ifndef POLICY_SPACE_H
#define POLICY_SPACE_H

#include "policy/area_set.h"
#include "policy/policy.h"
#include "proto/records.h"

/* Where the next fault of a program that goes through its memory in order would be; see ahead.h. */
struct ahead {
	uint64_t next; /* page */
	uint32_t hits; /* faults right behind the last one, in a row */
};

/* What the kernel has mapped is in no book, but where it may have: see space_shown.c. */
#define STRETCH_PAGES (1ul << 15) /* 128 MiB */
#define STRETCHES     (TREE_PAGES / STRETCH_PAGES)

struct vm_space {
	struct policy *policy;
	struct vm_space *next, *prev;
	uint32_t pid;
	struct account *account; /* that pays */
	vaddr_t start, end;	 /* the range areas may lie in; page 0 never */
	struct area_set areas;
	struct page_tree pages;
	uint64_t anon_pages;			  /* entries in `pages`, those that others share too */
	uint64_t pinned_pages;			  /* pinned areas, of one page each */
	vaddr_t heap_start, heap_break, heap_end; /* 0 0 0: none */
	vaddr_t map_base, map_hint;		  /* where areas without a wish go */
	uint64_t faults, prefetched, populated, fork_mapped; /* as struct pager_faults: pages handed to the
								kernel */
	struct ahead ahead;
	uint64_t shown[STRETCHES / 64];	      /* a bit each: there was a fault in it */
	uint64_t limit_bytes[LIMIT_DATA + 1]; /* by enum proc_limit; all ones: none */
	struct external_pager *supplier;      /* of anonymous pages; NULL: the system */
	struct external_pager *exec_supplier; /* of the program that exec puts here */
	struct external_client *clients;      /* one a pager whose grant is attached */
};

#define LIMIT_NONE (~0ul)

/* space_shown.c. From now on the stretch of @page may have something mapped. Done before the chunk of @page
 * is remembered: no fault on that does it again. */
static inline void space_show(struct vm_space *space, uint64_t page)
{
	space->shown[page / STRETCH_PAGES / 64] |= 1ul << page / STRETCH_PAGES % 64;
}
/* The first address from @at on where the kernel may have mapped something, at or above @end: nothing is
 * below that. At most *steps areas are looked at, those are taken off; none left: no further than there. */
vaddr_t space_next_shown(const struct vm_space *space, vaddr_t at, vaddr_t end, uint32_t *steps);

/* *out is the new, empty space, of the payer's account. Errors: E_RANGE, E_ALIGN; E_NO_MEMORY. */
MUST_USE err_t space_create(struct policy *policy, uint32_t pid, vaddr_t start, uint64_t bytes,
			    struct vm_space **out);
void space_destroy(struct vm_space *space);

/* A copy of @parent's areas, limits and heap for @pid; pages are shared until one writes. Pinned areas and
 * grants are left out. What the kernel has mapped of the parent must be parked. Errors: E_NO_MEMORY
 */
MUST_USE err_t space_fork(struct vm_space *parent, uint32_t pid, struct vm_space **out);

bool space_contains_range(const struct vm_space *space, vaddr_t start, uint64_t bytes);

/**
 * Add an area; its pages come with faults (or space_populate).
 * External: E_ACCESS (shared, may be writable, the object may not), E_DEAD (withdrawn), E_STATE (no client).
 * Errors: E_RANGE, E_ALIGN, E_CONFLICT, E_WX, E_ARGUMENT, E_UNSUPPORTED, E_TOO_MANY, E_NO_MEMORY
 */
MUST_USE err_t space_map(struct vm_space *space, const struct area_spec *spec);

/* The same in place of whatever is there, but a pinned area or a grant (E_DENIED). */
MUST_USE err_t space_map_over(struct vm_space *space, const struct area_spec *spec);

/* Remove whatever lies in the range; holes are no error. Errors: E_RANGE, E_ALIGN, E_DENIED, E_TOO_MANY,
 * E_NO_MEMORY */
MUST_USE err_t space_unmap(struct vm_space *space, vaddr_t start, uint64_t bytes);

/* Errors: E_RANGE, E_ALIGN, E_WX, E_NO_AREA (a hole), E_ACCESS (above the maximum), E_DENIED, E_TOO_MANY,
 * E_NO_MEMORY */
MUST_USE err_t space_protect(struct vm_space *space, vaddr_t start, uint64_t bytes, uint32_t prot);

/* Rights that pages of the range may be mapped with and @prot has not; 0: what the kernel has mapped there
 * need not change. Needs: space_contains_range() */
uint32_t space_may_lose(const struct vm_space *space, vaddr_t start, uint64_t bytes, uint32_t prot);

/* Remove every area. */
void space_clear(struct vm_space *space);

bool space_is_free(const struct vm_space *space, vaddr_t start, uint64_t bytes);
/* First gap of @bytes at or above @hint, else anywhere above map_base; 0: none. */
vaddr_t space_find_free(const struct vm_space *space, vaddr_t hint, uint64_t bytes);

/* Errors: E_ARGUMENT. What is there already stays, above its limit or not. */
MUST_USE err_t space_set_limit(struct vm_space *space, uint64_t which, uint64_t bytes);

/* Where the heap begins (rounded up to a page) and its greatest size. Errors: E_RANGE, E_ALIGN, E_STATE */
MUST_USE err_t space_heap_init(struct vm_space *space, vaddr_t start, uint64_t limit_bytes);
/* Set the break. *cut_start, *cut_pages: range to unmap in the kernel. Errors: E_NO_MEMORY, E_TOO_MANY */
MUST_USE err_t space_heap_set(struct vm_space *space, vaddr_t wanted, vaddr_t *cut_start,
			      uint64_t *cut_pages);

typedef void page_visit(void *context, vaddr_t address, uint64_t frame);
/**
 * Take a frame for every page of the range that has none: all or nothing. @visit gets each new
 * page; its frame's content is arbitrary.
 * Errors: E_RANGE, E_ALIGN, E_NO_AREA, E_UNSUPPORTED (not anon or stack), E_NO_MEMORY
 */
MUST_USE err_t space_populate(struct vm_space *space, vaddr_t start, uint64_t pages, page_visit *visit,
			      void *context);
/* Add a pinned area: one page with a frame of its own, never shared; its content is arbitrary. Errors: as
 * space_map. */
MUST_USE err_t space_add_pinned(struct vm_space *space, vaddr_t start, const char *name, uint64_t *frame);
/* Needs: space_add_pinned() made it. */
void space_remove_pinned(struct vm_space *space, vaddr_t start);
/*
 * The pinned area at @start goes, its frame stays: for space_add_kept(), which makes it that of another space
 * (errors as space_add_pinned; nothing has changed), or for policy_give_kept(). Nobody pays for it
 * meanwhile. Needs: space_add_pinned() made it.
 */
uint64_t space_keep_pinned(struct vm_space *space, vaddr_t start);
MUST_USE err_t space_add_kept(struct vm_space *space, vaddr_t start, const char *name, uint64_t frame);
void policy_give_kept(struct policy *policy, uint64_t frame);

/* Page number behind @address as the books have it now, *rights what a map of it may have; 0: not present. */
uint64_t space_translate(struct vm_space *space, vaddr_t address, uint32_t *rights);

typedef void page_access(void *context, uint64_t frame, uint64_t offset_bytes, uint64_t bytes);
/* Visit @bytes of present memory page by page. Errors: E_RANGE, E_NO_AREA, E_ACCESS, E_ABSENT; nothing
 * visited then. */
MUST_USE err_t space_access(struct vm_space *space, vaddr_t address, uint64_t bytes, uint32_t access,
			    page_access *visit, void *context);

int space_check(const struct vm_space *space);

/* account.c. No frame was left for @faulter: the space that is to end so that it can go on, of the account
 * that has most; NULL: that is its own. */
struct vm_space *account_victim(const struct vm_space *faulter);
/* What the accounts count of spaces and areas. Those without a space have no frames, but
 * grants that are still in use. */
int accounts_check(const struct policy *policy);

/* For policy's own files. */
MUST_USE err_t space_check_range(const struct vm_space *space, vaddr_t start, uint64_t bytes);
MUST_USE err_t space_check_spec(const struct vm_space *space, const struct area_spec *spec);
/* Does the limit allow @spec, in place of what is there? */
bool space_limit_allows(const struct vm_space *space, const struct area_spec *spec);
/* A node for the area, with its reference; NULL: out of memory. */
struct vm_area *area_create(struct vm_space *space, const struct area_spec *spec);
/* Unlink the area and drop what it holds. Private pages are the caller's. */
void area_drop(struct vm_space *space, struct vm_area *area);
/* Is the private frame of @page nobody else's? Needs: the page has it. */
static inline bool space_is_alone(struct vm_space *space, uint64_t page, uint64_t frame)
{
	return page_tree_owns(&space->pages, page) &&
	       frames_at(&space->policy->frames, frame)->references == 1;
}
/* The space's account pays for what the books take from now on. */
static inline void space_pays(const struct vm_space *space)
{
	space->policy->frames.payer = space->account;
}
/* An area comes or goes, and its account knows. */
static inline void space_link_area(struct vm_space *space, struct vm_area *area)
{
	area_set_insert(&space->areas, area);
	space->account->areas++;
}
static inline void space_append_area(struct vm_space *space, struct vm_area *area, struct vm_area *last)
{
	area_set_append(&space->areas, area, last);
	space->account->areas++;
}
static inline void space_unlink_area(struct vm_space *space, struct vm_area *area)
{
	area_set_remove(&space->areas, area);
	space->account->areas--;
}
bool area_can_join(const struct vm_area *left, const struct vm_area *right);
void space_join(struct vm_space *space, struct vm_area *area);

#endif
