/* SPDX-License-Identifier: MIT */
/* Random births, ends, waits and sleeps agree with a model that knows only pids. */
#include "core/process.h"
#include "test.h"

#define RECORDS 40
#define KNOWN	64

/* A process as the model sees it; the order of ends is a number. */
struct model {
	uint32_t pid, parent; /* pid 0: unused */
	bool zombie, waits;
	uint32_t wait_pid, status;
	uint64_t ended_at, deadline; /* deadline 0: awake */
};

static struct process_table table;
static struct process records[RECORDS];
static struct model models[KNOWN];
static uint64_t ends, now;

static struct model *model_of(uint32_t pid)
{
	for (unsigned i = 0; i < KNOWN; i++) {
		if (models[i].pid == pid)
			return &models[i];
	}
	return NULL;
}

static unsigned model_count(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < KNOWN; i++)
		count += models[i].pid != 0;
	return count;
}

/* A live one by chance, NULL if there is none. @awake: that can ask for something. */
static struct model *model_pick(bool awake)
{
	struct model *found = NULL;
	unsigned seen = 0;

	for (unsigned i = 0; i < KNOWN; i++) {
		struct model *m = &models[i];

		if (m->pid && !m->zombie && !(awake && (m->waits || m->deadline)) &&
		    test_random_below(++seen) == 0)
			found = m;
	}
	return found;
}

static void do_create(void)
{
	struct model *parent = model_pick(true);
	struct process *made, *at = parent ? process_find(&table, parent->pid) : &table.self;
	err_t error = process_create(&table, at, at->account, &made);

	if (model_count() == RECORDS) {
		CHECK_EQ(error, E_TOO_MANY);
		return;
	}
	CHECK_EQ(error, E_OK);
	CHECK_TRUE(model_of(made->pid) == NULL);
	if (test_random_below(10) == 0)
		process_forget(&table, made);
	else
		*model_of(0) = (struct model){.pid = made->pid, .parent = parent ? parent->pid : PID_SELF};
}

static void model_orphan(uint32_t parent)
{
	for (unsigned i = 0; i < KNOWN; i++) {
		if (!models[i].pid || models[i].parent != parent)
			continue;
		if (models[i].zombie)
			models[i].pid = 0;
		else
			models[i].parent = PID_SELF;
	}
}

static void do_end(void)
{
	struct model *m = model_pick(false), *parent;
	uint32_t status = (uint32_t)test_random_below(0x10000);
	struct process_ended ended;
	struct process *woken;

	if (!m)
		return;
	woken = process_end(&table, process_find(&table, m->pid), status, &ended);
	model_orphan(m->pid);
	parent = m->parent == PID_SELF ? NULL : model_of(m->parent);
	m->zombie = true;
	m->deadline = m->waits = 0;
	m->status = status;
	m->ended_at = ++ends;
	if (parent && parent->waits && (parent->wait_pid == 0 || parent->wait_pid == m->pid)) {
		CHECK_TRUE(woken && woken->pid == parent->pid);
		CHECK_EQ(ended.pid, m->pid);
		CHECK_EQ(ended.status, status);
		parent->waits = false;
		m->pid = 0;
		return;
	}
	CHECK_TRUE(woken == NULL);
	if (!parent)
		m->pid = 0;
}

/* The zombie that a wait gets; *children says whether there is any child that fits. */
static struct model *model_zombie(const struct model *parent, uint32_t pid, bool *children)
{
	struct model *found = NULL;

	*children = false;
	for (unsigned i = 0; i < KNOWN; i++) {
		struct model *m = &models[i];

		if (!m->pid || m->parent != parent->pid || (pid && m->pid != pid))
			continue;
		*children = true;
		if (m->zombie && (!found || m->ended_at < found->ended_at))
			found = m;
	}
	return found;
}

static void do_wait(void)
{
	struct model *m = model_pick(true), *other = &models[test_random_below(KNOWN)], *zombie;
	uint32_t pid = test_random_below(2) ? other->pid : 0;
	bool no_wait = test_random_below(2), children;
	struct process_ended ended;
	err_t error;

	if (!m)
		return;
	error = process_wait(&table, process_find(&table, m->pid), pid, no_wait, &ended);
	zombie = model_zombie(m, pid, &children);
	if (zombie) {
		CHECK_EQ(error, E_OK);
		CHECK_EQ(ended.pid, zombie->pid);
		CHECK_EQ(ended.status, zombie->status);
		zombie->pid = 0;
		return;
	}
	CHECK_EQ(error, children ? E_LATER : E_NO_CHILD);
	m->waits = children && !no_wait;
	m->wait_pid = pid;
}

static void do_sleep(void)
{
	struct model *m = model_pick(true);

	if (!m)
		return;
	m->deadline = now + 1 + test_random_below(50);
	process_sleep(&table, process_find(&table, m->pid), m->deadline);
}

static void do_wake(void)
{
	uint64_t last = 0;
	struct process *woken;

	now += test_random_below(20);
	while ((woken = process_wake(&table, now))) {
		struct model *m = model_of(woken->pid);

		CHECK_TRUE(m && m->deadline && m->deadline <= now && m->deadline >= last);
		last = m->deadline;
		m->deadline = 0;
	}
	for (unsigned i = 0; i < KNOWN; i++)
		CHECK_TRUE(!models[i].pid || !models[i].deadline || models[i].deadline > now);
}

/* Everybody below a random one, by the model's own parents. */
static void do_mark(void)
{
	struct model *root = model_pick(false);
	struct process *process;
	unsigned marked = 0, expected = 0;

	if (!root)
		return;
	process_mark(&table, process_find(&table, root->pid));
	for (; (process = process_take_marked(&table)); marked++)
		CHECK_TRUE(!model_of(process->pid)->zombie);
	for (unsigned i = 0; i < KNOWN; i++) {
		const struct model *at = &models[i];

		if (!at->pid || at->zombie)
			continue;
		while (at && at != root)
			at = at->parent == PID_SELF ? NULL : model_of(at->parent);
		expected += at == root;
	}
	CHECK_EQ(marked, expected);
}

static void compare(void)
{
	uint64_t cursor = 0;
	const struct process *process;
	unsigned count = 0;

	CHECK_EQ(process_check(&table), 0);
	while ((process = process_find_above(&table, cursor))) {
		const struct model *m = model_of(process->pid);

		CHECK_TRUE(m);
		CHECK_EQ(process->parent->pid, m->parent);
		CHECK_EQ(process->state == PROCESS_ZOMBIE, m->zombie);
		CHECK_EQ(process->waits, m->waits ? WAITS_CHILD : m->deadline ? WAITS_TIME : WAITS_NOT);
		cursor = process->pid;
		count++;
	}
	CHECK_EQ(count, model_count());
}

TEST(records_agree_with_the_model)
{
	static void (*const operations[])(void) = {do_create, do_create, do_create, do_end,  do_end,
						   do_wait,   do_wait,	 do_sleep,  do_wake, do_mark};

	process_table_init(&table, records, RECORDS);
	table.next_pid = PID_LAST - 1000; /* wraps on the way */
	for (uint64_t i = 0; i < test_ops; i++) {
		operations[test_random_below(sizeof(operations) / sizeof(operations[0]))]();
		if (i % 16 == 0)
			compare();
	}
	while (model_count() > 0)
		do_end();
	compare();
	CHECK_EQ(table.live + table.zombies, 0);
}

TEST_MAIN(100000)
