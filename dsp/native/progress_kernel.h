// Progress tones, measuring: how strong each of a plan's frequencies is in the newest 40 ms.
#pragma once
#include "folded.h"
#include "progress.h"

enum { HALF_OF_WINDOW = BLOCK_SAMPLES / SAMPLES };

// frequencies is a constant wherever this is inlined.
static inline __attribute__((always_inline)) float measure_some(float *restrict powers,
                                                                const struct progress_plan *restrict plan,
                                                                const int16_t *restrict older,
                                                                const int16_t *restrict newer, const int frequencies) {
    lanes_int real[PLAN_FREQUENCIES][PARTS] = {{{0}}}, imaginary[PLAN_FREQUENCIES][PARTS] = {{{0}}};
    lanes_int squares[PARTS];
    // The shift below rounds down: half a unit each.
    for (int part = 0; part < PARTS; part++) squares[part] = (lanes_int){0} + HALF_OF_WINDOW / PARTS / 2;
    for (int n = 0; n < HALF_OF_WINDOW; n += PARTS) {
#pragma GCC unroll 2
        for (int part = 0; part < PARTS; part++) {
            const int at = (n + part) * SAMPLES;
            struct folded halves = fold_halves(older, newer + BLOCK_SAMPLES, plan->window, at);
            lanes_short a = halves.older, b = halves.newer;
            squares[part] += (multiply_pairs(a, a) + multiply_pairs(b, b)) >> PROGRESS_SQUARES_SHIFT;
            lanes_short even = a + b, odd = a - b;
#pragma GCC unroll 4
            for (int f = 0; f < frequencies; f++) {
                real[f][part] = add_products(real[f][part], even, *(const lanes_short *)(plan->tables[f][0] + at));
                imaginary[f][part] = add_products(imaginary[f][part], odd, *(const lanes_short *)(plan->tables[f][1] + at));
            }
        }
    }
    for (int f = 0; f < PLAN_FREQUENCIES; f++) {
        real[f][0] >>= PROGRESS_SUM_SHIFT;
        imaginary[f][0] >>= PROGRESS_SUM_SHIFT;
        for (int part = 1; part < PARTS; part++) {
            real[f][0] += real[f][part] >> PROGRESS_SUM_SHIFT;
            imaginary[f][0] += imaginary[f][part] >> PROGRESS_SUM_SHIFT;
        }
    }
    for (int part = 1; part < PARTS; part++) squares[0] += squares[part];
    four_ints reals = add_across(real[0][0], real[1][0], real[2][0], real[3][0]);
    four_ints imaginaries = add_across(imaginary[0][0], imaginary[1][0], imaginary[2][0], imaginary[3][0]);
    four_ints square = add_across(squares[0], squares[0], squares[0], squares[0]);
    const float scale = 2.0f * (1 << PROGRESS_SUM_SHIFT) / PROGRESS_UNIT;
    four_floats x = __builtin_convertvector(reals, four_floats) * scale;
    four_floats y = __builtin_convertvector(imaginaries, four_floats) * scale;
    four_floats power = x * x + y * y;
    memcpy(powers, &power, sizeof power);
    return (float)square[0] * (4.0f * (1 << PROGRESS_SQUARES_SHIFT) * 2 * BLOCK_SAMPLES);
}

// Power of the newest 40 ms at each of the plan's frequencies, and nothing at the rest; returns the power of all sound
// in the same scale (a tone's share of it is three times its own).
static float measure_frequencies(float *restrict powers, const struct progress_plan *restrict plan,
                                 const int16_t *restrict older, const int16_t *restrict newer) {
    if (plan->frequencies == 1) return measure_some(powers, plan, older, newer, 1);
    if (plan->frequencies == 2) return measure_some(powers, plan, older, newer, 2);
    return measure_some(powers, plan, older, newer, PLAN_FREQUENCIES);
}
