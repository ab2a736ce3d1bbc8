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
#define CLIENTS_MAX 32

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

/* Filled for the summary, in the order of their first requests. */
static struct {
	struct client {
		uint32_t process;
		size_t requests, stores, anonymous;
	} all[CLIENTS_MAX];
	struct client *last; /* of the record before */
	size_t count;
	size_t others; /* requests of processes beyond the table */
} clients = {.last = clients.all};

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

static void count_record(const struct record *r)
{
	struct client *client = clients.last;

	if (clients.count == 0 || client->process != r->process) {
		client = clients.all;
		while (client < clients.all + clients.count && client->process != r->process)
			client++;
		if (client == clients.all + CLIENTS_MAX) {
			clients.others++;
			return;
		}
		if (client == clients.all + clients.count)
			clients.all[clients.count++] = (struct client){.process = r->process};
		clients.last = client;
	}
	client->requests++;
	client->stores += (r->access & ACCESS_WRITE) != 0;
	client->anonymous += r->object == 0;
}

static void print_clients(void)
{
	for (size_t i = 0; i < journal.count; i++)
		count_record(&journal.records[i]);
	for (size_t i = 0; i < clients.count; i++) {
		const struct client *client = &clients.all[i];
		pager_log("pid=%u requests=%zu stores=%zu anonymous=%zu", (unsigned)client->process,
			  client->requests, client->stores, client->anonymous);
	}
	if (clients.others != 0)
		pager_log("further processes: requests=%zu", clients.others);
}

static void print_summary(void *context)
{
	struct pager_stats stats;

	(void)context;
	if (journal.path != NULL)
		write_records();
	print_clients();
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
