/* SPDX-License-Identifier: MIT */
/*
 * Spaces: sources, mappings, page tables. A mapping is a record of one leaf entry, found by (space, page); a
 * table is counted for each 2 MiB block that has one of 4 KiB. The server's own space (object 1) is
 * memory.c's.
 */
#include "played.h"

#define MAPPINGS   16384
#define BUCKETS	   4096
#define OWN	   1u
#define SCAN_PAGES 2048 /* more are looked for among all mappings */

static struct played_mapping mappings[MAPPINGS];
static uint32_t bucket[BUCKETS]; /* number + 1 */
static uint32_t first_free, top;

static struct result answer(err_t error)
{
	return (struct result){error, 0};
}

static uint32_t number_of(const struct played_object *space)
{
	return (uint32_t)(space - played_objects);
}

static uint32_t *bucket_of(uint32_t space, uint64_t page)
{
	return &bucket[((page * 0x9e3779b97f4a7c15ul >> 40) ^ space * 977) % BUCKETS];
}

static struct played_mapping *find(uint32_t space, uint64_t page)
{
	uint32_t at = *bucket_of(space, page);

	while (at && (mappings[at - 1].space != space || mappings[at - 1].page != page))
		at = mappings[at - 1].next;
	return at ? &mappings[at - 1] : NULL;
}

/* The entry that maps @page, a superpage's too. */
struct played_mapping *played_mapping_at(uint32_t space, uint64_t page)
{
	struct played_mapping *mapping = find(space, page);

	if (mapping)
		return mapping;
	mapping = find(space, page & ~(ARENA_PAGES - 1));
	return mapping && mapping->pages > 1 ? mapping : NULL;
}

struct played_mapping *played_mapping_next(struct played_mapping *mapping)
{
	mapping = mapping ? mapping + 1 : mappings;
	while (mapping < mappings + top && mapping->space == 0)
		mapping++;
	return mapping < mappings + top ? mapping : NULL;
}

static void remove_mapping(struct played_mapping *mapping)
{
	uint32_t number = (uint32_t)(mapping - mappings) + 1,
		 *link = bucket_of(mapping->space, mapping->page);

	while (*link != number)
		link = &mappings[*link - 1].next;
	*link = mapping->next;
	*mapping = (struct played_mapping){.next = first_free};
	first_free = number;
}

static bool add_mapping(uint32_t space, uint64_t page, uint64_t frame, uint64_t pages, uint32_t rights)
{
	struct played_mapping *mapping = find(space, page);
	uint32_t number;

	if (!mapping) {
		number = first_free ? first_free : top < MAPPINGS ? ++top : 0;
		if (!number)
			return false;
		mapping = &mappings[number - 1];
		if (number == first_free)
			first_free = mapping->next;
		mapping->next = *bucket_of(space, page);
		*bucket_of(space, page) = number;
	}
	mapping->space = space;
	mapping->page = page;
	mapping->frame = frame;
	mapping->pages = pages;
	mapping->rights = rights;
	mapping->parked = false;
	return true;
}

/* Call @visit for every mapping in [first, first + pages). */
typedef void visit_mapping(struct played_mapping *mapping, uint64_t *value, uint64_t argument);

static uint64_t visit(uint32_t space, uint64_t first, uint64_t pages, visit_mapping *each, uint64_t argument)
{
	struct played_mapping *at = NULL, *next;
	uint64_t value = 0;

	if (pages <= SCAN_PAGES) {
		for (uint64_t page = first; page < first + pages; page++)
			if ((at = find(space, page)) != NULL)
				each(at, &value, argument);
		return value;
	}
	for (at = played_mapping_next(NULL); at; at = next) {
		next = played_mapping_next(at);
		if (at->space == space && at->page - first < pages)
			each(at, &value, argument);
	}
	return value;
}

static void visit_remove(struct played_mapping *mapping, uint64_t *value, uint64_t argument)
{
	(void)argument;
	++*value;
	remove_mapping(mapping);
}

static void visit_protect(struct played_mapping *mapping, uint64_t *value, uint64_t rights)
{
	++*value;
	mapping->rights &= (uint32_t)rights;
	if (!mapping->rights)
		remove_mapping(mapping);
}

static void visit_park(struct played_mapping *mapping, uint64_t *value, uint64_t argument)
{
	(void)argument;
	*value += mapping->pages == 1;
	mapping->parked = mapping->pages == 1;
}

static void visit_unpark(struct played_mapping *mapping, uint64_t *value, uint64_t rights)
{
	*value += mapping->parked;
	if (mapping->parked)
		mapping->rights &= (uint32_t)rights;
	mapping->parked = false;
}

static void visit_count(struct played_mapping *mapping, uint64_t *value, uint64_t argument)
{
	(void)argument;
	*value += mapping->pages;
}

static void visit_count_parked(struct played_mapping *mapping, uint64_t *value, uint64_t argument)
{
	(void)argument;
	*value += mapping->parked;
}

static void visit_frames(struct played_mapping *mapping, uint64_t *value, uint64_t source)
{
	const struct played_source *gone = (const struct played_source *)source;

	++*value;
	if (mapping->frame - gone->first < gone->pages)
		remove_mapping(mapping);
}

void played_space_clear(struct played_object *space)
{
	if (space->kind == KIND_SPACE && number_of(space) != OWN)
		visit(number_of(space), 0, USER_END, visit_remove, 0);
}

void played_spaces_clear(void)
{
	memset(mappings, 0, top * sizeof(mappings[0]));
	memset(bucket, 0, sizeof(bucket));
	first_free = top = 0;
}

bool played_block_is_parked(uint32_t space, uint64_t page)
{
	return visit(space, page & ~(ARENA_PAGES - 1), ARENA_PAGES, visit_count_parked, 0) > 0;
}

static uint64_t tables_of(uint32_t space)
{
	uint64_t blocks[512], count = 0;

	for (struct played_mapping *at = played_mapping_next(NULL); at; at = played_mapping_next(at)) {
		uint64_t block = at->page / ARENA_PAGES, i = 0;

		if (at->space != space)
			continue;
		while (i < count && blocks[i] != block)
			i++;
		if (i == count && count < 512)
			blocks[count++] = block;
	}
	return 1 + count;
}

static err_t map_check(const struct played_object *space, const struct map_item *item)
{
	uint64_t pages = item->source >> 16, index = item->source & 0xff,
		 at = item->at_rights & ~(PAGE_BYTES - 1);
	uint64_t unit = item->source & MAP_SUPERPAGE ? ARENA_PAGES : 1, rights = item->at_rights & RIGHTS_RWX;
	const struct played_source *source = &space->source[index % SPACE_SOURCES];

	if (index >= SPACE_SOURCES || pages == 0 || pages > MAP_PAGES_MAX ||
	    (item->at_rights & (PAGE_BYTES - 1) & ~(uint64_t)RIGHTS_RWX) || source->pages == 0)
		return E_RANGE;
	if (item->offset > source->pages || pages * unit > source->pages - item->offset)
		return E_RANGE;
	if (number_of(space) != OWN && (at > USER_END || pages * unit * PAGE_BYTES > USER_END - at))
		return E_RANGE;
	if (unit > 1 && (at % ARENA_BYTES || (source->first + item->offset) % ARENA_PAGES))
		return E_ALIGN;
	if (rights == 0 || rights & ~source->rights)
		return E_RIGHTS;
	return (rights & RIGHT_WRITE) && (rights & RIGHT_EXECUTE) ? E_WX : E_OK;
}

err_t played_map(struct played_object *space, const struct map_item *item, uint64_t *missing)
{
	uint64_t pages = item->source >> 16, first = item->at_rights >> PAGE_SHIFT, frame;
	bool super = item->source & MAP_SUPERPAGE;
	uint64_t unit = super ? ARENA_PAGES : 1;
	err_t error = map_check(space, item);

	FUZZ_TRUE(error == E_OK); /* servers map only what they may */
	if (number_of(space) == OWN) {
		played_own_map(first << PAGE_SHIFT, pages * unit * PAGE_BYTES);
		return E_OK;
	}
	if (!super && (played_block_is_parked(number_of(space), first) ||
		       played_block_is_parked(number_of(space), first + pages - 1)))
		return E_PARKED;
	if (played_trouble() || tables_of(number_of(space)) >= space->limit) {
		*missing = 1;
		return E_TABLES;
	}
	frame = space->source[item->source & 0xff].first + item->offset;
	for (uint64_t i = 0; i < pages; i++)
		if (!add_mapping(number_of(space), first + i * unit, frame + i * unit, unit,
				 item->at_rights & RIGHTS_RWX)) {
			*missing = 1;
			return E_TABLES;
		}
	space->stored += pages;
	return E_OK;
}

static void source_detach(struct played_object *space, struct played_source *source)
{
	if (number_of(space) != OWN)
		visit(number_of(space), 0, USER_END, visit_frames, (uint64_t)source);
	*source = (struct played_source){0};
}

void played_sources_revoked(cap_t memory)
{
	for (uint32_t i = 1; i < PLAYED_OBJECTS; i++)
		for (int index = 0; played_objects[i].kind == KIND_SPACE && index < SPACE_SOURCES; index++)
			if (played_objects[i].source[index].pages &&
			    played_objects[i].source[index].parent == memory)
				source_detach(&played_objects[i], &played_objects[i].source[index]);
}

static struct result attach(struct played_object *space, const uint64_t *w)
{
	struct played_cap *memory;
	err_t error = played_cap_find(w[2], KIND_MEMORY, 0, &memory);

	if (error != E_OK || w[1] >= SPACE_SOURCES || w[3] & ~(uint64_t)RIGHTS_RWX)
		return answer(error != E_OK ? error : E_RANGE);
	if (w[3] & ~(uint64_t)memory->rights)
		return answer(E_RIGHTS);
	if (space->source[w[1]].pages)
		return answer(E_OCCUPIED);
	space->source[w[1]] = (struct played_source){memory->a / PAGE_BYTES, memory->b / PAGE_BYTES,
						     (uint32_t)w[3], (cap_t)w[2]};
	return answer(E_OK);
}

static struct result detach(struct played_object *space, const uint64_t *w)
{
	if (w[1] >= SPACE_SOURCES)
		return answer(E_RANGE);
	if (!space->source[w[1]].pages)
		return answer(E_EMPTY);
	source_detach(space, &space->source[w[1]]);
	return answer(E_OK);
}

static struct result map_one(struct played_object *space, const uint64_t *w)
{
	struct map_item item = {w[1], w[2], w[3]};
	uint64_t missing = 0;
	err_t error = played_map(space, &item, &missing);

	return (struct result){error, missing};
}

static struct result lookup(uint32_t space, uint64_t page)
{
	const struct played_mapping *mapping = played_mapping_at(space, page);

	if (mapping && mapping->parked)
		return answer(E_PARKED);
	if (!mapping)
		return answer(E_OK);
	return (struct result){E_OK, (mapping->frame + page - mapping->page) << PAGE_SHIFT | mapping->rights};
}

/* Calls on a range: w[1] is its start, w[2] its pages. */
static struct result range_call(uint64_t number, struct played_object *space, const uint64_t *w)
{
	uint64_t page = w[1] >> PAGE_SHIFT, blocks = number == SYS_space_park ? ARENA_PAGES : 1;
	uint32_t at = number_of(space);

	FUZZ_TRUE(w[1] % (blocks * PAGE_BYTES) == 0);
	if (at == OWN) {
		FUZZ_TRUE(number == SYS_space_unmap);
		played_own_unmap(w[1], w[2] * PAGE_BYTES);
		return answer(E_OK);
	}
	FUZZ_TRUE(w[1] <= USER_END && w[2] * blocks <= (USER_END - w[1]) / PAGE_BYTES);
	switch (number) {
	case SYS_space_unmap:
		return (struct result){E_OK, visit(at, page, w[2], visit_remove, 0)};
	case SYS_space_protect:
		FUZZ_TRUE(w[3] && !(w[3] & ~(uint64_t)RIGHTS_RWX));
		return (struct result){E_OK, visit(at, page, w[2], visit_protect, w[3])};
	case SYS_space_mapped:
		FUZZ_TRUE(w[2] <= ARENA_PAGES);
		return (struct result){E_OK, visit(at, page, w[2], visit_count, 0)};
	default:
		FUZZ_TRUE(number == SYS_space_park);
		return (struct result){E_OK, visit(at, page, w[2] * ARENA_PAGES, visit_park, 0)};
	}
}

static struct result unpark(uint32_t space, const uint64_t *w)
{
	uint64_t pages;

	FUZZ_TRUE(w[1] % ARENA_BYTES == 0);
	if (w[1] >= USER_END)
		return answer(E_RANGE);
	pages = visit(space, w[1] >> PAGE_SHIFT, ARENA_PAGES, visit_unpark, w[2]);
	return pages ? (struct result){E_OK, pages} : answer(E_STATE);
}

struct result played_call_space(uint64_t number, const uint64_t *w)
{
	struct played_cap *cap;
	err_t error = played_cap_find(w[0], KIND_SPACE, 0, &cap);
	struct played_object *space;

	if (error != E_OK)
		return answer(error);
	space = &played_objects[cap->object];
	switch (number) {
	case SYS_space_attach:
		return attach(space, w);
	case SYS_space_detach:
		return detach(space, w);
	case SYS_space_map:
		return map_one(space, w);
	case SYS_space_unpark:
		return unpark(cap->object, w);
	case SYS_space_lookup:
		return w[1] < USER_END ? lookup(cap->object, w[1] >> PAGE_SHIFT) : answer(E_RANGE);
	case SYS_space_tables:
		return (struct result){E_OK, tables_of(cap->object) | space->limit << 32};
	case SYS_space_set_limit:
		if (w[1] == 0 || w[1] > UINT32_MAX)
			return answer(E_RANGE);
		space->limit = w[1];
		return answer(E_OK);
	case SYS_space_stored:
		return (struct result){E_OK, space->stored};
	default:
		return range_call(number, space, w);
	}
}
