/* SPDX-License-Identifier: MIT */
/* Calls that nobody wants: answers to nothing, requests of every number with any words, faults sent
 * elsewhere. */
#include "hostile.h"

#define LABELS 70

/* Numbers near what is there, and far away. */
static uint64_t any_word(const struct hostile *hostile)
{
	switch (random_below(6)) {
	case 0:
		return random_below(4);
	case 1:
		return random_below(1 << 16);
	case 2:
		return ~random_below(4);
	case 3:
		return 1ul << random_below(64);
	case 4:
		return (uint64_t)getpid() + random_below(3);
	default:
		return (uint64_t)hostile->served.grant + GRANT_BYTES + random_below(1 << 20) * PAGE_BYTES;
	}
}

/* It would harm itself alone, or wait for ever: a pipe's end is read. */
static bool is_own_harm(cap_t server, uint32_t label)
{
	if (label == PAGER_INJECT) /* and the vfs's: checked builds refuse what all ask for then */
		return true;
	if (server == SLOT_VFS)
		return label == VFS_READ || label == VFS_CLOSE || label == VFS_WRITE || label == VFS_DUP2 ||
		       label == VFS_TTY_MODE;
	return label == PAGER_BRK || label == PAGER_UNMAP || label == PAGER_PROTECT || label == PAGER_MAP ||
	       label == PAGER_SUPPLIER || label == PAGER_WITHDRAW;
}

static void any_request(const struct hostile *hostile)
{
	cap_t server = random_below(3) ? SLOT_PAGER : SLOT_VFS;
	uint32_t label = (uint32_t)random_below(LABELS);
	uint64_t words = random_below(2) ? 0 : random_below(MESSAGE_WORDS + 1);
	struct message m = {.tag = TAG(label, words)};

	if (is_own_harm(server, label))
		return;
	for (uint32_t i = 0; i < MESSAGE_REGISTERS; i++)
		m.w[i] = any_word(hostile);
	for (uint32_t i = MESSAGE_REGISTERS; i < words; i++)
		message_page()->words[i] = any_word(hostile);
	ipc_call(server, &m);
}

/* Not zeroes, nor frames of its own, which it may give whatever they hold: clients know what they should get.
 */
static uint32_t any_label(const struct hostile *hostile)
{
	uint32_t label = (uint32_t)any_word(hostile);

	if (CUSTOM_LABEL_KIND(label) == CUSTOM_GIVE)
		return CUSTOM_LABEL_GIVE(GRANT_BYTES / PAGE_BYTES, 1);
	return label == CUSTOM_ZERO ? (uint32_t)CUSTOM_NO_MEMORY : label;
}

static void unasked_answer(const struct hostile *hostile)
{
	struct map_item item = {any_word(hostile), any_word(hostile), any_word(hostile)};
	cap_t slot = random_below(64);

	if (random_below(2))
		(void)give_items(slot == hostile->served.endpoint ? CAP_NULL : slot, &item, 1);
	else
		(void)give_label(CAP_NULL, any_label(hostile));
}

/* The fault goes on to a server that knows nothing of it, or round to the program itself, with more rights.
 */
static void send_elsewhere(const struct hostile *hostile)
{
	cap_t to[] = {SLOT_PAGER, SLOT_VFS, SLOT_PROC, hostile->served.endpoint};

	(void)sys_reply_forward(CAP_NULL, to[random_below(4)], any_word(hostile) & ~(PAGE_BYTES - 1),
				any_word(hostile), random_below(2) ? SPARE_SLOT : CAP_NULL, random_below(3));
	(void)sys_reply_recall(SPARE_SLOT);
	(void)sys_cap_delete(CAP_NULL, SPARE_SLOT);
}

void flood(const struct hostile *hostile)
{
	for (uint64_t i = random_below(60); i > 0; i--) {
		uint64_t what = random_below(16);

		if (what == 0)
			send_elsewhere(hostile);
		else if (what < 5)
			unasked_answer(hostile);
		else
			any_request(hostile);
	}
}
