/* SPDX-License-Identifier: MIT */
/* pattern: /pagers/pattern, 64 MiB whose bytes count from 0 to 255 again and again. The smallest pager. */
#include <pagoda/pager.h>

static enum pager_verdict fill(struct pager_request *r)
{
	unsigned char *page = pager_frame(r); /* a zeroed frame of our own, mapped here */
	if (page == NULL)
		return PAGER_NO_MEMORY;
	for (size_t i = 0; i < PAGER_PAGE_BYTES; i++)
		page[i] = (unsigned char)(r->offset_bytes + i);
	return PAGER_SUPPLY; /* ready: goes straight to the faulter */
}

int main(void)
{
	return pager_serve("pattern", 64 << 20, &(struct pager_ops){.missing = fill});
}
