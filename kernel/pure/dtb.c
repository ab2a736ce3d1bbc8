/* SPDX-License-Identifier: MIT */
/*
 * Reader of the flattened device tree: one pass over the structure block with a small stack of open
 * nodes. Properties of a node are kept until the node ends or its first child begins (the format puts
 * properties first); then the node is judged as a whole, for they come in any order.
 * Address translation (`ranges`) is not done: the buses concerned map one to one.
 */
#include "pure/dtb.h"
#include "pure/bits.h"

#define DTB_MAGIC	 0xd00dfeedu
#define DTB_VERSION	 17u
#define DTB_HEADER_BYTES 40u

enum dtb_token { TOKEN_BEGIN = 1, TOKEN_END = 2, TOKEN_PROPERTY = 3, TOKEN_NOP = 4, TOKEN_FINISH = 9 };

enum dtb_role {
	ROLE_OTHER,
	ROLE_ROOT,
	ROLE_CHOSEN,
	ROLE_CPUS,
	ROLE_CPU,
	ROLE_MEMORY,
	ROLE_RESERVED, /* /reserved-memory */
	ROLE_RESERVED_PART,
	ROLE_PLIC,
	ROLE_UART,
	ROLE_TEST,
	ROLE_RTC,
};

struct dtb_value {
	const uint8_t *bytes;
	uint32_t count;
};

struct dtb_level {
	uint8_t role;
	uint8_t address_cells, size_cells; /* for reg of the children; 255: more than fits */
};

struct dtb_walk {
	const uint8_t *tree;
	uint32_t at, end; /* structure block */
	uint32_t strings, strings_end;
	uint32_t depth; /* open nodes; levels[0] is outside of all */
	bool pending;	/* the node at depth has not been judged */
	bool disabled;	/* its properties */
	struct dtb_value reg, interrupts;
	struct dtb_level levels[DTB_DEPTH_MAX + 1];
	struct dtb_machine *machine;
};

static uint32_t read_be32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static uint64_t read_cells(const uint8_t *bytes, unsigned cells)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < cells; i++)
		value = value << 32 | read_be32(bytes + 4 * i);
	return value;
}

/* A number of one or two cells. */
static bool value_number(struct dtb_value value, uint64_t *number)
{
	if (value.count != 4 && value.count != 8)
		return false;
	*number = read_cells(value.bytes, value.count / 4);
	return true;
}

/* Is @text one of the strings in @value, which has a zero after each? */
static bool value_has_string(struct dtb_value value, const char *text)
{
	uint32_t at = 0;

	while (at < value.count) {
		uint32_t i = 0;

		while (text[i] && at + i < value.count && value.bytes[at + i] == (uint8_t)text[i])
			i++;
		if (!text[i] && at + i < value.count && value.bytes[at + i] == 0)
			return true;
		for (at += i; at < value.count && value.bytes[at]; at++)
			continue;
		at++;
	}
	return false;
}

/* A string in [at, end) of the tree: does it equal @text, up to a zero or @stop? */
static bool string_is(const struct dtb_walk *walk, uint32_t at, uint32_t end, const char *text)
{
	for (; at < end && *text; at++, text++) {
		if (walk->tree[at] != (uint8_t)*text)
			return false;
	}
	return at < end && *text == 0 && (walk->tree[at] == 0 || walk->tree[at] == '@');
}

static err_t add_range(struct dtb_range *ranges, uint64_t max, uint64_t *count, struct dtb_range range)
{
	if (range.bytes == 0)
		return E_OK;
	if (range.base + range.bytes < range.base)
		return E_BAD_FORMAT;
	if (*count == max)
		return E_TOO_MANY;
	ranges[(*count)++] = range;
	return E_OK;
}

/* All ranges of the pending node's reg. */
static err_t take_reg(const struct dtb_walk *walk, struct dtb_range *ranges, uint64_t max, uint64_t *count)
{
	const struct dtb_level *parent = &walk->levels[walk->depth - 1];
	uint32_t cells = (uint32_t)parent->address_cells + parent->size_cells;

	if (walk->reg.count == 0)
		return E_OK;
	if (parent->address_cells > 2 || parent->size_cells > 2 || cells == 0 ||
	    walk->reg.count % (4 * cells))
		return E_BAD_FORMAT;
	for (uint32_t at = 0; at < walk->reg.count; at += 4 * cells) {
		const uint8_t *base = walk->reg.bytes + at;
		struct dtb_range range = {
			read_cells(base, parent->address_cells),
			read_cells(base + 4 * parent->address_cells, parent->size_cells),
		};
		err_t error = add_range(ranges, max, count, range);

		if (error)
			return error;
	}
	return E_OK;
}

/* The first device of its kind wins; only the first range of its reg counts. */
static err_t take_device(const struct dtb_walk *walk, struct dtb_range *device)
{
	struct dtb_range all[DTB_RESERVED_MAX];
	uint64_t count = 0;
	err_t error = take_reg(walk, all, ARRAY_COUNT(all), &count);

	if (!error && count && device->bytes == 0)
		*device = all[0];
	return error;
}

static err_t take_uart(const struct dtb_walk *walk)
{
	struct dtb_machine *machine = walk->machine;
	bool is_first = machine->uart.bytes == 0;
	err_t error = take_device(walk, &machine->uart);

	if (!error && is_first && walk->interrupts.count == 4)
		machine->uart_irq = read_be32(walk->interrupts.bytes);
	return error;
}

static err_t take_hart(const struct dtb_walk *walk)
{
	struct dtb_machine *machine = walk->machine;
	uint32_t cells = walk->levels[walk->depth - 1].address_cells;

	if (walk->reg.count == 0 || cells == 0 || cells > 2 || walk->reg.count < 4 * cells)
		return E_BAD_FORMAT;
	if (machine->hart_count == DTB_HARTS_MAX)
		return E_TOO_MANY;
	machine->hart_ids[machine->hart_count++] = read_cells(walk->reg.bytes, cells);
	return E_OK;
}

/* All properties of the deepest open node are known: keep what we want of it. */
static err_t judge_node(struct dtb_walk *walk)
{
	struct dtb_machine *machine = walk->machine;

	if (!walk->pending)
		return E_OK;
	walk->pending = false;
	if (walk->disabled)
		return E_OK;
	switch (walk->levels[walk->depth].role) {
	case ROLE_MEMORY:
		return take_reg(walk, machine->memory, DTB_MEMORY_MAX, &machine->memory_count);
	case ROLE_RESERVED_PART:
		return take_reg(walk, machine->reserved, DTB_RESERVED_MAX, &machine->reserved_count);
	case ROLE_CPU:
		return take_hart(walk);
	case ROLE_PLIC:
		return take_device(walk, &machine->plic);
	case ROLE_UART:
		return take_uart(walk);
	case ROLE_TEST:
		return take_device(walk, &machine->test);
	case ROLE_RTC:
		return take_device(walk, &machine->rtc);
	default:
		return E_OK;
	}
}

/* What the name at [at, end) says about a node below @parent. */
static enum dtb_role role_by_name(const struct dtb_walk *walk, uint32_t at, enum dtb_role parent)
{
	if (walk->depth == 0)
		return ROLE_ROOT;
	if (parent == ROLE_RESERVED)
		return ROLE_RESERVED_PART;
	if (parent != ROLE_ROOT)
		return ROLE_OTHER;
	if (string_is(walk, at, walk->end, "chosen"))
		return ROLE_CHOSEN;
	if (string_is(walk, at, walk->end, "cpus"))
		return ROLE_CPUS;
	return string_is(walk, at, walk->end, "reserved-memory") ? ROLE_RESERVED : ROLE_OTHER;
}

static err_t begin_node(struct dtb_walk *walk)
{
	uint32_t name = walk->at;
	enum dtb_role role = role_by_name(walk, name, walk->levels[walk->depth].role);
	err_t error = judge_node(walk);

	if (error)
		return error;
	while (walk->at < walk->end && walk->tree[walk->at])
		walk->at++;
	if (walk->at == walk->end || walk->depth == DTB_DEPTH_MAX)
		return E_BAD_FORMAT;
	walk->at++;
	walk->depth++;
	walk->levels[walk->depth] = (struct dtb_level){(uint8_t)role, 2, 1};
	walk->pending = true;
	walk->disabled = false;
	walk->reg = walk->interrupts = (struct dtb_value){NULL, 0};
	return E_OK;
}

static err_t end_node(struct dtb_walk *walk)
{
	err_t error;

	if (walk->depth == 0)
		return E_BAD_FORMAT;
	error = judge_node(walk);
	walk->depth--;
	return error;
}

static void see_device_type(struct dtb_walk *walk, struct dtb_value value)
{
	struct dtb_level *level = &walk->levels[walk->depth];
	uint8_t parent = walk->levels[walk->depth - 1].role;

	if (parent == ROLE_ROOT && value_has_string(value, "memory"))
		level->role = ROLE_MEMORY;
	else if (parent == ROLE_CPUS && value_has_string(value, "cpu"))
		level->role = ROLE_CPU;
}

static void see_compatible(struct dtb_level *level, struct dtb_value value)
{
	if (level->role != ROLE_OTHER)
		return;
	if (value_has_string(value, "sifive,plic-1.0.0") || value_has_string(value, "riscv,plic0"))
		level->role = ROLE_PLIC;
	else if (value_has_string(value, "ns16550a"))
		level->role = ROLE_UART;
	else if (value_has_string(value, "sifive,test0"))
		level->role = ROLE_TEST;
	else if (value_has_string(value, "google,goldfish-rtc"))
		level->role = ROLE_RTC;
}

static void see_cells(uint8_t *cells, struct dtb_value value)
{
	uint64_t number;

	*cells = value_number(value, &number) && number <= 4 ? (uint8_t)number : 255;
}

/* A number we want: where, else where not. */
static err_t see_number(uint64_t *number, struct dtb_value value)
{
	return value_number(value, number) ? E_OK : E_BAD_FORMAT;
}

/* Keep what matters of a property whose name is at @name. */
static err_t see_property(struct dtb_walk *walk, uint32_t name, struct dtb_value value)
{
	struct dtb_level *level = &walk->levels[walk->depth];
	uint32_t end = walk->strings_end;

	if (string_is(walk, name, end, "reg"))
		walk->reg = value;
	else if (string_is(walk, name, end, "interrupts"))
		walk->interrupts = value;
	else if (string_is(walk, name, end, "device_type"))
		see_device_type(walk, value);
	else if (string_is(walk, name, end, "compatible"))
		see_compatible(level, value);
	else if (string_is(walk, name, end, "#address-cells"))
		see_cells(&level->address_cells, value);
	else if (string_is(walk, name, end, "#size-cells"))
		see_cells(&level->size_cells, value);
	else if (string_is(walk, name, end, "status"))
		walk->disabled = !value_has_string(value, "okay") && !value_has_string(value, "ok");
	else if (level->role == ROLE_CHOSEN && string_is(walk, name, end, "linux,initrd-start"))
		return see_number(&walk->machine->initrd_start, value);
	else if (level->role == ROLE_CHOSEN && string_is(walk, name, end, "linux,initrd-end"))
		return see_number(&walk->machine->initrd_end, value);
	else if (level->role == ROLE_CPUS && string_is(walk, name, end, "timebase-frequency"))
		return see_number(&walk->machine->timebase_hz, value);
	return E_OK;
}

static err_t read_property(struct dtb_walk *walk)
{
	uint32_t count, name;

	/* A property after a child is against the format. */
	if (!walk->pending || walk->end - walk->at < 8)
		return E_BAD_FORMAT;
	count = read_be32(walk->tree + walk->at);
	name = read_be32(walk->tree + walk->at + 4);
	walk->at += 8;
	if (count > walk->end - walk->at || name >= walk->strings_end - walk->strings)
		return E_BAD_FORMAT;
	walk->at += count;
	return see_property(walk, walk->strings + name,
			    (struct dtb_value){walk->tree + walk->at - count, count});
}

/* One token at a time until the tree is finished. */
static err_t read_structure(struct dtb_walk *walk)
{
	while (walk->end - walk->at >= 4) {
		uint32_t token = read_be32(walk->tree + walk->at);
		err_t error = E_OK;

		walk->at += 4;
		switch (token) {
		case TOKEN_BEGIN:
			error = begin_node(walk);
			break;
		case TOKEN_END:
			error = end_node(walk);
			break;
		case TOKEN_PROPERTY:
			error = read_property(walk);
			break;
		case TOKEN_NOP:
			break;
		case TOKEN_FINISH:
			return walk->depth == 0 ? E_OK : E_BAD_FORMAT;
		default:
			return E_BAD_FORMAT;
		}
		if (error)
			return error;
		walk->at = (uint32_t)min_u64(align_up(walk->at, 4), walk->end);
	}
	return E_BAD_FORMAT;
}

/* The memory reservation block: pairs of 64-bit words up to a pair of zeros. */
static err_t read_reservations(const struct dtb_walk *walk, uint32_t at, uint32_t total)
{
	struct dtb_machine *machine = walk->machine;

	for (; range_fits(at, 16, total); at += 16) {
		struct dtb_range range = {read_cells(walk->tree + at, 2), read_cells(walk->tree + at + 8, 2)};
		err_t error;

		if (range.base == 0 && range.bytes == 0)
			return E_OK;
		error = add_range(machine->reserved, DTB_RESERVED_MAX, &machine->reserved_count, range);
		if (error)
			return error;
	}
	return E_BAD_FORMAT;
}

/* Header fields, in the order of the format, after magic and total size. */
enum dtb_field {
	FIELD_STRUCT,
	FIELD_STRINGS,
	FIELD_RESERVATIONS,
	FIELD_VERSION,
	FIELD_COMPATIBLE,
	FIELD_HART,
	FIELD_STRINGS_BYTES,
	FIELD_STRUCT_BYTES
};

static err_t read_tree(struct dtb_walk *walk, size_t max_bytes)
{
	uint32_t total, field[8];
	err_t error;

	if (max_bytes < DTB_HEADER_BYTES || read_be32(walk->tree) != DTB_MAGIC)
		return E_BAD_FORMAT;
	total = read_be32(walk->tree + 4);
	for (unsigned i = 0; i < ARRAY_COUNT(field); i++)
		field[i] = read_be32(walk->tree + 8 + 4 * i);
	if (total > max_bytes || total < DTB_HEADER_BYTES || total > INT32_MAX)
		return E_BAD_FORMAT;
	if (field[FIELD_VERSION] < DTB_VERSION || field[FIELD_COMPATIBLE] > DTB_VERSION)
		return E_BAD_FORMAT;
	if (!range_fits(field[FIELD_STRUCT], field[FIELD_STRUCT_BYTES], total) || field[FIELD_STRUCT] % 4 ||
	    !range_fits(field[FIELD_STRINGS], field[FIELD_STRINGS_BYTES], total))
		return E_BAD_FORMAT;
	walk->machine->tree_bytes = total;
	walk->at = field[FIELD_STRUCT];
	walk->end = walk->at + field[FIELD_STRUCT_BYTES];
	walk->strings = field[FIELD_STRINGS];
	walk->strings_end = walk->strings + field[FIELD_STRINGS_BYTES];
	error = read_reservations(walk, field[FIELD_RESERVATIONS], total);
	return error ? error : read_structure(walk);
}

err_t dtb_read_machine(const void *tree, size_t max_bytes, struct dtb_machine *machine)
{
	struct dtb_walk walk = {.tree = tree, .machine = machine};
	err_t error;

	*machine = (struct dtb_machine){0};
	error = read_tree(&walk, max_bytes);
	if (!error &&
	    (machine->initrd_start > machine->initrd_end || (!machine->initrd_start && machine->initrd_end)))
		error = E_BAD_FORMAT;
	if (error)
		*machine = (struct dtb_machine){0};
	return error;
}
