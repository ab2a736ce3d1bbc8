/* SPDX-License-Identifier: MIT */
/* Name of the system, POSIX. */
#ifndef _SYS_UTSNAME_H
#define _SYS_UTSNAME_H

#ifdef __cplusplus
extern "C" {
#endif

#define UTSNAME_BYTES 65

struct utsname {
	char sysname[UTSNAME_BYTES];
	char nodename[UTSNAME_BYTES];
	char release[UTSNAME_BYTES];
	char version[UTSNAME_BYTES];
	char machine[UTSNAME_BYTES];
};

int uname(struct utsname *name);

#ifdef __cplusplus
}
#endif

#endif
