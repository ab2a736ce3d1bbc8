/* SPDX-License-Identifier: MIT */
/* Sizes and limits of the machine as user space sees it. */
#ifndef UAPI_LAYOUT_H
#define UAPI_LAYOUT_H

#define PAGE_SHIFT	 12
#define PAGE_BYTES	 4096ul
#define ARENA_SHIFT	 21
#define ARENA_BYTES	 (1ul << ARENA_SHIFT) /* also the size of a superpage */
#define ARENA_PAGES	 (ARENA_BYTES / PAGE_BYTES)

#define USER_END	 (1ul << 38) /* Sv39: the lower half */

#define SPACE_SOURCES	 15 /* sources a space can attach: it is 1 KiB with them */
#define MAP_PAGES_MAX	 64 /* pages one answer or map call can carry */
#define MAP_ITEMS_MAX	 16 /* items one answer or map call can carry */
#define POOL_ARENAS_MAX	 8  /* arenas of one Pool */
#define CSPACE_SLOTS_MAX 4096
#define PRIORITIES	 64 /* 0 is lowest */

#define ABI_VERSION	 1

#endif
