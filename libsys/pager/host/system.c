/* SPDX-License-Identifier: MIT */
/* The system pager's answers to a custom pager, with its errors. */
#include "pager/host/simulation.h"
#include <pagoda/pager.h>
#include <stdlib.h>
#include <string.h>

#define ENDED_MS 1000000ul

err_t system_register(const char *name, uint64_t quota_bytes, struct system_grant *grant)
{
	uint64_t bytes = (quota_bytes + ARENA_BYTES - 1) & ~(ARENA_BYTES - 1);

	if (sim.grant != NULL)
		return E_EXISTS;
	if (strlen(name) == 0 || strlen(name) > CUSTOM_NAME_MAX || quota_bytes == 0)
		return E_ARGUMENT;
	if (bytes > sim.memory_bytes)
		return E_NO_MEMORY;
	strcpy(sim.name, name);
	sim.frames = (uint32_t)(bytes / PAGE_BYTES);
	sim_frames_open();
	*grant = (struct system_grant){sim.grant, bytes};
	return E_OK;
}

uint32_t sim_object_find(const char *name)
{
	for (uint32_t number = 1; number <= CUSTOM_OBJECTS_MAX; number++) {
		const struct sim_object *object = &sim.object[number];

		if (object->frame != NULL && !object->withdrawn && strcmp(object->name, name) == 0)
			return number;
	}
	return 0;
}

err_t system_publish(const char *name, const struct system_object *wish, uint32_t *number)
{
	uint32_t free_number = 1;

	if (sim.grant == NULL)
		return E_STATE;
	if (strlen(name) == 0 || strlen(name) > CUSTOM_NAME_MAX || wish->size_bytes == 0)
		return E_ARGUMENT;
	if (sim_object_find(name) != 0)
		return E_EXISTS;
	while (free_number <= CUSTOM_OBJECTS_MAX && sim.object[free_number].frame != NULL)
		free_number++;
	if (free_number > CUSTOM_OBJECTS_MAX)
		return E_TOO_MANY;
	struct sim_object *object = &sim.object[free_number];
	*object = (struct sim_object){
		.pages = (wish->size_bytes + PAGE_BYTES - 1) / PAGE_BYTES,
		.deadline_ms = wish->deadline_ms != 0 ? wish->deadline_ms : CUSTOM_DEADLINE_MS,
		.writable = wish->writable,
	};
	strcpy(object->name, name);
	object->frame = calloc(object->pages, sizeof(*object->frame));
	if (object->frame == NULL)
		return E_NO_MEMORY;
	*number = free_number;
	return E_OK;
}

/* Its clients end with it here, so a withdrawn object is gone. */
err_t system_withdraw(uint32_t number)
{
	struct sim_object *object = &sim.object[number];

	if (number == 0 || number > CUSTOM_OBJECTS_MAX || object->frame == NULL)
		return E_ARGUMENT;
	sim_kernel_forget(number);
	free(object->frame);
	object->frame = NULL;
	object->withdrawn = true;
	return E_OK;
}

bool system_object_is_there(uint32_t number)
{
	return sim.object[number].frame != NULL;
}

err_t system_frames_in_use(uint32_t first, uint64_t bits[SYSTEM_IN_USE_WORDS])
{
	if (sim.grant == NULL)
		return E_STATE;
	if (first >= sim.frames)
		return E_RANGE;
	memset(bits, 0, SYSTEM_IN_USE_WORDS * sizeof(*bits));
	for (uint32_t i = 0; i < SYSTEM_IN_USE_FRAMES && first + i < sim.frames; i++) {
		if (sim.frame[first + i].use == SIM_GIVEN)
			bits[i / 64] |= 1ul << i % 64;
	}
	return E_OK;
}

bool system_is_unused(void)
{
	return sim.over;
}

bool system_process_is_there(uint64_t pid)
{
	(void)pid;
	return !sim.over;
}

uint64_t system_deadline(uint64_t ms)
{
	return sim.instructions + ms * ENDED_MS;
}

uint64_t system_instructions(void)
{
	return sim.instructions += 100;
}

err_t pager_set_supplier(const char *name, bool from_exec)
{
	(void)from_exec;
	return name == NULL ? E_OK : E_NO_ENTRY;
}
