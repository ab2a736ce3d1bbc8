/* SPDX-License-Identifier: MIT */
/* The device tree reader: a tree like QEMU virt's made here, then a great many damaged ones. */
#include "pure/dtb.h"
#include "test.h"

/* Pieces of a tree, put together by build(). */
static uint8_t structure[4096], strings[1024], blob[8192];
static uint32_t structure_bytes, strings_bytes, blob_bytes;

static void put32(uint8_t *at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void word(uint32_t value)
{
	put32(structure + structure_bytes, value);
	structure_bytes += 4;
}

static void bytes(const void *data, uint32_t count)
{
	memset(structure + structure_bytes, 0, (count + 3) & ~3u);
	memcpy(structure + structure_bytes, data, count);
	structure_bytes += (count + 3) & ~3u;
}

static void node(const char *name)
{
	word(1);
	bytes(name, (uint32_t)strlen(name) + 1);
}

static void node_end(void)
{
	word(2);
}

static uint32_t string(const char *text)
{
	uint32_t at = strings_bytes;

	memcpy(strings + at, text, strlen(text) + 1);
	strings_bytes += (uint32_t)strlen(text) + 1;
	return at;
}

static void property(const char *name, const void *data, uint32_t count)
{
	word(3);
	word(count);
	word(string(name));
	bytes(data, count);
}

static void property_text(const char *name, const char *text)
{
	property(name, text, (uint32_t)strlen(text) + 1);
}

static void property_cells(const char *name, unsigned count, const uint32_t *cells)
{
	uint8_t data[64];

	for (unsigned i = 0; i < count; i++)
		put32(data + 4 * i, cells[i]);
	property(name, data, 4 * count);
}

#define CELLS(name, ...) \
	property_cells(name, sizeof((uint32_t[]){__VA_ARGS__}) / 4, (const uint32_t[]){__VA_ARGS__})

static void begin(void)
{
	structure_bytes = strings_bytes = 0;
}

/* Header, reservations of [0x80000000, +0x80000), structure, strings. */
static void build(void)
{
	const uint32_t reservations = 40, at_structure = reservations + 32;
	const uint32_t at_strings = at_structure + structure_bytes;
	const uint32_t header[10] = {0xd00dfeed,
				     at_strings + strings_bytes,
				     at_structure,
				     at_strings,
				     reservations,
				     17,
				     16,
				     0,
				     strings_bytes,
				     structure_bytes};

	memset(blob, 0, sizeof(blob));
	for (unsigned i = 0; i < 10; i++)
		put32(blob + 4 * i, header[i]);
	put32(blob + reservations + 4, 0x80000000);
	put32(blob + reservations + 12, 0x80000);
	memcpy(blob + at_structure, structure, structure_bytes);
	memcpy(blob + at_strings, strings, strings_bytes);
	blob_bytes = at_strings + strings_bytes;
}

static void add_cpu(const char *name, uint32_t id, const char *status)
{
	node(name);
	property_text("status", status);
	CELLS("reg", id);
	property_text("device_type", "cpu");
	node("interrupt-controller");
	property("interrupt-controller", "", 0);
	node_end();
	node_end();
}

static void add_cpus(void)
{
	node("cpus");
	CELLS("#address-cells", 1);
	CELLS("#size-cells", 0);
	CELLS("timebase-frequency", 10000000);
	add_cpu("cpu@0", 0, "okay");
	add_cpu("cpu@1", 1, "disabled");
	add_cpu("cpu@2", 2, "okay");
	node("cpu-map");
	node_end();
	node_end();
}

static void add_soc(void)
{
	node("soc");
	CELLS("#address-cells", 2);
	CELLS("#size-cells", 2);
	property_text("compatible", "simple-bus");
	property("ranges", "", 0);
	node("pci@30000000");
	CELLS("#address-cells", 3);
	CELLS("#size-cells", 2);
	node_end();
	node("serial@10000000");
	CELLS("interrupts", 10);
	CELLS("reg", 0, 0x10000000, 0, 0x100);
	property_text("compatible", "ns16550a");
	node_end();
	node("rtc@101000");
	CELLS("reg", 0, 0x101000, 0, 0x1000);
	property_text("compatible", "google,goldfish-rtc");
	node_end();
	node("test@100000");
	CELLS("reg", 0, 0x100000, 0, 0x1000);
	property("compatible", "sifive,test1\0sifive,test0\0syscon", 33);
	node_end();
	node("plic@c000000");
	CELLS("reg", 0, 0xc000000, 0, 0x600000);
	property("compatible", "sifive,plic-1.0.0\0riscv,plic0", 30);
	node_end();
	node_end();
}

static void add_chosen_and_memory(void)
{
	node("chosen");
	CELLS("linux,initrd-end", 0x88100000);
	CELLS("linux,initrd-start", 0, 0x88000000);
	property_text("bootargs", "");
	node_end();
	node("memory@80000000");
	property_text("device_type", "memory");
	CELLS("reg", 0, 0x80000000, 0, 0x10000000, 1, 0, 2, 0);
	node_end();
	node("reserved-memory");
	CELLS("#address-cells", 2);
	CELLS("#size-cells", 2);
	node("mmode_resv0@80000000");
	CELLS("reg", 0, 0x80000000, 0, 0x40000);
	node_end();
	node_end();
}

static void build_virt(void)
{
	begin();
	node("");
	CELLS("#address-cells", 2);
	CELLS("#size-cells", 2);
	property_text("compatible", "riscv-virtio");
	word(4);
	add_chosen_and_memory();
	add_cpus();
	add_soc();
	node_end();
	word(9);
	build();
}

TEST(tree_like_virt_is_read)
{
	struct dtb_machine machine;

	build_virt();
	CHECK_EQ(dtb_read_machine(blob, sizeof(blob), &machine), E_OK);
	CHECK_EQ(machine.tree_bytes, blob_bytes);
	CHECK_EQ(machine.memory_count, 2);
	CHECK_EQ(machine.memory[0].base, 0x80000000);
	CHECK_EQ(machine.memory[0].bytes, 0x10000000);
	CHECK_EQ(machine.memory[1].base, 1ull << 32);
	CHECK_EQ(machine.memory[1].bytes, 2ull << 32);
	CHECK_EQ(machine.reserved_count, 2);
	CHECK_EQ(machine.reserved[0].bytes, 0x80000);
	CHECK_EQ(machine.reserved[1].bytes, 0x40000);
	CHECK_EQ(machine.initrd_start, 0x88000000);
	CHECK_EQ(machine.initrd_end, 0x88100000);
	CHECK_EQ(machine.timebase_hz, 10000000);
	CHECK_EQ(machine.hart_count, 2);
	CHECK_EQ(machine.hart_ids[0], 0);
	CHECK_EQ(machine.hart_ids[1], 2);
	CHECK_EQ(machine.uart.base, 0x10000000);
	CHECK_EQ(machine.uart_irq, 10);
	CHECK_EQ(machine.plic.base, 0xc000000);
	CHECK_EQ(machine.plic.bytes, 0x600000);
	CHECK_EQ(machine.test.base, 0x100000);
	CHECK_EQ(machine.rtc.base, 0x101000);
}

/* A copy of exactly the bytes that may be touched, so that the sanitizer sees one too many. */
static err_t read_exact(uint32_t count, struct dtb_machine *machine)
{
	uint8_t *copy = malloc(count ? count : 1);
	err_t error;

	CHECK_TRUE(copy);
	memcpy(copy, blob, count);
	error = dtb_read_machine(copy, count, machine);
	free(copy);
	return error;
}

TEST(every_truncation_is_refused)
{
	struct dtb_machine machine;

	build_virt();
	for (uint32_t count = 0; count < blob_bytes; count++) {
		CHECK_EQ(read_exact(count, &machine), E_BAD_FORMAT);
		CHECK_EQ(machine.memory_count, 0);
	}
	CHECK_EQ(read_exact(blob_bytes, &machine), E_OK);
}

TEST(random_damage_is_survived)
{
	static uint8_t good[sizeof(blob)];
	struct dtb_machine machine;

	build_virt();
	memcpy(good, blob, sizeof(blob));
	for (uint64_t i = 0; i < test_ops; i++) {
		for (uint64_t n = 1 + test_random_below(4); n; n--) {
			uint32_t at = (uint32_t)test_random_below(blob_bytes);

			if (test_random_below(2))
				blob[at] ^= (uint8_t)(1u << test_random_below(8));
			else
				put32(blob + (at & ~3u), (uint32_t)(test_random() >> test_random_below(64)));
		}
		if (read_exact(blob_bytes, &machine) == E_OK) {
			CHECK_TRUE(machine.initrd_start <= machine.initrd_end);
			CHECK_TRUE(machine.memory_count <= DTB_MEMORY_MAX);
			CHECK_TRUE(machine.hart_count <= DTB_HARTS_MAX);
			for (unsigned m = 0; m < machine.memory_count; m++)
				CHECK_TRUE(machine.memory[m].base + machine.memory[m].bytes >
					   machine.memory[m].base);
		}
		memcpy(blob, good, blob_bytes);
	}
}

TEST(random_bytes_are_survived)
{
	struct dtb_machine machine;

	build_virt();
	for (uint64_t i = 0; i < test_ops / 10; i++) {
		for (uint32_t at = 40; at < blob_bytes; at += 4)
			put32(blob + at, (uint32_t)test_random_below(12));
		(void)!read_exact(blob_bytes, &machine);
	}
}

static err_t read_nested(unsigned depth)
{
	struct dtb_machine machine;

	begin();
	for (unsigned i = 0; i < depth; i++)
		node("");
	for (unsigned i = 0; i < depth; i++)
		node_end();
	word(9);
	build();
	return dtb_read_machine(blob, sizeof(blob), &machine);
}

TEST(too_deep_a_tree_is_refused)
{
	CHECK_EQ(read_nested(DTB_DEPTH_MAX), E_OK);
	CHECK_EQ(read_nested(DTB_DEPTH_MAX + 1), E_BAD_FORMAT);
	CHECK_EQ(read_nested(200), E_BAD_FORMAT);
}

TEST(unfinished_and_unbalanced_trees_are_refused)
{
	struct dtb_machine machine;

	begin();
	node("");
	word(9);
	build();
	CHECK_EQ(dtb_read_machine(blob, sizeof(blob), &machine), E_BAD_FORMAT);
	begin();
	node_end();
	word(9);
	build();
	CHECK_EQ(dtb_read_machine(blob, sizeof(blob), &machine), E_BAD_FORMAT);
	begin();
	node("");
	node_end();
	build();
	CHECK_EQ(dtb_read_machine(blob, sizeof(blob), &machine), E_BAD_FORMAT);
}

TEST(more_memory_ranges_than_fit_are_an_error)
{
	struct dtb_machine machine;

	begin();
	node("");
	for (unsigned i = 0; i <= DTB_MEMORY_MAX; i++) {
		node("memory@0");
		property_text("device_type", "memory");
		CELLS("reg", 0, i << 28, 0x1000);
		node_end();
	}
	node_end();
	word(9);
	build();
	CHECK_EQ(dtb_read_machine(blob, sizeof(blob), &machine), E_TOO_MANY);
}

TEST(range_that_wraps_is_refused)
{
	struct dtb_machine machine;

	begin();
	node("");
	CELLS("#size-cells", 2);
	node("memory@0");
	property_text("device_type", "memory");
	CELLS("reg", 0xffffffff, 0xfffff000, 0, 0x2000);
	node_end();
	node_end();
	word(9);
	build();
	CHECK_EQ(dtb_read_machine(blob, sizeof(blob), &machine), E_BAD_FORMAT);
}

TEST_MAIN(100000)
