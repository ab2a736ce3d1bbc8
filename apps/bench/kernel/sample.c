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

uint64_t sample_take_median(void)
{
	uint64_t median;

	samples_sort(&samples);
	median = samples.value[samples.count / 2];
	samples.count = 0;
	return median;
}

void value_report(const char *name, uint64_t value)
{
	print("RESULT %s med %lu min %lu max %lu n 1\n", name, value, value, value);
}
