/* SPDX-License-Identifier: MIT */
/* Error codes, made from error.def. */
#ifndef UAPI_ERROR_H
#define UAPI_ERROR_H
#include "uapi/types.h"

enum error {
#define ERROR(name, number, text) E_##name = number,
#include "uapi/error.def"
#undef ERROR
};

/* What a call that can fail returns; declare it MUST_USE. */
#if PAGODA_KERNEL
typedef uint64_t err_t;
#else
typedef enum error err_t;
#endif
#define MUST_USE __attribute__((warn_unused_result))

#endif
