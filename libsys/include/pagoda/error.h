/* SPDX-License-Identifier: MIT */
/* Names and texts of the errors of uapi/error.def. Both functions answer for any number. */
#ifndef PAGODA_ERROR_H
#define PAGODA_ERROR_H

#include "uapi/error.h"

/* "no such file or directory"; "unknown error" for a number that is none. */
const char *error_text(err_t error);

/* "NO_ENTRY"; "UNKNOWN" for a number that is none. */
const char *error_name(err_t error);

#endif
