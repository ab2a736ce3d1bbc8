/* SPDX-License-Identifier: MIT */
/* The system's part of <dirent.h>. */
#ifndef _SYS_DIRENT_H
#define _SYS_DIRENT_H

#include <sys/types.h>

#define NAME_MAX_BYTES 255

struct dirent {
	ino_t d_ino;
	unsigned char d_type;
	char d_name[NAME_MAX_BYTES + 1];
};

#define DT_UNKNOWN 0
#define DT_CHR	   2
#define DT_DIR	   4
#define DT_REG	   8
#define DT_LNK	   10

typedef struct directory_stream DIR;

#endif
