// SPDX-License-Identifier: MIT
// dates SECONDS...: gmtime, mktime, timegm, strftime and difftime of fixed moments; a calendar of a month.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void show(time_t when)
{
	char text[100];
	struct tm utc;

	if (!gmtime_r(&when, &utc)) {
		printf("%lld: no date\n", (long long)when);
		return;
	}
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %a %b %j %U %y %p %I %e|%D|%T|%A %B|%%", &utc);
	printf("%lld: %s\n", (long long)when, text);
	printf("  %s", asctime(&utc));
	printf("  back: %d\n", timegm(&utc) == when);
}

static void calendar(int year, int month)
{
	struct tm first = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = 1, .tm_hour = 12};
	char title[30];

	timegm(&first);
	strftime(title, sizeof(title), "%B %Y", &first);
	printf("%12s\nSu Mo Tu We Th Fr Sa\n%*s", title, first.tm_wday * 3, "");
	for (int day = 1;; day++) {
		struct tm date = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = 12};
		timegm(&date);
		if (date.tm_mon != month - 1)
			break;
		printf("%2d%c", day, date.tm_wday == 6 ? '\n' : ' ');
	}
	putchar('\n');
}

static void normalize(void)
{
	struct tm odd = {
		.tm_year = 124, .tm_mon = 13, .tm_mday = -5, .tm_hour = 49, .tm_min = 90, .tm_sec = 3661};
	time_t when = mktime(&odd);

	printf("normalized: %04d-%02d-%02d %02d:%02d:%02d, day %d of the week, %d of the year\n",
	       odd.tm_year + 1900, odd.tm_mon + 1, odd.tm_mday, odd.tm_hour, odd.tm_min, odd.tm_sec,
	       odd.tm_wday, odd.tm_yday);
	printf("difftime %.1f\n", difftime(when, when - 90));
}

static void parse(const char *text)
{
	struct tm parsed = {0};
	char *rest = strptime(text, "%Y-%m-%d %H:%M:%S", &parsed);

	if (rest)
		printf("parsed %s: %lld, rest '%s'\n", text, (long long)timegm(&parsed), rest);
	else
		printf("parsed %s: no\n", text);
}

int main(int argc, char **argv)
{
	setenv("TZ", "UTC0", 1);
	tzset();
	for (int i = 1; i < argc; i++)
		show((time_t)strtoll(argv[i], NULL, 10));
	calendar(2024, 2);
	calendar(2023, 12);
	normalize();
	parse("2000-02-29 12:34:56!");
	parse("2000/02/29 12:34:56");
	time_t zero = 0;
	printf("localtime: %s", ctime(&zero));
	return 0;
}
