/* SPDX-License-Identifier: MIT */
/*
 * Exact digits by long arithmetic. A fraction m / 2^k is m * 5^k / 10^k: multiplying is enough, and the
 * point is moved k places. Limbs are base 10^9, lowest first. Shorter ways (Ryu and its like) give the fewest
 * digits that read back as the same number: printf("%.17g") or ("%.1f") asks for others.
 */
#include "decimal.h"
#include <string.h>

#define LIMB	    1000000000u
#define LIMB_DIGITS 9
#define LIMBS_MAX   ((DECIMAL_DIGITS_MAX + LIMB_DIGITS - 1) / LIMB_DIGITS)
#define TWO_STEP    29 /* 2^29 and 5^12 are the greatest powers below LIMB */
#define FIVE_STEP   12
#define FIVE_POWER  244140625u

struct limbs {
	int count;
	uint32_t limb[LIMBS_MAX];
};

/* limbs = limbs * factor + add */
static void limbs_multiply(struct limbs *limbs, uint32_t factor, uint32_t add)
{
	uint64_t carry = add;

	for (int i = 0; i < limbs->count; i++) {
		carry += (uint64_t)limbs->limb[i] * factor;
		limbs->limb[i] = carry % LIMB;
		carry /= LIMB;
	}
	for (; carry != 0; carry /= LIMB)
		limbs->limb[limbs->count++] = carry % LIMB;
}

static void limbs_set(struct limbs *limbs, unsigned __int128 mantissa)
{
	limbs->count = 0;
	for (; mantissa != 0; mantissa /= LIMB)
		limbs->limb[limbs->count++] = mantissa % LIMB;
}

static void limbs_scale(struct limbs *limbs, int exponent)
{
	for (; exponent >= TWO_STEP; exponent -= TWO_STEP)
		limbs_multiply(limbs, 1u << TWO_STEP, 0);
	if (exponent > 0)
		limbs_multiply(limbs, 1u << exponent, 0);
	for (; exponent <= -FIVE_STEP; exponent += FIVE_STEP)
		limbs_multiply(limbs, FIVE_POWER, 0);
	for (; exponent < 0; exponent++)
		limbs_multiply(limbs, 5, 0);
}

/* Highest limb first, without leading zeros. */
static void digits_put(struct decimal *decimal, const struct limbs *limbs)
{
	char text[LIMB_DIGITS];

	decimal->count = 0;
	for (int i = limbs->count - 1; i >= 0; i--) {
		uint32_t rest = limbs->limb[i];
		int first = 0;

		for (int at = LIMB_DIGITS - 1; at >= 0; at--, rest /= 10)
			text[at] = (char)('0' + rest % 10);
		while (decimal->count == 0 && first < LIMB_DIGITS && text[first] == '0')
			first++;
		memcpy(&decimal->digits[decimal->count], &text[first], LIMB_DIGITS - first);
		decimal->count += LIMB_DIGITS - first;
	}
}

static void digits_trim(struct decimal *decimal)
{
	while (decimal->count > 0 && decimal->digits[decimal->count - 1] == '0')
		decimal->count--;
	if (decimal->count == 0)
		decimal->point = 0;
}

void decimal_make(struct decimal *decimal, uint64_t high, uint64_t low, int exponent)
{
	unsigned __int128 mantissa = (unsigned __int128)high << 64 | low;
	struct limbs limbs;

	for (; exponent < 0 && mantissa != 0 && !(mantissa & 1); exponent++)
		mantissa >>= 1;
	limbs_set(&limbs, mantissa);
	if (mantissa != 0)
		limbs_scale(&limbs, exponent);
	digits_put(decimal, &limbs);
	decimal->point = decimal->count + (exponent < 0 ? exponent : 0);
	digits_trim(decimal);
}

/* One more in the last of @keep digits. */
static void digits_increase(struct decimal *decimal, int keep)
{
	int at = keep - 1;

	while (at >= 0 && decimal->digits[at] == '9')
		decimal->digits[at--] = '0';
	if (at >= 0) {
		decimal->digits[at]++;
		return;
	}
	decimal->digits[0] = '1'; /* 99.. has become 100.., whose zeros are cut */
	decimal->count = 1;
	decimal->point++;
}

void decimal_round(struct decimal *decimal, int64_t keep)
{
	bool odd = keep > 0 && keep < decimal->count && (decimal->digits[keep - 1] - '0') % 2 != 0;

	if (keep >= decimal->count)
		return;
	char next = keep >= 0 ? decimal->digits[keep] : '0';
	bool up = next > '5' || (next == '5' && (odd || decimal->count > keep + 1));
	decimal->count = keep > 0 ? (int32_t)keep : 0;
	if (up)
		digits_increase(decimal, (int)keep);
	digits_trim(decimal);
}
