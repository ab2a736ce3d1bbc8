// SPDX-License-Identifier: MIT
// matrix [SIZE [SEED]]: products, determinant and inverse of a random matrix; prints its figures in several
// formats.
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t state = 1;

static double next_random(void)
{
	state = state * 1664525u + 1013904223u;
	return (state >> 8) / 16777216.0 - 0.5;
}

static double *matrix_new(size_t n)
{
	double *m = calloc(n * n, sizeof(*m));

	if (m == NULL) {
		perror("calloc");
		exit(EXIT_FAILURE);
	}
	return m;
}

static void multiply(size_t n, const double *a, const double *b, double *out)
{
	memset(out, 0, n * n * sizeof(*out));
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++)
			for (size_t j = 0; j < n; j++)
				out[i * n + j] += a[i * n + k] * b[k * n + j];
}

static void swap_rows(size_t n, double *m, size_t a, size_t b)
{
	for (size_t j = 0; j < n; j++) {
		double kept = m[a * n + j];
		m[a * n + j] = m[b * n + j];
		m[b * n + j] = kept;
	}
}

static size_t find_pivot(size_t n, const double *m, size_t column)
{
	size_t best = column;

	for (size_t i = column + 1; i < n; i++)
		if (fabs(m[i * n + column]) > fabs(m[best * n + column]))
			best = i;
	return best;
}

/* Gauss-Jordan; returns the determinant and leaves the inverse in out. */
static double invert(size_t n, const double *in, double *out)
{
	double *m = matrix_new(n), determinant = 1;

	memcpy(m, in, n * n * sizeof(*m));
	for (size_t i = 0; i < n; i++)
		out[i * n + i] = 1;
	for (size_t c = 0; c < n; c++) {
		size_t p = find_pivot(n, m, c);
		if (p != c) {
			swap_rows(n, m, p, c);
			swap_rows(n, out, p, c);
			determinant = -determinant;
		}
		double pivot = m[c * n + c];
		determinant *= pivot;
		for (size_t j = 0; j < n; j++) {
			m[c * n + j] /= pivot;
			out[c * n + j] /= pivot;
		}
		for (size_t i = 0; i < n; i++) {
			double factor = m[i * n + c];
			for (size_t j = 0; i != c && j < n; j++) {
				m[i * n + j] -= factor * m[c * n + j];
				out[i * n + j] -= factor * out[c * n + j];
			}
		}
	}
	free(m);
	return determinant;
}

static double norm(size_t n, const double *m)
{
	double sum = 0;

	for (size_t i = 0; i < n * n; i++)
		sum += m[i] * m[i];
	return sqrt(sum);
}

int main(int argc, char *argv[])
{
	size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 8;

	if (argc > 2)
		state = strtoul(argv[2], NULL, 0);
	if (n == 0 || n > 500) {
		fprintf(stderr, "%s: size out of range: %s\n", "matrix", strerror(EDOM));
		return EXIT_FAILURE;
	}
	double *a = matrix_new(n), *inverse = matrix_new(n), *product = matrix_new(n);
	for (size_t i = 0; i < n * n; i++)
		a[i] = next_random() + (i % (n + 1) == 0 ? 2 : 0);
	double determinant = invert(n, a, inverse);
	multiply(n, a, inverse, product);
	for (size_t i = 0; i < n && n <= 8; i++) {
		for (size_t j = 0; j < n; j++)
			printf("%9.4f", a[i * n + j]);
		putchar('\n');
	}
	printf("norm %.12g\n", norm(n, a));
	printf("determinant %e %.10g\n", determinant, determinant);
	printf("trace of the product %.9f\n", norm(n, product) * norm(n, product));
	printf("error small: %s\n", fabs(norm(n, product) - sqrt(n)) < 1e-9 ? "yes" : "no");
	free(a);
	free(inverse);
	free(product);
	return EXIT_SUCCESS;
}
