/* SPDX-License-Identifier: MIT */
/*
 * Past the library, straight to the simulated kernel: answers that libpager would never give, one kind a run.
 * They show that the simulation's rules are rules.
 */
#include "pager/system.h"
#include "uapi/object.h"
#include <stdio.h>
#include <string.h>

#define PAGES	   8
#define FRAMES_MAX 400

static struct message answer;
static uint32_t next_frame = 1;

/* What a correct pager without a table would say to its first request. */
static void answer_well(const struct message *request, struct system_grant grant)
{
	bool takes = next_frame < FRAMES_MAX; /* a lie that is no page needs none */

	if (takes) {
		system_frame_taken(grant.base + next_frame * PAGE_BYTES);
		grant.base[next_frame * PAGE_BYTES] = 1;
	}
	answer = (struct message){.tag = TAG(E_OK, 3) | TAG_MAP | 1ul << 16};
	answer.w[0] = (request->w[0] & ~(PAGE_BYTES - 1)) | RIGHT_READ;
	answer.w[1] = MAP_SOURCE(CUSTOM_BADGE_SOURCE(request->badge), 1);
	answer.w[2] = next_frame;
	next_frame += takes;
}

static void plain(uint32_t label)
{
	answer = (struct message){.tag = TAG(label, 0)};
}

/* False: no answer at all. */
static bool lie(const char *kind, struct system_grant grant)
{
	if (strcmp(kind, "report") == 0)
		answer.w[2] = 0;
	else if (strcmp(kind, "foreign") == 0)
		answer.w[2] = grant.bytes / PAGE_BYTES;
	else if (strcmp(kind, "double") == 0)
		answer.w[2] = 1;
	else if (strcmp(kind, "untaken") == 0)
		answer.w[2] = 40;
	else if (strcmp(kind, "rights") == 0)
		answer.w[0] |= RIGHT_WRITE;
	else if (strcmp(kind, "outside") == 0)
		answer.w[0] += PAGES * PAGE_BYTES;
	else if (strcmp(kind, "elsewhere") == 0)
		answer.w[0] ^= PAGE_BYTES;
	else if (strcmp(kind, "source") == 0)
		answer.w[1] ^= 1;
	else if (strcmp(kind, "long") == 0)
		answer.w[1] = MAP_SOURCE(CUSTOM_BADGE_SOURCE(3ul << 32), MAP_PAGES_MAX + 1);
	else if (strcmp(kind, "give") == 0)
		plain(CUSTOM_LABEL_GIVE(2, 1));
	else if (strcmp(kind, "signal") == 0)
		plain(CUSTOM_LABEL_FAIL(10, 1));
	else if (strcmp(kind, "label") == 0)
		plain(15);
	else if (strcmp(kind, "retry") == 0)
		plain(CUSTOM_RETRY);
	else if (strcmp(kind, "zero") == 0)
		plain(CUSTOM_ZERO);
	else if (strcmp(kind, "silent") == 0)
		return false;
	return true;
}

int main(int argc, char **argv)
{
	struct system_object wish = {PAGES * PAGE_BYTES, 0, false};
	struct system_grant grant;
	bool answers = false;
	struct message m;
	uint32_t number;

	if (argc != 2 || system_register("liar", ARENA_BYTES, &grant) != E_OK ||
	    system_publish("liar", &wish, &number) != E_OK)
		return 2;
	for (int request = 0; request < 1000; request++) {
		err_t error = answers ? system_answer_wait(0, &answer) : system_wait(0, &answer);
		if (error == E_TIMEOUT)
			break;
		answers = error != E_STALE;
		if (error != E_OK) {
			plain(CUSTOM_RETRY);
			continue;
		}
		m = answer;
		answer_well(&m, grant);
		if (request > 0) /* the first one is answered well */
			answers = lie(argv[1], grant);
	}
	fprintf(stderr, "liar: nobody noticed\n");
	return 0;
}
