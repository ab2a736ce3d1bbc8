/* SPDX-License-Identifier: MIT */
/* File-backed private areas: leases, copies, the end of the file part, neighbours. */
#include "world.h"

#define AT	0x200000ul
#define PAGE(i) (AT + (i)*PAGE_BYTES)

static struct area_spec file_area(uint64_t inode, uint64_t pages, uint32_t prot, uint64_t file_bytes)
{
	return (struct area_spec){
		.start = AT,
		.bytes = pages * PAGE_BYTES,
		.backing = BACKING_INODE_PRIVATE,
		.prot = prot,
		.max_prot = 7,
		.name = "file",
		.inode = inode,
		.file_bytes = file_bytes,
	};
}

TEST(a_read_shows_the_leased_page_without_write)
{
	struct world *world = world_create(64);
	struct vm_space *space = world_space(world, 1);
	struct area_spec spec = file_area(10, 4, RW, 4 * PAGE_BYTES);
	struct verdict verdict;

	spec.offset_bytes = 2 * PAGE_BYTES;
	CHECK_EQ(space_map(space, &spec), E_OK);
	verdict = world_fault(world, space, PAGE(1), ACCESS_READ);
	CHECK_EQ(verdict.kind, VERDICT_RESOLVE);
	CHECK_EQ(verdict.run[0].frame, WORLD_ARCHIVE + 10 + 3);
	CHECK_EQ(verdict.run[0].rights, PROT_BIT_READ);
	CHECK_EQ(space->anon_pages, 0);
	CHECK_EQ(policy_check(&world->policy), 0);
	world_destroy(world);
}

TEST(a_write_copies_and_later_reads_see_the_copy)
{
	struct world *world = world_create(64);
	struct vm_space *space = world_space(world, 1);
	struct area_spec spec = file_area(10, 4, RW, 4 * PAGE_BYTES);
	struct verdict verdict;
	uint64_t frame;

	CHECK_EQ(space_map(space, &spec), E_OK);
	CHECK_EQ(world_touch(world, space, PAGE(1), ACCESS_READ), VERDICT_RESOLVE);
	verdict = world_fault(world, space, PAGE(1), ACCESS_WRITE);
	CHECK_EQ(verdict.work, WORK_COPY);
	CHECK_EQ(verdict.run[0].rights, RW);
	frame = verdict.run[0].frame;
	CHECK_TRUE(memcmp(world_page(world, frame), world_page(world, WORLD_ARCHIVE + 11), PAGE_BYTES) == 0);
	world_page(world, frame)[0] ^= 0xff;
	verdict = world_fault(world, space, PAGE(1), ACCESS_READ);
	CHECK_EQ(verdict.run[0].frame, frame);
	CHECK_EQ(verdict.work, WORK_NONE);
	CHECK_EQ(verdict.run[0].rights, RW);
	CHECK_EQ(policy_check(&world->policy), 0);
	world_destroy(world);
}

TEST(past_the_file_part_all_is_zero)
{
	struct world *world = world_create(64);
	struct vm_space *space = world_space(world, 1);
	struct area_spec spec = file_area(10, 4, RW, PAGE_BYTES + 100);
	struct verdict verdict;
	uint8_t *page;

	CHECK_EQ(space_map(space, &spec), E_OK);
	verdict = world_fault(world, space, PAGE(1), ACCESS_READ);
	CHECK_EQ(verdict.work, WORK_COPY);
	page = world_page(world, verdict.run[0].frame);
	CHECK_TRUE(memcmp(page, world_page(world, WORLD_ARCHIVE + 11), 100) == 0);
	for (int i = 100; i < (int)PAGE_BYTES; i++)
		CHECK_EQ(page[i], 0);
	verdict = world_fault(world, space, PAGE(2), ACCESS_READ);
	CHECK_EQ(verdict.work, WORK_ZERO);
	CHECK_EQ(world->lease_calls, 1);
	world_destroy(world);
}

TEST(one_question_leases_a_window_and_neighbours_come_along_later)
{
	struct world *world = world_create(64);
	struct vm_space *space = world_space(world, 1);
	struct area_spec spec = file_area(0, 64, RX, 64 * PAGE_BYTES);
	struct verdict verdict;

	CHECK_EQ(space_map(space, &spec), E_OK);
	verdict = world_fault(world, space, PAGE(20), ACCESS_EXECUTE);
	CHECK_EQ(world->lease_calls, 1);
	CHECK_EQ(world->leases, 16);
	CHECK_EQ(verdict.prefetched, 15);
	CHECK_EQ(space->prefetched, 15);
	CHECK_EQ(space->faults, 1);
	for (uint32_t i = 0; i < verdict.runs; i++) {
		CHECK_EQ(verdict.run[i].rights, RX);
		CHECK_EQ(verdict.run[i].frame - WORLD_ARCHIVE, verdict.run[i].page - (AT >> PAGE_SHIFT));
	}
	policy_fault(space, PAGE(21), ACCESS_EXECUTE, ORIGIN_PARKED, &verdict);
	CHECK_EQ(verdict.kind, VERDICT_RESOLVE);
	CHECK_EQ(verdict.prefetched, 0);
	CHECK_EQ(world->lease_calls, 1);
	CHECK_EQ(policy_check(&world->policy), 0);
	world->policy.around_pages = 1;
	verdict = world_fault(world, space, PAGE(40), ACCESS_EXECUTE);
	CHECK_EQ(world->leases, 17);
	CHECK_EQ(verdict.prefetched, 0);
	world_destroy(world);
}

TEST(two_spaces_share_the_leases_of_a_file_and_the_last_area_ends_them)
{
	struct world *world = world_create(64);
	struct vm_space *one = world_space(world, 1), *two = world_space(world, 2);
	struct area_spec spec = file_area(3, 8, PROT_BIT_READ, 8 * PAGE_BYTES);

	CHECK_EQ(space_map(one, &spec), E_OK);
	CHECK_EQ(space_map(two, &spec), E_OK);
	CHECK_EQ(world_touch(world, one, PAGE(0), ACCESS_READ), VERDICT_RESOLVE);
	CHECK_EQ(world_touch(world, two, PAGE(1), ACCESS_READ), VERDICT_RESOLVE);
	CHECK_EQ(world->lease_calls, 1);
	space_destroy(one);
	CHECK_TRUE(inode_find_idle(&world->policy.inodes, 0) == NULL);
	CHECK_EQ(space_unmap(two, PAGE(0), 4 * PAGE_BYTES), E_OK);
	CHECK_TRUE(inode_find_idle(&world->policy.inodes, 0) == NULL);
	CHECK_EQ(world_touch(world, two, PAGE(6), ACCESS_READ), VERDICT_RESOLVE);
	CHECK_EQ(world_at(two, PAGE(6)), WORLD_ARCHIVE + 3 + 6);
	CHECK_EQ(space_unmap(two, PAGE(4), 4 * PAGE_BYTES), E_OK);
	CHECK_TRUE(inode_find_idle(&world->policy.inodes, 0) != NULL);
	CHECK_EQ(policy_check(&world->policy), 0);
	world_return_leases(world);
	CHECK_EQ(world->policy.inodes.count, 0);
	world_destroy(world);
}

/* Touch a page of file @inode and unmap it again; @costly: somebody pays for its lease. */
static void file_visit(struct world *world, struct vm_space *space, uint64_t inode, bool costly)
{
	struct area_spec spec = file_area(inode, 8, PROT_BIT_READ, 8 * PAGE_BYTES);

	CHECK_EQ(space_map(space, &spec), E_OK);
	CHECK_EQ(world_touch(world, space, PAGE(0), ACCESS_READ), VERDICT_RESOLVE);
	if (costly)
		inode_is_costly(area_set_find(&space->areas, PAGE(0))->inode);
	CHECK_EQ(space_unmap(space, PAGE(0), 8 * PAGE_BYTES), E_OK);
	CHECK_EQ(policy_check(&world->policy), 0);
}

TEST(idle_files_that_cost_nothing_wait_the_oldest_goes_first)
{
	struct world *world = world_create(64);
	struct vm_space *space = world_space(world, 1);
	struct inodes *inodes = &world->policy.inodes;

	file_visit(world, space, 3, false);
	file_visit(world, space, 4, true);
	file_visit(world, space, 5, false);
	CHECK_EQ(inodes->idle, 3);
	CHECK_EQ(inode_find_idle(inodes, 3)->number, 4);
	CHECK_EQ(inode_find_idle(inodes, 2)->number, 3);
	file_visit(world, space, 3, false);
	CHECK_EQ(world->lease_calls, 3);
	CHECK_EQ(inode_find_idle(inodes, 2)->number, 4);
	file_visit(world, space, 4, false);
	CHECK_EQ(inode_find_idle(inodes, 3)->number, 4);
	CHECK_EQ(inode_find_idle(inodes, 0)->number, 5);
	world_return_leases(world);
	CHECK_EQ(inodes->count + inodes->idle_costly, 0);
	CHECK_TRUE(inode_find_idle(inodes, 0) == NULL);
	world_destroy(world);
}

#define VERSION_SHIFT 16 /* of a handle of the vfs */

/* Map versions of a file from @first on, a page each, until it is refused; how many there were. */
static uint64_t files_map(struct vm_space *space, uint64_t first)
{
	uint64_t count = 0;
	err_t error;

	do {
		struct area_spec spec =
			file_area(5 | (first + count) << VERSION_SHIFT, 1, PROT_BIT_READ, PAGE_BYTES);

		spec.start = PAGE(first + count);
		error = space_map(space, &spec);
		count += error == E_OK;
	} while (error == E_OK);
	CHECK_EQ(error, E_NO_MEMORY);
	return count;
}

static struct vm_space *account_space(struct world *world, uint32_t pid, uint32_t account)
{
	world->policy.frames.payer = &world->policy.frames.account[account];
	return world_space(world, pid);
}

TEST(the_last_inode_objects_are_for_accounts_that_made_few)
{
	struct world *world = world_create(1024);
	struct vm_space *first = account_space(world, 1, ACCOUNT_FIRST), *rich = account_space(world, 2, 7);
	struct vm_space *poor = account_space(world, 3, 8), *copy;
	struct inodes *inodes = &world->policy.inodes;
	struct area_spec spec = file_area(5, 1, PROT_BIT_READ, PAGE_BYTES);
	uint64_t end = INODES_MAX - INODE_RESERVE;

	CHECK_EQ(files_map(rich, 0), end);
	CHECK_EQ(inodes->account_objects[7], end);
	CHECK_EQ(files_map(poor, end), INODE_SHARE);
	CHECK_EQ(files_map(first, end + INODE_SHARE), INODE_RESERVE - INODE_SHARE);
	CHECK_EQ(inodes->count, INODES_MAX);
	CHECK_EQ(files_map(account_space(world, 4, 9), INODES_MAX), 0);
	CHECK_EQ(policy_check(&world->policy), 0);
	CHECK_EQ(space_map(poor, &spec), E_OK);
	CHECK_EQ(inodes->account_objects[8], INODE_SHARE);
	CHECK_EQ(space_fork(rich, 5, &copy), E_OK);
	spec.inode = 6;
	CHECK_EQ(space_map_over(poor, &spec), E_NO_MEMORY);
	CHECK_TRUE(area_set_find(&poor->areas, AT) != NULL);
	CHECK_EQ(policy_check(&world->policy), 0);
	space_destroy(rich);
	CHECK_EQ(inodes->account_objects[7], end);
	space_destroy(copy);
	world_return_leases(world);
	CHECK_EQ(inodes->account_objects[7], 1);
	CHECK_EQ(inodes->count, INODE_RESERVE + 1);
	CHECK_EQ(policy_check(&world->policy), 0);
	world_destroy(world);
}

/* Make objects of the payer in bucket 0, until one is refused; how many there were. *from: the next handle to
 * try. */
static uint64_t bucket_fill(struct inodes *inodes, uint64_t *from, uint64_t most)
{
	uint64_t count = 0;
	struct inode_object *inode;

	while (count < most && (inode = inode_take(inodes, (*from)++)) != NULL) {
		if (inodes->bucket[0] == inode) {
			count++;
			continue;
		}
		inode_drop(inodes, inode);
		inode_destroy(inodes, inode);
	}
	return count;
}

TEST(an_account_has_few_inode_objects_in_one_bucket)
{
	struct world *world = world_create(64);
	struct inodes *inodes = &world->policy.inodes;
	struct frames *frames = &world->policy.frames;
	struct inode_object *inode;
	uint64_t handle = 0;

	frames->payer = &frames->account[7];
	CHECK_EQ(bucket_fill(inodes, &handle, 1000), INODE_CHAIN);
	frames->payer = &frames->account[ACCOUNT_FIRST];
	CHECK_EQ(bucket_fill(inodes, &handle, 1000), INODE_CHAIN);
	CHECK_EQ(inodes->count, 2 * INODE_CHAIN);
	CHECK_EQ(policy_check(&world->policy), 0);
	while ((inode = inodes->bucket[0]) != NULL) {
		inode_drop(inodes, inode);
		inode_destroy(inodes, inode);
	}
	frames->payer = &frames->account[7];
	CHECK_EQ(bucket_fill(inodes, &handle, 1), 1);
	inode_drop(inodes, inodes->bucket[0]);
	world_destroy(world);
}

TEST(a_page_past_the_end_of_the_file_is_a_bus_error)
{
	struct world *world = world_create(64);
	struct vm_space *space = world_space(world, 1);
	struct area_spec spec = file_area(0, 8, PROT_BIT_READ, 8 * PAGE_BYTES);
	struct verdict verdict;

	world->file_pages = 4;
	CHECK_EQ(space_map(space, &spec), E_OK);
	CHECK_EQ(world_touch(world, space, PAGE(3), ACCESS_READ), VERDICT_RESOLVE);
	verdict = world_fault(world, space, PAGE(5), ACCESS_READ);
	CHECK_EQ(verdict.kind, VERDICT_DENY);
	CHECK_EQ(verdict.signal, 7);
	CHECK_EQ(policy_check(&world->policy), 0);
	world_destroy(world);
}

TEST(areas_past_what_a_file_can_have_are_refused)
{
	struct world *world = world_create(64);
	struct vm_space *space = world_space(world, 1);
	struct area_spec spec = file_area(0, 8, PROT_BIT_READ, 9 * PAGE_BYTES);

	CHECK_EQ(space_map(space, &spec), E_ARGUMENT);
	spec.file_bytes = 0;
	spec.offset_bytes = 5;
	CHECK_EQ(space_map(space, &spec), E_ALIGN);
	spec.offset_bytes = ~0ul << 12;
	CHECK_EQ(space_map(space, &spec), E_RANGE);
	spec.offset_bytes = (TREE_PAGES - 7) << PAGE_SHIFT;
	CHECK_EQ(space_map(space, &spec), E_RANGE);
	world_destroy(world);
}

TEST_MAIN(0)
