// SPDX-License-Identifier: MIT
// wordfreq [-n TOP] [FILE...]: the most frequent words, by a hash table that grows; looks words up again by
// bsearch.
#define _POSIX_C_SOURCE 200809L
#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct word {
	char *text;
	unsigned count;
};

static struct word *table;
static size_t slots = 8, used;

static size_t hash(const char *text)
{
	size_t value = 14695981039346656037u;

	while (*text)
		value = (value ^ (unsigned char)*text++) * 1099511628211u;
	return value;
}

static struct word *find(struct word *in, size_t size, const char *text)
{
	size_t i = hash(text) % size;

	while (in[i].text && strcmp(in[i].text, text) != 0)
		i = (i + 1) % size;
	return &in[i];
}

static void grow(void)
{
	struct word *bigger = calloc(slots * 2, sizeof(*bigger));

	if (!bigger) {
		perror("wordfreq");
		exit(1);
	}
	for (size_t i = 0; i < slots; i++)
		if (table[i].text)
			*find(bigger, slots * 2, table[i].text) = table[i];
	free(table);
	table = bigger;
	slots *= 2;
}

static void add(const char *text)
{
	struct word *word = find(table, slots, text);

	if (!word->text) {
		word->text = strdup(text);
		used++;
	}
	word->count++;
	if (used * 2 > slots)
		grow();
}

static void read_words(FILE *in)
{
	char word[64];
	size_t n = 0;
	int c;

	do {
		c = fgetc(in);
		if (c != EOF && (isalpha(c) || c == '\'')) {
			if (n + 1 < sizeof(word))
				word[n++] = (char)tolower(c);
		} else if (n > 0) {
			word[n] = '\0';
			add(word);
			n = 0;
		}
	} while (c != EOF);
}

static int by_count(const void *a, const void *b)
{
	const struct word *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return strcmp(x->text, y->text);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(((const struct word *)a)->text, ((const struct word *)b)->text);
}

static void report(unsigned long top)
{
	struct word *sorted = malloc(used * sizeof(*sorted) + 1), key = {"the", 0};
	size_t n = 0;

	for (size_t i = 0; i < slots; i++)
		if (table[i].text)
			sorted[n++] = table[i];
	assert(n == used);
	qsort(sorted, n, sizeof(*sorted), by_count);
	for (size_t i = 0; i < n && i < top; i++)
		printf("%6u %s\n", sorted[i].count, sorted[i].text);
	qsort(sorted, n, sizeof(*sorted), by_text);
	struct word *the = bsearch(&key, sorted, n, sizeof(*sorted), by_text);
	printf("%zu words; 'the' %u times\n", n, the ? the->count : 0);
	free(sorted);
}

int main(int argc, char **argv)
{
	unsigned long top = 10;
	int option;

	while ((option = getopt(argc, argv, "n:")) != -1)
		if (option == 'n')
			top = strtoul(optarg, NULL, 10);
		else
			return 2;
	table = calloc(slots, sizeof(*table));
	if (optind == argc)
		read_words(stdin);
	for (int i = optind; i < argc; i++) {
		FILE *in = fopen(argv[i], "r");
		if (!in) {
			perror(argv[i]);
			return 1;
		}
		read_words(in);
		fclose(in);
	}
	report(top);
	return 0;
}
