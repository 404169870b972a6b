// Correlating a window with tones after folding it: around a window's middle a cosine is even and a sine odd, so that
// mirrored samples are added or subtracted first and half of the products remain.
//
// Vectors lie along time here, for detectors whose slots differ in what they listen to: 16-bit samples, of which one
// instruction multiplies and adds two. Every build adds up the same eight partial sums, each exact.
#pragma once
#include "lanes.h"

typedef int32_t four_ints __attribute__((vector_size(16), may_alias));
typedef float four_floats __attribute__((vector_size(16), may_alias));

static inline lanes_short backwards(lanes_short samples) {
#if LANES == 8
    const lanes_short places = {15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
#else
    const lanes_short places = {7, 6, 5, 4, 3, 2, 1, 0};
#endif
    return __builtin_shuffle(samples, places);
}

// Sums over all lanes of four vectors' eight partial sums.
static inline four_ints add_across(lanes_int a, lanes_int b, lanes_int c, lanes_int d) {
    lanes_int ab = __builtin_shuffle(a, b, FIRST_TWO) + __builtin_shuffle(a, b, LAST_TWO);
    lanes_int cd = __builtin_shuffle(c, d, FIRST_TWO) + __builtin_shuffle(c, d, LAST_TWO);
    lanes_int all = __builtin_shuffle(ab, cd, LOWER_HALVES) + __builtin_shuffle(ab, cd, UPPER_HALVES);
#if LANES == 8
    return ((const four_ints *)&all)[0] + ((const four_ints *)&all)[1];
#else
    return all;
#endif
}

// What a window's halves hold, weighted: the older half, the newer one backwards.
struct folded {
    lanes_short older, newer;
};

static inline struct folded fold_halves(const int16_t *older, const int16_t *newer_end, const int16_t *window, int at) {
    lanes_short weight = *(const lanes_short *)(window + at);
    lanes_short a = (lanes_short)*(const lanes_anywhere *)(older + at);
    lanes_short b = backwards((lanes_short)*(const lanes_anywhere *)(newer_end - SAMPLES - at));
    return (struct folded){multiply_high(a, weight), multiply_high(b, weight)};
}
