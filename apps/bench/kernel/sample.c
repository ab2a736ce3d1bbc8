/* SPDX-License-Identifier: MIT */
/* Samples of one row: kept, sorted, printed as `RESULT name med M min L max H n N`. */
#include "kbench.h"

static uint64_t samples[SAMPLES_MAX];
static unsigned sample_count;

void sample_add(uint64_t instructions)
{
	if (sample_count < SAMPLES_MAX)
		samples[sample_count++] = instructions - world.overhead;
}

static void sort(void)
{
	for (unsigned i = 1; i < sample_count; i++) {
		uint64_t value = samples[i];
		unsigned at = i;

		for (; at > 0 && samples[at - 1] > value; at--)
			samples[at] = samples[at - 1];
		samples[at] = value;
	}
}

void sample_report(const char *name)
{
	sort();
	print("RESULT %s med %lu min %lu max %lu n %u\n", name, samples[sample_count / 2], samples[0],
	      samples[sample_count - 1], sample_count);
	sample_count = 0;
}
