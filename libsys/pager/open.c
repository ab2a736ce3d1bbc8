/* SPDX-License-Identifier: MIT */
/* Becoming a pager, and its objects. */
#include "pager/core.h"
#include <pagoda/error.h>
#include <stdlib.h>
#include <string.h>

struct core core;

/* As the system pager checks it: the host's simulation would take more. */
static bool name_is_good(const char *name)
{
	size_t bytes = name != NULL ? strlen(name) : 0;

	for (size_t i = 0; i < bytes; i++)
		if (name[i] == '/' || name[i] <= ' ' || name[i] > '~')
			return false;
	return bytes > 0 && bytes <= CUSTOM_NAME_MAX && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static void report_open(void)
{
	core.report = (struct custom_report *)core.grant.base;
	core.report->frames_total = core.frames.count;
	core.report->version = CUSTOM_REPORT_VERSION;
	core_report_frames();
}

/* Nothing is registered unless there is room for the maps of the grant. */
static err_t frames_register(const char *name, uint64_t quota_bytes, struct frames *frames,
			     struct system_grant *grant)
{
	uint64_t arenas = quota_bytes / ARENA_BYTES + (quota_bytes % ARENA_BYTES != 0);

	if (arenas > UINT32_MAX / ARENA_PAGES)
		return E_NO_MEMORY;
	err_t error = frames_open(frames, (uint32_t)(arenas * ARENA_PAGES));
	if (error != E_OK)
		return error;
	error = system_register(name, quota_bytes, grant);
	if (error != E_OK)
		frames_close(frames);
	else
		frames_start(frames);
	return error;
}

err_t pager_open(const char *name, const struct pager_ops *ops)
{
	struct system_grant grant;
	struct frames frames;

	if (!name_is_good(name) || ops == NULL)
		return E_ARGUMENT;
	if (core.name[0] != 0)
		return E_EXISTS;
	err_t error = frames_register(name, ops->quota_bytes != 0 ? ops->quota_bytes : ARENA_BYTES, &frames,
				      &grant);
	if (error != E_OK)
		return error;
	strcpy(core.name, name);
	core.ops = *ops;
	core.grant = grant;
	core.frames = frames;
	report_open();
	return E_OK;
}

static struct object *object_make(uint64_t size_bytes, const struct pager_ops *ops)
{
	struct object *object = calloc(1, sizeof(*object));

	if (object == NULL)
		return NULL;
	object->ops = *ops;
	if (pages_open(&object->pages, (size_bytes + PAGE_BYTES - 1) / PAGE_BYTES) == E_OK)
		return object;
	free(object);
	return NULL;
}

static void object_unmake(struct object *object)
{
	pages_close(&object->pages);
	free(object);
}

/* Numbers are used again, but only of objects that are gone. */
static void forget_retired(uint32_t number)
{
	for (struct object **link = &core.retired; *link != NULL; link = &(*link)->next_retired) {
		struct object *object = *link;

		if (object->number != number || object == core.now.object)
			continue;
		*link = object->next_retired;
		core_free_object(object);
		return;
	}
}

static bool wish_is_good(const char *name, uint64_t size_bytes, const struct pager_ops *ops)
{
	return name_is_good(name) && size_bytes != 0 && size_bytes <= PAGE_BYTES << CUSTOM_PAGE_BITS &&
	       ops != NULL && ops->missing != NULL && ops->deadline_ms <= CUSTOM_DEADLINE_MAX_MS;
}

err_t pager_publish(const char *name, uint64_t size_bytes, const struct pager_ops *ops, uint32_t *number)
{
	if (core.report == NULL)
		return E_STATE;
	if (!wish_is_good(name, size_bytes, ops))
		return E_ARGUMENT;
	struct object *object = object_make(size_bytes, ops);
	if (object == NULL)
		return E_NO_MEMORY;
	struct system_object wish = {size_bytes, ops->deadline_ms, ops->writable};
	err_t error = system_publish(name, &wish, &object->number);
	if (error != E_OK) {
		object_unmake(object);
		return error;
	}
	forget_retired(object->number);
	object->generation = ++core.generation;
	core.object[object->number] = object;
	if (number != NULL)
		*number = object->number;
	return E_OK;
}

err_t pager_withdraw(uint32_t number)
{
	if (number == 0 || number > CUSTOM_OBJECTS_MAX || core.object[number] == NULL)
		return E_ARGUMENT;
	err_t error = system_withdraw(number);
	if (error != E_OK)
		return error;
	struct object *object = core.object[number];
	core.object[number] = NULL;
	object->next_retired = core.retired;
	core.retired = object;
	return E_OK;
}

/* The whole object and the report; where nobody said how much, less will do. */
static err_t open_for(const char *name, uint64_t size_bytes, const struct pager_ops *ops)
{
	struct pager_ops wish = *ops;

	if (wish.quota_bytes == 0)
		wish.quota_bytes = (size_bytes + ARENA_BYTES) & ~(PAGE_BYTES - 1);
	for (;;) {
		err_t error = pager_open(name, &wish);

		if (error != E_NO_MEMORY || ops->quota_bytes != 0 || wish.quota_bytes <= ARENA_BYTES)
			return error;
		wish.quota_bytes /= 2;
	}
}

static int complain(const char *name, const char *what, err_t error)
{
	pager_log("%s%s%s: %s", name, name[0] != 0 ? ": " : "", what, error_text(error));
	return 1;
}

static int complain_of_name(const char *name)
{
	pager_log("'%s' is no name for a pager: 1 to %d printing characters of ASCII without space and /, "
		  "not . or ..",
		  name != NULL ? name : "", CUSTOM_NAME_MAX);
	return 1;
}

int pager_serve(const char *name, uint64_t size_bytes, const struct pager_ops *ops)
{
	if (!name_is_good(name))
		return complain_of_name(name);
	const char *shown = core.name[0] == 0 && name != NULL ? name : "";
	err_t error = ops == NULL ? E_ARGUMENT : open_for(name, size_bytes, ops);

	if (error != E_OK)
		return complain(shown, "cannot become a pager", error);
	error = size_bytes != 0 ? pager_publish(name, size_bytes, ops, NULL) : E_OK;
	if (error != E_OK)
		return complain("", "cannot publish its object", error);
	error = pager_run();
	return error == E_OK ? 0 : complain("", "ended by the system", error);
}
