/* SPDX-License-Identifier: MIT */
/* What the vfs tells about itself. */
#include "vfs.h"
#include <pagoda/inject.h>
#include <string.h>

static uint64_t count_leases(void)
{
	uint64_t leases = vfs.leases.in_place;

	for (uint32_t i = 0; i < CACHE_PAGES; i++)
		leases += vfs.cache.pages[i].leases;
	return leases;
}

err_t request_counts(struct request *r)
{
	struct vfs_counts counts = {.inodes = vfs.tree.count,
				    .open_files = vfs.files.open_count,
				    .cache_frames = vfs.cache.total,
				    .cache_frames_used = vfs.cache.used,
				    .leases = count_leases(),
				    .processes = vfs.files.process_count,
				    .parked = waiters_total()};

	memcpy(&message_page()->words[MESSAGE_REGISTERS], &counts, sizeof(counts));
	r->words = MESSAGE_REGISTERS + sizeof(counts) / sizeof(uint64_t);
	return E_OK;
}

err_t request_check(struct request *r)
{
	uint64_t leases;
	int broken = store_check(&vfs.store, &leases);

	if (!broken)
		broken = files_check(&vfs.files);
	if (!broken)
		broken = object_check(&vfs.tree, vfs.pagers);
	if (!broken)
		broken = waiters_check();
	if (!broken)
		broken = poll_check();
	if (!broken)
		broken = console_check();
	r->w[0] = broken;
	return E_OK;
}

#if PAGODA_CHECKED
err_t request_inject(struct request *r)
{
	struct inject_report report;
	err_t error = inject_set(r->m.w, &report);

	if (error != E_OK)
		return error;
	memcpy(&message_page()->words[MESSAGE_REGISTERS], &report, sizeof(report));
	r->words = MESSAGE_REGISTERS + sizeof(report) / sizeof(uint64_t);
	return E_OK;
}
#endif
