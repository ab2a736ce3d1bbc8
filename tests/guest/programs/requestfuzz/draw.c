/* SPDX-License-Identifier: MIT */
/* Requests at random: each word by its name in the list, most of them nearly right. */
#include "../random.h"
#include "requestfuzz.h"
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What a word holds, by its name. */
enum word { WORD_ANY, WORD_FD, WORD_BITS, WORD_ADDRESS, WORD_LENGTH, WORD_PID, WORD_ID, WORD_DEADLINE };

static const struct {
	const char *name;
	enum word word;
} words[] = {
	{"fd", WORD_FD},
	{"to", WORD_FD},
	{"at_least", WORD_FD},
	{"flags", WORD_BITS},
	{"mode", WORD_BITS},
	{"what", WORD_BITS},
	{"whence", WORD_BITS},
	{"prot_flags", WORD_BITS},
	{"prot", WORD_BITS},
	{"access", WORD_BITS},
	{"operation", WORD_BITS},
	{"which", WORD_BITS},
	{"who", WORD_BITS},
	{"signal", WORD_BITS},
	{"ignored", WORD_BITS},
	{"address", WORD_ADDRESS},
	{"length", WORD_LENGTH},
	{"bytes", WORD_LENGTH},
	{"size_bytes", WORD_LENGTH},
	{"quota_bytes", WORD_LENGTH},
	{"offset", WORD_LENGTH},
	{"from_bytes", WORD_LENGTH},
	{"target_bytes", WORD_LENGTH},
	{"pid", WORD_PID},
	{"parent", WORD_PID},
	{"child", WORD_PID},
	{"cursor", WORD_ID},
	{"pager", WORD_ID},
	{"object", WORD_ID},
	{"first_page", WORD_ID},
	{"pages", WORD_ID},
	{"first_frame", WORD_ID},
	{"count", WORD_ID},
	{"inode", WORD_ID},
	{"index", WORD_ID},
	{"deadline", WORD_DEADLINE},
	{"deadline_ms", WORD_ID},
};

#define CHECKS_LESS 64 /* a walk of everything costs as much as so many requests and more */

static uint64_t random_word(void)
{
	static const uint64_t edges[] = {0,    1,	  PAGE_BYTES, USER_END,
					 ~0ul, 1ul << 63, UINT32_MAX, PROC_LIMIT_NONE};

	switch (random_below(3)) {
	case 0:
		return edges[random_below(sizeof(edges) / sizeof(edges[0]))] + random_below(3) - 1;
	case 1:
		return 1ul << random_below(64);
	default:
		return random_below(1 << 20);
	}
}

/* In the arena; or where there is nothing, the kernel, or an edge. Never what the worker itself stands on. */
static uint64_t draw_address(void)
{
	uint64_t at = ARENA + random_below(ARENA_BYTES_PLAYED / PAGE_BYTES) * PAGE_BYTES;

	if (random_below(16) == 0)
		at = random_word();
	if (random_below(16) == 0)
		at += random_below(PAGE_BYTES);
	if (random_below(32) == 0)
		return PROGRAM_MESSAGE_PAGE; /* may not be changed */
	return at >= PROGRAM_BASE && at < PROGRAM_MMAP_BASE ? ARENA : at;
}

static uint64_t draw_length(void)
{
	if (random_below(16) == 0)
		return random_word();
	return random_below(2) ? random_below(12) * PAGE_BYTES : random_below(200);
}

static uint64_t draw_deadline(void)
{
	uint64_t now;

	__asm__ volatile("rdtime %0" : "=r"(now));
	return random_below(4) ? now + random_below(2000) : random_below(2);
}

static uint64_t draw_pid(const pid_t *children)
{
	switch (random_below(4)) {
	case 0:
		return (uint64_t)getpid();
	case 1:
		return (uint64_t)children[random_below(CHILDREN)];
	case 2:
		return random_below(3);
	default:
		return random_below(8) ? 0 : random_word();
	}
}

static uint64_t draw_word(enum word word, const pid_t *children)
{
	if (random_below(24) == 0)
		word = WORD_ANY;
	switch (word) {
	case WORD_FD:
		return random_below(12) ? random_below(16) : VFS_DESCRIPTORS_MAX - 1 + random_below(3);
	case WORD_BITS:
		return random_below(2) ? random_below(4) : random_below(1024);
	case WORD_ADDRESS:
		return draw_address();
	case WORD_LENGTH:
		return draw_length();
	case WORD_PID:
		return draw_pid(children);
	case WORD_ID:
		return random_below(6);
	case WORD_DEADLINE:
		return draw_deadline();
	default:
		return random_word();
	}
}

static enum word word_named(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strlen(words[i].name) == length && memcmp(words[i].name, name, length) == 0)
			return words[i].word;
	}
	return WORD_ANY;
}

/* The names up to the first semicolon stand for the words. */
static void draw_words(struct message *m, const char *in, const pid_t *children)
{
	for (unsigned i = 0; i < MESSAGE_REGISTERS; i++) {
		size_t length = strcspn(in, " ;");

		m->w[i] = draw_word(length ? word_named(in, length) : WORD_ANY, children);
		in += length + (in[length] == ' ');
	}
}

/* A name; @foreign: of something that everybody needs may come, too. Names of others lie in HOME alone. */
static size_t draw_path(char *path, bool foreign)
{
	static const char *const others[] = {"/", "/bin/true", "/dev",	      "/bin",
					     "",  "/tmp/",     "/bin/true/x", "/pagers/0"};
	size_t length;

	if (foreign && random_below(3) == 0) {
		strcpy(path, others[random_below(sizeof(others) / sizeof(others[0]))]);
		return strlen(path);
	}
	strcpy(path, HOME);
	length = strlen(path);
	for (uint64_t depth = 1 + random_below(3); depth > 0; depth--) {
		path[length++] = '/';
		path[length++] = (char)('a' + random_below(5));
	}
	if (random_below(64) == 0) {
		memset(path + length, 'n', 300);
		length += 300;
	}
	path[length] = 0;
	return length;
}

/* A buffer with a path, or two. */
static void draw_path_buffer(struct message *m, unsigned server, unsigned label)
{
	static char own[2 * PAGE_BYTES];
	char *at = own + random_below(2) * (PAGE_BYTES - 7), path[400];
	bool looks_only = server == 1 && (label == VFS_STAT || label == VFS_READLINK || label == VFS_CHDIR);
	size_t length;

	if (server == 1 && label == VFS_OPEN && random_below(2)) {
		m->w[0] = OPEN_READ;
		looks_only = true;
	}
	length = draw_path(path, looks_only);
	memcpy(at, path, length);
	if (server == 1 && (label == VFS_RENAME || label == VFS_SYMLINK)) {
		size_t more = draw_path(path, false);

		m->w[0] = random_below(8) ? length : m->w[0];
		memcpy(at + length, path, more);
		length += more;
	}
	m->w[2] = (uint64_t)at;
	m->w[3] = length | BUFFER_READ;
}

static void draw_buffer(struct message *m, const char *in, unsigned server, unsigned label)
{
	if (!strstr(in, "buffer to") || random_below(64) == 0)
		return;
	m->tag |= TAG_BUFFER;
	if (strstr(in, " = ") && random_below(16)) {
		draw_path_buffer(m, server, label);
		return;
	}
	m->w[2] = draw_address();
	m->w[3] = BUFFER_LENGTH(draw_length()) | (strstr(in, "to read") ? BUFFER_READ : BUFFER_WRITE);
	if (random_below(32) == 0)
		m->w[3] ^= random_below(4) << 62;
}

/* Words of the page: a name, small numbers, or anything. */
static void draw_page(struct message *m, const char *in, const pid_t *children)
{
	uint64_t *page = &WORDS_PAGE[MESSAGE_REGISTERS];

	for (unsigned i = 0; i < 40; i++)
		page[i] =
			random_below(3) ? random_below(16) : draw_word((enum word)random_below(8), children);
	if (strstr(in, "name") && random_below(8)) {
		memset(page, 0, 32);
		((char *)page)[0] = (char)('0' + random_below(3));
	}
	m->tag += random_below(8) ? 12 : random_below(MESSAGE_WORDS + 1);
	message_page()->cap_receive = random_below(4) ? SLOT_FIRST_FREE + random_below(8) : 0;
	message_page()->cap_send = random_below(PROGRAM_CSPACE_SLOTS);
	message_page()->cap_send_rights = random_below(32);
	if (random_below(16) == 0)
		m->tag |= TAG_CAP;
}

/* Flags that fit, where few do. */
static void draw_flags(struct message *m, unsigned label)
{
	static const uint64_t open_flags[] = {OPEN_READ, OPEN_READ | OPEN_WRITE | OPEN_CREATE,
					      OPEN_WRITE | OPEN_CREATE | OPEN_APPEND, OPEN_READ | OPEN_WRITE,
					      OPEN_READ | OPEN_DIRECTORY};

	if (label == VFS_OPEN)
		m->w[0] = open_flags[random_below(5)] | (random_below(8) ? 0 : 1ul << random_below(10));
	if (label == VFS_OPEN || label == VFS_MKDIR)
		m->w[label == VFS_OPEN] = random_below(4) ? 0700 : random_below(512);
	if (label == VFS_PIPE)
		m->w[0] = OPEN_NONBLOCK * random_below(2) | OPEN_CLOEXEC * random_below(2);
	if (label == VFS_DUP || label == VFS_DUP2 || label == VFS_STAT || label == VFS_UNLINK)
		m->w[label == VFS_DUP || label == VFS_DUP2 ? 2 : 0] = random_below(2);
	if (label == VFS_CHANGE)
		m->w[1] = 0600 + random_below(64);
}

bool is_check(unsigned server, unsigned label)
{
	return requests[server][label].name && strcmp(requests[server][label].name, "CHECK") == 0;
}

unsigned draw_label(unsigned server)
{
	if (random_below(32) == 0)
		return (unsigned)random_below(LABELS);
	for (;;) {
		unsigned label = (unsigned)random_below(32);

		if (requests[server][label].name &&
		    (!is_check(server, label) || random_below(CHECKS_LESS) == 0))
			return label;
	}
}

_Static_assert((int)PROC_INJECT == (int)PAGER_INJECT && (int)PROC_INJECT == (int)VFS_INJECT, "one number");

/* What INJECT lets a server refuse, all ask for: nobody switches it on, children that play freely neither. */
struct message draw_request(unsigned server, unsigned label, const pid_t *children)
{
	const char *in = requests[server][label].name ? requests[server][label].in : "";
	struct message m = {.tag = TAG(label, 0)};

	draw_words(&m, in, children);
	if (server == 1 && random_below(8))
		draw_flags(&m, label);
	draw_page(&m, in, children);
	draw_buffer(&m, in, server, label);
	for (unsigned i = 0; i < MESSAGE_REGISTERS; i++)
		m.w[i] += m.w[i] == REPORT_FD;
	if (server == 1 && label == VFS_FCHANGE)
		m.w[2] |= 0755; /* an open directory may be one that others need */
	if (label == PROC_INJECT)
		m.w[0] = m.w[1] = 0;
	return m;
}

/* Slots below SLOT_FIRST_FREE are the way to the servers: they stay, and where they are. */
void random_call(void)
{
	uint64_t number = SYS_null + random_below(SYS_COUNT - SYS_null), w[6];

	if (number == SYS_cap_delete || number == SYS_cap_move || number == SYS_divert_return ||
	    number == SYS_buffer_copy || number == SYS_batch || number == SYS_system_check)
		number = SYS_cap_info;
	for (unsigned i = 0; i < 6; i++)
		w[i] = random_below(4) ? random_below(24) : random_word();
	(void)syscall_6(number, w[0], w[1], w[2], w[3], w[4], w[5]);
}
