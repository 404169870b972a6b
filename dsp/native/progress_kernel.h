// Progress tones, measuring: how strong each of a plan's frequencies is in the newest 40 ms.
#pragma once
#include "lanes.h"
#include "progress.h"

// Eight partial sums in every build, added in one order, so that every build gives the same bits.
static inline float sum_of(const lanes_float *parts) {
    const float *eight = (const float *)parts;
    float sum = 0;
    for (int n = 0; n < 4; n++) sum += eight[n] + eight[n + 4];
    return sum;
}

// Power of the newest 40 ms at each of the plan's frequencies; returns the power of all sound in the same scale
// (a tone's share of it is three times its own). Vectors lie along time here, since slots differ in their plans.
static float measure_frequencies(float *powers, const struct progress_plan *plan, const int16_t *older, const int16_t *newer) {
    _Alignas(64) float even[BLOCK_SAMPLES], odd[BLOCK_SAMPLES], turned[BLOCK_SAMPLES];
    for (int n = 0; n < BLOCK_SAMPLES; n++) turned[n] = newer[BLOCK_SAMPLES - 1 - n];
    for (int n = 0; n < BLOCK_SAMPLES; n++) {
        float a = older[n] * plan->window[n], b = turned[n] * plan->window[n];
        even[n] = a + b;
        odd[n] = a - b;
    }
    const lanes_float *evens = (const lanes_float *)even, *odds = (const lanes_float *)odd;
    for (int32_t f = 0; f < plan->frequencies; f++) {
        const lanes_float *cosines = (const lanes_float *)plan->tables[f][0];
        const lanes_float *sines = (const lanes_float *)plan->tables[f][1];
        lanes_float r[PARTS] = {0}, i[PARTS] = {0};
        for (int n = 0; n < BLOCK_SAMPLES / LANES; n += PARTS) {
            for (int part = 0; part < PARTS; part++) {
                r[part] += evens[n + part] * cosines[n + part];
                i[part] += odds[n + part] * sines[n + part];
            }
        }
        float real = sum_of(r), imaginary = sum_of(i);
        powers[f] = real * real + imaginary * imaginary;
    }
    lanes_float e[PARTS] = {0};
    for (int n = 0; n < BLOCK_SAMPLES / LANES; n += PARTS)
        for (int part = 0; part < PARTS; part++)
            e[part] += evens[n + part] * evens[n + part] + odds[n + part] * odds[n + part];
    // a^2 + b^2 is half of (a + b)^2 + (a - b)^2, and the window has 2 * BLOCK_SAMPLES.
    return sum_of(e) * BLOCK_SAMPLES;
}
