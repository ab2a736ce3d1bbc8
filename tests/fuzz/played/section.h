/* SPDX-License-Identifier: MIT */
/*
 * Included before every file of a server under test: its static data get sections of their own, so that the
 * run can put them back. The linker gives their bounds names.
 */
#pragma clang section bss = "server_bss" data = "server_data"
