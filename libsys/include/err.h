/* SPDX-License-Identifier: MIT */
/* Complaints on standard error: program name, message, and but for the x kinds the text of errno, as in BSD.
 */
#ifndef _ERR_H
#define _ERR_H

#include <stdarg.h>

#ifdef __cplusplus
extern "C" {
#endif

__attribute__((format(printf, 1, 2))) void warn(const char *format, ...);
__attribute__((format(printf, 1, 2))) void warnx(const char *format, ...);
__attribute__((format(printf, 1, 0))) void vwarn(const char *format, va_list arguments);
__attribute__((format(printf, 1, 0))) void vwarnx(const char *format, va_list arguments);
_Noreturn __attribute__((format(printf, 2, 3))) void err(int status, const char *format, ...);
_Noreturn __attribute__((format(printf, 2, 3))) void errx(int status, const char *format, ...);
_Noreturn __attribute__((format(printf, 2, 0))) void verr(int status, const char *format, va_list arguments);
_Noreturn __attribute__((format(printf, 2, 0))) void verrx(int status, const char *format, va_list arguments);

#ifdef __cplusplus
}
#endif

#endif
