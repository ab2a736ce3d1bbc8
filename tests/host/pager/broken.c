/* SPDX-License-Identifier: MIT */
/* Pagers with one mistake each, by name: every one must be caught by the simulation or the sanitizers. */
#include <pagoda/pager.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_BYTES (64 * PAGER_PAGE_BYTES)

static unsigned char *kept;

static enum pager_verdict no_frame(struct pager_request *r)
{
	(void)r;
	return PAGER_SUPPLY;
}

static enum pager_verdict too_long(struct pager_request *r)
{
	unsigned char *page = pager_frame(r);

	memset(page, 1, PAGER_PAGE_BYTES + 1);
	return PAGER_SUPPLY;
}

/* Writes to the frame that it had in the request before and that went back to the pool. */
static enum pager_verdict too_late(struct pager_request *r)
{
	if (kept != NULL)
		*kept = 1;
	kept = pager_frame(r);
	return PAGER_NO_MEMORY;
}

static enum pager_verdict writes_what_it_gave(struct pager_request *r)
{
	if (kept != NULL)
		*kept = 1;
	kept = pager_frame(r);
	return PAGER_SUPPLY;
}

static enum pager_verdict never(struct pager_request *r)
{
	(void)r;
	return PAGER_NOT_NOW;
}

static enum pager_verdict no_verdict(struct pager_request *r)
{
	(void)r;
	return (enum pager_verdict)77;
}

static enum pager_verdict bad_signal(struct pager_request *r)
{
	return pager_fail(r, 10, 1);
}

static enum pager_verdict wrong_byte(struct pager_request *r)
{
	unsigned char *page = pager_frame(r);

	page[0] = 2;
	return PAGER_SUPPLY;
}

static enum pager_verdict leaves(struct pager_request *r)
{
	if (r->sequence == 5)
		exit(0);
	return PAGER_ZERO;
}

static const struct {
	const char *name;
	pager_callback *missing;
} mistakes[] = {
	{"no_frame", no_frame},	       {"too_long", too_long},	   {"too_late", too_late},
	{"gave", writes_what_it_gave}, {"never", never},	   {"no_verdict", no_verdict},
	{"bad_signal", bad_signal},    {"wrong_byte", wrong_byte}, {"leaves", leaves},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		if (strcmp(argv[1], mistakes[i].name) == 0)
			return pager_serve("broken", strcmp(argv[1], "gave") == 0 ? 0 : SIZE_BYTES,
					   &(struct pager_ops){.quota_bytes = PAGER_PAGE_BYTES,
							       .missing = mistakes[i].missing,
							       .anonymous = mistakes[i].missing});
	}
	fprintf(stderr, "broken: no such mistake\n");
	return 2;
}
