/* SPDX-License-Identifier: MIT */
#include <sys/poll.h>
