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

#define PROT_NONE     0
#define PROT_READ     1
#define PROT_WRITE    2
#define PROT_EXEC     4

#define MAP_SHARED    0x01
#define MAP_PRIVATE   0x02
#define MAP_FIXED     0x10
#define MAP_ANONYMOUS 0x20
#define MAP_ANON      MAP_ANONYMOUS
#define MAP_FAILED    ((void *)-1)

void *mmap(void *address, size_t bytes, int prot, int flags, int fd, off_t offset);
int munmap(void *address, size_t bytes);
int mprotect(void *address, size_t bytes, int prot);

#ifdef __cplusplus
}
#endif

#endif
