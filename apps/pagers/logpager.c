/* SPDX-License-Identifier: MIT */
/*
 * logpager [-u] [FILE]: fills with zeroes and records every request, of /pagers/logpager and of programs
 * whose anonymous memory it supplies: `pager run logpager PROGRAM`. When its last client has gone, with -u or
 * under `pager run`, it writes the records to FILE and a summary to standard error, and ends. Anonymous pages
 * are its own frames while it has some; the object cannot be written, so that one frame is all its pages.
 */
#include <errno.h>
#include <pagoda/pager.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_BYTES  (16ul << 20)
#define QUOTA_BYTES (4ul << 20)

struct record {
	uint64_t sequence, address, pc;
	uint32_t process, object, access;
};

static struct journal {
	struct record *records;
	size_t count, room;
	size_t lost; /* for lack of memory */
	const char *path;
} journal;

static void record(const struct pager_request *r)
{
	if (journal.count == journal.room) {
		size_t room = journal.room * 2 + 256;
		struct record *more = realloc(journal.records, room * sizeof(*more));

		if (more == NULL) {
			journal.lost++;
			return;
		}
		journal.records = more;
		journal.room = room;
	}
	journal.records[journal.count++] =
		(struct record){r->sequence, r->address, r->pc, r->process, r->object, r->access};
}

static enum pager_verdict record_object(struct pager_request *r)
{
	record(r);
	return PAGER_ZERO;
}

static enum pager_verdict record_anonymous(struct pager_request *r)
{
	record(r);
	return pager_frame(r) != NULL ? PAGER_SUPPLY : PAGER_ZERO;
}

static const char *access_name(uint32_t access)
{
	if (access & ACCESS_WRITE)
		return "store";
	return access & ACCESS_EXECUTE ? "fetch" : "load";
}

static void write_records(void)
{
	FILE *file = fopen(journal.path, "w");

	for (size_t i = 0; file != NULL && i < journal.count; i++) {
		const struct record *r = &journal.records[i];
		fprintf(file, "#%lu %s 0x%lx pc=0x%lx pid=%u object=%u\n", (unsigned long)r->sequence,
			access_name(r->access), (unsigned long)r->address, (unsigned long)r->pc,
			(unsigned)r->process, (unsigned)r->object);
	}
	if (file == NULL || fclose(file) != 0)
		pager_log("%s: %s", journal.path, strerror(errno));
}

/* A line for the requests of the process that record @first is the first of. */
static void print_process(size_t first)
{
	uint32_t process = journal.records[first].process;
	size_t requests = 0, stores = 0, anonymous = 0;

	for (size_t i = first; i < journal.count; i++) {
		const struct record *r = &journal.records[i];

		if (r->process != process)
			continue;
		requests++;
		stores += (r->access & ACCESS_WRITE) != 0;
		anonymous += r->object == 0;
	}
	pager_log("pid=%u requests=%zu stores=%zu anonymous=%zu", (unsigned)process, requests, stores,
		  anonymous);
}

static bool is_first_of_process(size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (journal.records[i].process == journal.records[index].process)
			return false;
	}
	return true;
}

static void print_summary(void *context)
{
	struct pager_stats stats;

	(void)context;
	if (journal.path != NULL)
		write_records();
	for (size_t i = 0; i < journal.count; i++) {
		if (is_first_of_process(i))
			print_process(i);
	}
	pager_stats(&stats);
	pager_log("requests=%lu recorded=%zu lost=%zu supplied=%lu zeroed=%lu failed=%lu",
		  (unsigned long)stats.requests, journal.count, journal.lost, (unsigned long)stats.supplied,
		  (unsigned long)stats.zeroed, (unsigned long)stats.failed);
}

int main(int argc, char **argv)
{
	bool until_unused = argc > 1 && strcmp(argv[1], "-u") == 0;
	int first = until_unused ? 2 : 1;

	if (argc - first > 1 || (argc > first && argv[first][0] == '-')) {
		fprintf(stderr, "usage: logpager [-u] [FILE]\n");
		return 2;
	}
	journal.path = argc > first ? argv[first] : NULL;
	return pager_serve("logpager", SIZE_BYTES,
			   &(struct pager_ops){
				   .quota_bytes = QUOTA_BYTES,
				   .anonymous = record_anonymous,
				   .missing = record_object,
				   .until_unused = until_unused,
				   .ended = print_summary,
			   });
}
