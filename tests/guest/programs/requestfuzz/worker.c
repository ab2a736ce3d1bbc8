/* SPDX-License-Identifier: MIT */
/* A process that asks at random, judges the answers, and tells its parent now and then. */
#include "requestfuzz.h"
#include "uapi/fault.h"
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TELL_EVERY 64

static uint32_t tally[SERVERS][LABELS][ERRORS];
static pid_t children[CHILDREN];
static struct record out[RECORDS_AT_ONCE];
static unsigned out_count;

static void send_out(void)
{
	if (out_count && write(REPORT_FD, out, out_count * sizeof(out[0])) < 0)
		_exit(0); /* the way to the parent is lost: no more to tell */
	out_count = 0;
}

static void tell(struct record record)
{
	out[out_count++] = record;
	if (out_count == RECORDS_AT_ONCE)
		send_out();
}

static void tell_all(void)
{
	for (unsigned server = 0; server < SERVERS; server++) {
		for (unsigned label = 0; label < LABELS; label++) {
			for (unsigned error = 0; error < ERRORS; error++) {
				uint32_t *count = &tally[server][label][error];

				if (*count)
					tell((struct record){(uint8_t)server,
							     (uint8_t)label,
							     (uint8_t)error,
							     0,
							     *count,
							     {0},
							     0});
				*count = 0;
			}
		}
	}
	send_out();
}

/* May it be asked by one who goes on? What ends the caller or the session, and what kills others, may not. */
static bool is_harmless(unsigned server, unsigned label, struct message *m)
{
	uint64_t slow = random_below(8);

	if (server == 0 && (label == PAGER_SUPPLIER || label == PAGER_BRK))
		return slow == 0;
	if (server != 2)
		return true;
	switch (label) {
	case PROC_POWEROFF:
		m->w[0] |= 256;
		return true;
	case PROC_EXIT:
	case PROC_FORK:
		return false;
	case PROC_SIGNAL_SELF:
		m->w[0] = 65 + m->w[0] % 1000;
		return true;
	case PROC_KILL:
		for (unsigned i = 0; i < CHILDREN; i++) {
			if (children[i] && m->w[0] == (uint64_t)children[i])
				return true;
		}
		m->w[1] = m->w[0] <= 1 || m->w[0] > BADGE_PID_MAX ? m->w[1] : 0;
		return true;
	case PROC_EXEC:
		m->w[3] &= ~0xfful; /* no path: one that could be executed would end the worker */
		return true;
	case PROC_WAIT:
		m->w[1] |= slow != 0;
		return true;
	case PROC_LIMIT:
		m->w[1] = m->w[1] < 1ul << 30 && slow ? ~0ul : m->w[1];
		return true;
	default:
		return true;
	}
}

static void judge(unsigned server, unsigned label, const struct message *asked, const struct message *m)
{
	uint64_t error = m->error != E_OK ? m->error : TAG_LABEL(m->tag);
	bool is_broken = error == E_OK && is_check(server, label) && m->w[0] != 0;
	bool of_kernel = m->error != E_OK &&
			 (error == E_SLOT || error == E_EMPTY || error == E_KIND || error == E_RIGHTS ||
			  error == E_MESSAGE || error == E_OCCUPIED || error == E_CANCELLED);

	if (error < ERRORS)
		tally[server][label][error]++;
	if (of_kernel || (list_has(server, label, error) && !is_broken))
		return;
	tell((struct record){(uint8_t)server,
			     (uint8_t)label,
			     (uint8_t)error,
			     1,
			     0,
			     {asked->w[0], asked->w[1], asked->w[2], asked->w[3]},
			     is_broken ? m->w[0] : asked->tag});
	send_out();
}

static void ask_once(void)
{
	unsigned server = (unsigned)random_below(SERVERS), label = draw_label(server);
	struct message m = draw_request(server, label, children), asked;

	if (!is_harmless(server, label, &m))
		return;
	asked = m;
	ipc_call(server_slots[server], &m);
	judge(server, label, &asked, &m);
}

/* Somewhere in the arena: there may be a hole, a file or an object whose pager is none. */
static void touch(void)
{
	volatile uint8_t *at = (volatile uint8_t *)ARENA + random_below(ARENA_BYTES_PLAYED);

	if (random_below(2))
		*at = 1;
	else
		(void)*at;
}

/* A child that plays a little without being judged, unrestricted, and ends somehow. */
static _Noreturn void child_run(void)
{
	random_seed(random_below(1ul << 40) + (uint64_t)getpid());
	for (unsigned i = 0; i < 30; i++) {
		unsigned server = (unsigned)random_below(2);
		struct message m = draw_request(server, draw_label(server), children);

		if (server == 0 && random_below(8) == 0)
			m.w[0] = PROGRAM_BASE + random_below(64) * PAGE_BYTES;
		ipc_call(server_slots[server], &m);
	}
	if (random_below(4) == 0)
		(void)execlp("true", "true", NULL);
	for (unsigned i = 0; i < 8; i++)
		touch();
	(void)raise(random_below(2) ? SIGSEGV : SIGTERM);
	_exit(0);
}

static void fork_or_collect(void)
{
	unsigned i = (unsigned)random_below(CHILDREN);
	pid_t pid;

	if (children[i]) {
		(void)kill(children[i], SIGKILL);
		(void)waitpid(children[i], NULL, WNOHANG);
		children[i] = 0;
		return;
	}
	pid = fork();
	if (pid == 0)
		child_run();
	if (pid > 0)
		children[i] = pid;
}

/* The arena as it was: half of it there, a part that can only be read, and a hole. */
static void renew_arena(void)
{
	struct message m = {.tag = TAG(PAGER_UNMAP, 4), .w = {ARENA, ARENA_BYTES_PLAYED}};

	ipc_call(SLOT_PAGER, &m);
	(void)mmap((void *)ARENA, ARENA_BYTES_PLAYED / 2, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	m = (struct message){.tag = TAG(PAGER_POPULATE, 4), .w = {ARENA, 12 * PAGE_BYTES, ACCESS_WRITE}};
	ipc_call(SLOT_PAGER, &m);
	(void)mprotect((void *)(ARENA + 8 * PAGE_BYTES), 4 * PAGE_BYTES, PROT_READ);
}

/* A few open files of several kinds, however many were closed; the pipe does not wait. */
static void renew_files(void)
{
	static const char *const paths[] = {HOME "/a",	 "/dev/console", HOME,
					    "/bin/true", "/pagers/0",	 "/pagers/1"};
	int ends[2];

	(void)mkdir(HOME, 0700);
	for (unsigned i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		int fd = open(paths[i], i == 0 ? O_RDWR | O_CREAT : O_RDONLY, 0600);

		if (fd > 12)
			(void)close(fd);
	}
	if (pipe(ends) == 0) {
		(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
		(void)fcntl(ends[1], F_SETFL, O_NONBLOCK);
		if (ends[1] > 12) {
			(void)close(ends[0]);
			(void)close(ends[1]);
		}
	}
}

/* Somebody's page is missing and this process is its pager: any answer. */
static void serve_once(void)
{
	struct message m;

	if (ipc_wait(SLOT_FIRST_FREE + (cap_t)random_below(8), DEADLINE_NOW, &m) != E_OK ||
	    !(m.tag & TAG_FAULT))
		return;
	m = (struct message){.tag = random_below(2) ? TAG_MAP | 1ul << 16 : TAG(random_below(8), 0),
			     .w = {(m.w[0] & ~(PAGE_BYTES - 1)) | RIGHT_READ, MAP_SOURCE(random_below(16), 1),
				   random_below(9)}};
	(void)ipc_reply(&m);
}

_Noreturn void worker_run(uint64_t seed)
{
	random_seed(seed);
	for (uint64_t i = 0;; i++) {
		if (i % 64 == 0)
			renew_arena();
		if (i % 256 == 0)
			renew_files();
		if (i % TELL_EVERY == TELL_EVERY - 1)
			tell_all();
		switch (random_below(128)) {
		case 0:
			fork_or_collect();
			break;
		case 1:
		case 2:
		case 3:
			random_call();
			break;
		case 4:
		case 5:
			serve_once();
			break;
		default:
			ask_once();
		}
	}
}
