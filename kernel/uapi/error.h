/* SPDX-License-Identifier: MIT */
/* Error codes, made from error.def. */
#ifndef UAPI_ERROR_H
#define UAPI_ERROR_H

enum error {
#define ERROR(name, number, text) E_##name = number,
#include "uapi/error.def"
#undef ERROR
};

/* What a call that can fail returns; declare it MUST_USE. */
typedef enum error err_t;
#define MUST_USE __attribute__((warn_unused_result))

#endif
