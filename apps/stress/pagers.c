/* SPDX-License-Identifier: MIT */
/* Custom pagers: what one of them publishes, and how many there are. */
#include "stress.h"
#include <pagoda/error.h>
#include <pagoda/pager.h>
#include <stdio.h>
#include <unistd.h>

#define NAME_ROOM 48

static enum pager_verdict give_zero(struct pager_request *request)
{
	(void)request;
	return PAGER_ZERO;
}

static err_t open_one(void)
{
	char name[NAME_ROOM];

	snprintf(name, sizeof(name), "stress.%d", (int)getpid());
	return pager_open(name, &(struct pager_ops){.quota_bytes = 0});
}

static void met(err_t error)
{
	char name[NAME_ROOM];

	snprintf(name, sizeof(name), "E_%s", error_name(error));
	runner_met_name(name);
}

void exhaust_publish(unsigned long most)
{
	err_t error = open_one();

	for (unsigned long i = 0; i < most && error == E_OK; i++) {
		char name[NAME_ROOM];

		snprintf(name, sizeof(name), "stress.%d.%lu", (int)getpid(), i);
		error = pager_publish(name, PAGER_PAGE_BYTES, &(struct pager_ops){.missing = give_zero},
				      NULL);
		if (error == E_OK)
			runner_count(1);
	}
	if (error != E_OK)
		met(error);
}

static void register_one(void)
{
	err_t error = open_one();

	if (error == E_OK)
		runner_count(1);
	else
		met(error);
	runner_wait();
}

/* A program is one pager, so each is a process. */
void exhaust_register(unsigned long most)
{
	runner_breed(most, register_one);
}
