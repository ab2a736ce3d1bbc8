/* SPDX-License-Identifier: MIT */
/*
 * Clients: each maps the object or has its memory supplied, touches some missing pages, and looks at every
 * byte. It ends with 0, or by SIGBUS for a page that it did not get; nothing else, and not too late.
 */
#include "hostile.h"

/* Anonymous memory has the usual deadline. */
#define LIMIT_MS     (DEADLINE_MS + TICK_MS + slack_ms)
#define ANONYMOUS_MS (CUSTOM_DEADLINE_MS + TICK_MS + slack_ms)

struct client {
	uint64_t *at;
	bool shared, anonymous;
	uint64_t own; /* the word of shared pages that this one alone writes */
	uint64_t touched[TOUCHES_MAX];
	uint64_t copy[TOUCHES_MAX][PAGE_WORDS]; /* what must be there */
	uint32_t count;
};

static void look(const struct client *client, uint32_t which)
{
	const volatile uint64_t *page = client->at + client->touched[which] * PAGE_WORDS;

	for (uint64_t i = 0; i < PAGE_WORDS; i++) {
		uint64_t wanted = client->copy[which][i], seen = page[i];
		bool matters = client->anonymous || i < HELD || (client->shared && i == client->own);

		if (!matters || seen == wanted)
			continue;
		printf("%s page %lu word %lu is 0x%lx, not 0x%lx\n",
		       client->shared ? "shared" : (client->anonymous ? "anonymous" : "private"),
		       client->touched[which], i, seen, wanted);
		CHECK(seen == wanted);
	}
}

static void look_at_all(const struct client *client)
{
	for (uint32_t i = 0; i < client->count; i++)
		look(client, i);
}

static void store(struct client *client, uint32_t which)
{
	uint64_t word = client->shared ? client->own : random_below(client->anonymous ? PAGE_WORDS : HELD);
	uint64_t value = random_below(~0ul);

	*(volatile uint64_t *)&client->at[client->touched[which] * PAGE_WORDS + word] = value;
	client->copy[which][word] = value;
}

static bool is_touched(const struct client *client, uint64_t page)
{
	for (uint32_t i = 0; i < client->count; i++)
		if (client->touched[i] == page)
			return true;
	return false;
}

/* A page that is not there. Near those before, so that what is answered for one can hit another. */
static void touch(struct client *client)
{
	uint64_t page = client->count && random_below(4) ? client->touched[0] + random_below(12)
							 : random_below(OBJECT_PAGES);
	uint64_t started = now_ms(), first;

	if (page >= OBJECT_PAGES || is_touched(client, page))
		return;
	client->touched[client->count] = page;
	if (random_below(2))
		*(volatile uint64_t *)&client->at[page * PAGE_WORDS + PAGE_WORDS - 1 - client->own] += 0;
	first = *(volatile uint64_t *)&client->at[page * PAGE_WORDS + client->own];
	CHECK(now_ms() - started <= (client->anonymous ? ANONYMOUS_MS : LIMIT_MS));
	for (uint64_t i = 0; i < PAGE_WORDS; i++)
		client->copy[client->count][i] = client->anonymous ? 0 : pattern(page, i);
	client->copy[client->count][client->own] = first; /* others before this one wrote it */
	look(client, client->count++);
}

/* NULL: there is no such object now. */
static uint64_t *object_enter(int flags)
{
	int fd = open(PATH, O_RDWR);
	void *at;

	if (fd < 0)
		return NULL;
	at = mmap(NULL, OBJECT_PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE, flags, fd, 0);
	CHECK(close(fd) == 0);
	return at == MAP_FAILED ? NULL : at;
}

static bool client_enter(struct client *client)
{
	struct message m = {.w = {0}};
	uint64_t how = random_below(3);

	client->shared = how == 0;
	client->anonymous = how == 2;
	if (!client->anonymous) {
		client->at = object_enter(client->shared ? MAP_SHARED : MAP_PRIVATE);
		return client->at != NULL;
	}
	client->at = mmap(NULL, OBJECT_PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(client->at != MAP_FAILED);
	return ask(&m, PAGER_SUPPLIER, NAME) == E_OK;
}

static bool ended_as_may_be(int status)
{
	return status == 0 || status == SIGBUS || status == SIGKILL;
}

/* What a child finds and changes is its own. */
static void fork_and_look(struct client *client)
{
	int status;
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		look_at_all(client);
		if (!client->shared)
			store(client, (uint32_t)random_below(client->count));
		if (client->count < TOUCHES_MAX)
			touch(client);
		look_at_all(client);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && ended_as_may_be(status));
}

static _Noreturn void client_live(uint64_t own)
{
	static struct client client;

	client = (struct client){.own = HELD + own};
	for (int tries = 0; !client_enter(&client); tries++) {
		CHECK(tries < 5000);
		CHECK(usleep(1000) == 0);
	}
	for (uint64_t left = 1 + random_below(TOUCHES_MAX); left > 0 && client.count < TOUCHES_MAX; left--) {
		touch(&client);
		if (client.count && random_below(2))
			store(&client, (uint32_t)random_below(client.count));
		look_at_all(&client);
		if (client.count && random_below(8) == 0)
			fork_and_look(&client);
	}
	look_at_all(&client);
	_exit(0);
}

/* How the pages were missed is not told: a client that ends well or not has missed one at least. */
static void client_run(enum kind kind, uint64_t own)
{
	uint64_t started = now_ms(), seed = random_below(~0ul);
	bool killed = kind == KIND_STALE && random_below(3) == 0;
	int status;
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		random_seed(seed);
		client_live(own);
	}
	if (killed) {
		CHECK(usleep((useconds_t)random_below(5000)) == 0);
		(void)kill(pid, SIGKILL);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	if (!ended_as_may_be(status))
		printf("a client ended with status 0x%x\n", status);
	CHECK(ended_as_may_be(status) && (killed || status != SIGKILL));
	CHECK(now_ms() - started <= (2 * TOUCHES_MAX + 1) * ANONYMOUS_MS);
}

pid_t nanny_start(enum kind kind, uint64_t number, uint64_t seed, uint64_t faults)
{
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid)
		return pid;
	random_seed(seed * CLIENTS_AT_ONCE + number);
	for (uint64_t done = 0; getppid() != 1 && (faults ? done < faults : access(STOP_FILE, F_OK) != 0);
	     done++)
		client_run(kind, number);
	_exit(0);
}
