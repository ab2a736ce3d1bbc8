// SPDX-License-Identifier: MIT
// clocks: the clocks run, agree with each other and lie in this century; sleeping takes as long as asked.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static int failures;

static void check(const char *claim, int holds)
{
	printf("%-40s %s\n", claim, holds ? "yes" : "NO");
	failures += !holds;
}

static double now(clockid_t clock)
{
	struct timespec t;

	if (clock_gettime(clock, &t) < 0) {
		perror("clock_gettime");
		exit(2);
	}
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void check_sleeping(void)
{
	struct timespec fifty = {0, 50000000}, left, bad = {0, 1000000000};
	double before = now(CLOCK_MONOTONIC);

	check("nanosleep succeeds", nanosleep(&fifty, &left) == 0);
	double slept = now(CLOCK_MONOTONIC) - before;
	check("it took 50 ms at least", slept >= 0.05);
	check("and less than ten seconds", slept < 10);
	errno = 0;
	check("a billion nanoseconds are refused", nanosleep(&bad, NULL) == -1 && errno == EINVAL);
	before = now(CLOCK_REALTIME);
	usleep(10000);
	check("usleep sleeps by the real-time clock", now(CLOCK_REALTIME) - before >= 0.0099);
	check("sleep returns zero", sleep(0) == 0);
}

static void check_agreement(void)
{
	struct timeval tv;
	struct timespec resolution;
	time_t a = time(NULL);

	check("gettimeofday succeeds", gettimeofday(&tv, NULL) == 0);
	check("time and gettimeofday agree", tv.tv_sec - a >= 0 && tv.tv_sec - a <= 1);
	check("clock_gettime agrees", now(CLOCK_REALTIME) - a < 5);
	check("it is after 2020", a > 1577836800);
	check("microseconds in range", tv.tv_usec >= 0 && tv.tv_usec < 1000000);
	check("clock_getres", clock_getres(CLOCK_MONOTONIC, &resolution) == 0 && resolution.tv_nsec > 0);
	errno = 0;
	check("no such clock", clock_gettime(4711, &resolution) == -1 && errno == EINVAL);
}

static void check_processor_time(void)
{
	clock_t before = clock();
	volatile unsigned sum = 0;

	for (unsigned i = 0; i < 20000000; i++)
		sum += i;
	check("clock() runs while we work", clock() > before);
	check("CPU time of the process", now(CLOCK_PROCESS_CPUTIME_ID) > 0);
}

static void check_file_time(void)
{
	char name[] = "/tmp/clocks.XXXXXX";
	time_t before = time(NULL);
	struct stat status;
	int fd = mkstemp(name);

	check("mkstemp", fd >= 0);
	check("write", write(fd, "x", 1) == 1);
	fstat(fd, &status);
	check("a new file is as old as now",
	      status.st_mtime >= before - 1 && status.st_mtime <= time(NULL) + 1);
	close(fd);
	unlink(name);
}

int main(void)
{
	double last = now(CLOCK_MONOTONIC);
	int backwards = 0;

	for (int i = 0; i < 10000; i++) {
		double t = now(CLOCK_MONOTONIC);
		backwards += t < last;
		last = t;
	}
	check("monotonic clock never goes back", backwards == 0);
	check_agreement();
	check_sleeping();
	check_processor_time();
	check_file_time();
	return failures != 0;
}
