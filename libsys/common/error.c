/* SPDX-License-Identifier: MIT */
/* Names and texts of the errors, made from uapi/error.def. */
#include <pagoda/error.h>

const char *error_text(err_t error)
{
	switch (error) {
#define ERROR(name, number, text) \
	case E_##name:            \
		return text;
#include "uapi/error.def"
#undef ERROR
	}
	return "unknown error";
}

const char *error_name(err_t error)
{
	switch (error) {
#define ERROR(name, number, text) \
	case E_##name:            \
		return #name;
#include "uapi/error.def"
#undef ERROR
	}
	return "UNKNOWN";
}
