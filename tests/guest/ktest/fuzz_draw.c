/* SPDX-License-Identifier: MIT */
/* Calls at random: which, and what each takes. */
#include "fuzz.h"

/* A letter an argument (fuzz_argument.c); a call stands here as often as it is to come. */
static const struct {
	uint8_t number;
	char letters[7];
} shapes[] = {
	{SYS_null, ""},
	{SYS_yield, ""},
	{SYS_notify, "N"},
	{SYS_notify, "N"},
	{SYS_cap_copy, "cecsr"},
	{SYS_cap_copy, "cecsr"},
	{SYS_cap_mint, "cecsry"},
	{SYS_cap_mint, "cecEry"},
	{SYS_cap_move, "cecs"},
	{SYS_cap_delete, "cs"},
	{SYS_cap_delete, "cs"},
	{SYS_cap_delete, "cs"},
	{SYS_cap_revoke, "cs"},
	{SYS_cap_info, "cs"},
	{SYS_memory_carve, "MeoO"},
	{SYS_memory_carve, "MeoO"},
	{SYS_pool_create, "Me"},
	{SYS_pool_free_bytes, "P"},
	{SYS_object_create, "PekK"},
	{SYS_object_create, "PekK"},
	{SYS_object_create, "PekK"},
	{SYS_object_create, "PekK"},
	{SYS_irq_create, "QeL"},
	{SYS_thread_bind, "TwB"},
	{SYS_thread_bind, "TwB"},
	{SYS_thread_bind, "TwB"},
	{SYS_thread_priority, "Tg"},
	{SYS_thread_start, "TppEa"},
	{SYS_thread_start, "TppEa"},
	{SYS_thread_suspend, "T"},
	{SYS_thread_resume, "T"},
	{SYS_thread_read, "T"},
	{SYS_thread_write, "T"},
	{SYS_thread_divert, "Tppx"},
	{SYS_divert_return, ""},
	{SYS_space_attach, "SiMr"},
	{SYS_space_attach, "SiMr"},
	{SYS_space_detach, "Si"},
	{SYS_space_map, "SAuf"},
	{SYS_space_map, "SAuf"},
	{SYS_space_map, "SAuf"},
	{SYS_space_map, "SAuf"},
	{SYS_space_map_items, "Sn"},
	{SYS_space_unmap, "SaO"},
	{SYS_space_unmap, "SaO"},
	{SYS_space_protect, "SaOr"},
	{SYS_space_harvest, "SaO"},
	{SYS_space_park, "Svh"},
	{SYS_space_unpark, "Svr"},
	{SYS_space_lookup, "Sa"},
	{SYS_space_tables, "S"},
	{SYS_space_set_limit, "Sn"},
	{SYS_space_mapped, "SaO"},
	{SYS_space_stored, "S"},
	{SYS_memory_harvest, "MoO"},
	{SYS_reply_save, "e"},
	{SYS_reply_narrow, "ReaOb"},
	{SYS_reply_narrow, "ReaOb"},
	{SYS_reply_forward, "REabey"},
	{SYS_reply_forward, "REabey"},
	{SYS_reply_recall, "R"},
	{SYS_buffer_copy, "Rmlzt"},
	{SYS_buffer_copy, "Rmlzt"},
	{SYS_buffer_copy_source, "Rmjmzt"},
	{SYS_timer_set, "ID"},
	{SYS_timer_bind, "IN"},
	{SYS_irq_bind, "qN"},
	{SYS_irq_ack, "q"},
	{SYS_trace_control, "QF"},
};

#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))

/* What to do with a caller, while there is one. */
static const struct {
	uint8_t number;
	char letters[7];
} answers[] = {
	{SYS_reply_save, "e"},
	{SYS_reply_narrow, "ReaOb"},
	{SYS_reply_forward, "REabey"},
	{SYS_buffer_copy, "Rmlzt"},
	{SYS_buffer_copy, "Rmlzt"},
	{SYS_buffer_copy, "Rmlzt"},
	{SYS_buffer_copy_source, "Rmjmzt"},
	{SYS_reply_recall, "Z"},
};

#define WAYS_TO_ANSWER (sizeof(answers) / sizeof(answers[0]))

/* With random words this one is too slow, ruins the hand itself, or what is measured. */
static bool must_be_careful(uint64_t number)
{
	return number == SYS_batch || number == SYS_system_check || number == SYS_buffer_copy ||
	       number == SYS_buffer_copy_source || number == SYS_thread_priority ||
	       number == SYS_trace_control;
}

void draw_call(unsigned actor, struct drawn *call)
{
	uint64_t v = random_next(actor);

	*call = (struct drawn){.letters = "xxxxxx", .number = v / 256 % 128, .cspace = actor % HANDS};
	if (v % 256 != 0 || call->number < SYS_null || must_be_careful(call->number)) {
		call->letters = shapes[v / 256 % SHAPES].letters;
		call->number = shapes[v / 256 % SHAPES].number;
	}
	if (fuzz.owed[actor] != 0 && v / 256 % 4) {
		call->letters = answers[v / 1024 % WAYS_TO_ANSWER].letters;
		call->number = answers[v / 1024 % WAYS_TO_ANSWER].number;
	}
	for (unsigned i = 0; call->letters[i]; i++)
		call->w[i] = draw_argument(actor, call, i);
}
