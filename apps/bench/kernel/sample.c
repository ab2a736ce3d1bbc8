/* SPDX-License-Identifier: MIT */
/* The samples of the row that is being measured. */
#include "kbench.h"

static struct samples samples;

void sample_add(uint64_t instructions)
{
	samples_add(&samples, instructions - world.overhead);
}

void sample_report(const char *name)
{
	samples_sort(&samples);
	print(SAMPLES_FORMAT, SAMPLES_ARGUMENTS(name, &samples));
	samples.count = 0;
}
