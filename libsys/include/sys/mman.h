/* SPDX-License-Identifier: MIT */
/*
 * Memory mappings, POSIX. Private ones are built of files, of custom pagers' objects and of anonymous memory;
 * shared ones of objects, all others answer ENOTSUP. Of an object: ENXIO: it was withdrawn, or its pager has
 * ended; EDEADLK: the pager would wait for itself; EMFILE: too many pagers in one process.
 */
#ifndef _SYS_MMAN_H
#define _SYS_MMAN_H

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PROT_NONE	      0
#define PROT_READ	      1
#define PROT_WRITE	      2
#define PROT_EXEC	      4

#define MAP_SHARED	      0x01
#define MAP_PRIVATE	      0x02
#define MAP_FIXED	      0x10
#define MAP_ANONYMOUS	      0x20
#define MAP_ANON	      MAP_ANONYMOUS
#define MAP_FAILED	      ((void *)-1)

#define MS_ASYNC	      1
#define MS_INVALIDATE	      2
#define MS_SYNC		      4

#define MADV_NORMAL	      0
#define MADV_RANDOM	      1
#define MADV_SEQUENTIAL	      2
#define MADV_WILLNEED	      3
#define POSIX_MADV_NORMAL     MADV_NORMAL
#define POSIX_MADV_RANDOM     MADV_RANDOM
#define POSIX_MADV_SEQUENTIAL MADV_SEQUENTIAL
#define POSIX_MADV_WILLNEED   MADV_WILLNEED

void *mmap(void *address, size_t bytes, int prot, int flags, int fd, off_t offset);
int munmap(void *address, size_t bytes);
int mprotect(void *address, size_t bytes, int prot);
int msync(void *address, size_t bytes, int flags);
int madvise(void *address, size_t bytes, int advice);
int posix_madvise(void *address, size_t bytes, int advice);

#ifdef __cplusplus
}
#endif

#endif
