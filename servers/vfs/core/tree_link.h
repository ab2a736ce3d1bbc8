/* SPDX-License-Identifier: MIT */
/* Between tree.c and tree_change.c. */
#ifndef VFS_TREE_LINK_H
#define VFS_TREE_LINK_H

#include <stdint.h>

uint32_t tree_bucket(uint32_t directory, const char *name, uint32_t name_bytes);

#endif
