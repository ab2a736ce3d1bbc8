/* SPDX-License-Identifier: MIT */
/* Slots of kept replies. */
#include "replies.h"
#include <pagoda/ipc.h>
#include <pagoda/server.h>
#include <pagoda/syscall.h>

#define REPLIES_FIRST (SERVER_FIRST_FREE + 32)

static uint64_t taken[REPLIES_MAX / 64]; /* bit i: slot REPLIES_FIRST + i */
static uint32_t count;

err_t replies_save(cap_t *slot)
{
	for (uint32_t word = 0; word < REPLIES_MAX / 64; word++) {
		uint32_t bit;

		if (taken[word] == UINT64_MAX)
			continue;
		bit = __builtin_ctzll(~taken[word]);
		*slot = REPLIES_FIRST + word * 64 + bit;
		if (sys_reply_save(*slot).error != E_OK)
			return E_TOO_MANY;
		taken[word] |= 1ull << bit;
		count++;
		return E_OK;
	}
	return E_TOO_MANY;
}

static void replies_free(cap_t slot)
{
	uint32_t number = slot - REPLIES_FIRST;

	taken[number / 64] &= ~(1ull << number % 64);
	count--;
}

void replies_drop(cap_t slot)
{
	sys_cap_delete(CAP_NULL, slot);
	replies_free(slot);
}

void replies_send(cap_t slot, err_t error, uint64_t w0)
{
	struct message m = message_make(error, w0, 0);

	if (ipc_reply_send(slot, &m) != E_OK)
		sys_cap_delete(CAP_NULL, slot); /* its caller is gone */
	replies_free(slot);
}

uint32_t replies_count(void)
{
	return count;
}
