/* SPDX-License-Identifier: MIT */
/* float: prints numbers with fractions, so that a test sees floating point survive calls and faults. */
#include <math.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	volatile double third = 1.0 / 3.0;
	double sum = 0;

	printf("pi=%.15f\n", 3.14159265358979312);
	printf("third=%.10g\n", third);
	printf("e=%e\n", exp(1.0));
	printf("sqrt2=%.12f\n", sqrt(2.0));
	for (int i = 1; i <= 1000; i++) {
		sum += 1.0 / i;
		if (i % 250 == 0 && getpid() > 0) /* a call in between: another program's registers */
			printf("harmonic(%d)=%.12f\n", i, sum);
	}
	return 0;
}
