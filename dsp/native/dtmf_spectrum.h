// DTMF, measuring one window of LANES slots: its power, its spectrum at the eight tones, its power below 540 Hz.
//
// All of it is exact integer arithmetic on pairs of 16-bit samples, of which one instruction multiplies and adds two; so
// a vector holds two samples of each slot, and every machine gets the same bits. Around a window's middle, cosines
// mirror evenly and sines oddly: sums and differences of mirrored samples need half of the multiplications.
#pragma once
#include "dtmf_layout.h"

enum { PAIRS = HALF / 2, LOW_PAIRS = QUARTER / 2 };

struct window {
    lanes_short even[PAIRS], odd[PAIRS];   // weighted by half, and folded around the middle
    lanes_int energy;                      // sum of the squares of weighted halves, of eight
    lanes_int real[DTMF_TONES], imaginary[DTMF_TONES];
};

static const float SPECTRUM_SCALE = 2.0f / UNIT;               // linear sound, of 32768
static const float ENERGY_SCALE = 4.0f * 8.0f * DTMF_WINDOW;   // a lone tone's energy is three times its power

// Eight slots' samples side by side, in pairs: transpositions in registers.
static void interleave(int16_t *restrict out, const int16_t *restrict in) {
#if LANES == 8
    const lanes_int left = {0, 1, 2, 3, 8, 9, 10, 11}, right = {4, 5, 6, 7, 12, 13, 14, 15};
#endif
    for (int n = 0; n < BLOCK_SAMPLES; n += 2 * LANES) {
        lanes_int rows[GROUP];
#pragma GCC unroll 8
        for (int slot = 0; slot < GROUP; slot++) rows[slot] = *(const lanes_anywhere *)(in + slot * BLOCK_SAMPLES + n);
#if LANES == 8
#pragma GCC unroll 4
        for (int slot = 0; slot < 4; slot++) {
            lanes_int above = rows[slot], below = rows[slot + 4];
            rows[slot] = __builtin_shuffle(above, below, left);
            rows[slot + 4] = __builtin_shuffle(above, below, right);
        }
#endif
#pragma GCC unroll 2
        for (int four = 0; four < GROUP; four += 4) {
            lanes_int a = rows[four], b = rows[four + 1], c = rows[four + 2], d = rows[four + 3];
            lanes_int ab = __builtin_shuffle(a, b, FIRST_TWO), cd = __builtin_shuffle(c, d, FIRST_TWO);
            // Four lanes: the group's other half. Eight lanes: four pairs later.
            lanes_int *place = (lanes_int *)(out + n * GROUP) + (LANES == 8 ? four : four / 4);
            place[0] = __builtin_shuffle(ab, cd, LOWER_HALVES);
            place[PARTS] = __builtin_shuffle(ab, cd, UPPER_HALVES);
            ab = __builtin_shuffle(a, b, LAST_TWO);
            cd = __builtin_shuffle(c, d, LAST_TWO);
            place[2 * PARTS] = __builtin_shuffle(ab, cd, LOWER_HALVES);
            place[3 * PARTS] = __builtin_shuffle(ab, cd, UPPER_HALVES);
        }
    }
}

static inline void fold(struct window *restrict window, const int16_t *restrict samples,
                        const struct dtmf_tables *restrict tables) {
    lanes_int energy = (lanes_int){0} + PAIRS / 2;  // the shift below rounds down: half a unit each
    for (int n = 0; n < PAIRS; n++) {
        lanes_short weight = pair_everywhere(tables->window + 2 * n);
        lanes_short a = *(const lanes_short *)(samples + n * 2 * GROUP);
        lanes_short b = swap_pairs(*(const lanes_short *)(samples + (2 * PAIRS - 1 - n) * 2 * GROUP));
        a = multiply_high(a, weight);
        b = multiply_high(b, weight);
        energy += (multiply_pairs(a, a) + multiply_pairs(b, b)) >> 3;
        window->even[n] = a + b;
        window->odd[n] = a - b;
    }
    window->energy = energy;
}

// Both parts of the spectra of several windows, two tones at a time: a table's entry that is in a register serves all
// windows. count is a constant wherever this is inlined.
static inline __attribute__((always_inline)) void measure_tones(struct window *restrict windows, const int count,
                                                                const struct dtmf_tables *restrict tables) {
    for (int tone = 0; tone < DTMF_TONES; tone += 2) {
        lanes_int first[MOST_WINDOWS] = {{0}}, second[MOST_WINDOWS] = {{0}};
        for (int n = 0; n < PAIRS; n++) {
            lanes_short one = pair_everywhere(tables->cosines[tone] + 2 * n);
            lanes_short other = pair_everywhere(tables->cosines[tone + 1] + 2 * n);
#pragma GCC unroll 4
            for (int w = 0; w < count; w++) {
                lanes_short even = windows[w * PARTS].even[n];
                first[w] += multiply_pairs(even, one);
                second[w] += multiply_pairs(even, other);
            }
        }
#pragma GCC unroll 4
        for (int w = 0; w < count; w++) {
            windows[w * PARTS].real[tone] = first[w];
            windows[w * PARTS].real[tone + 1] = second[w];
            first[w] = second[w] = (lanes_int){0};
        }
        for (int n = 0; n < PAIRS; n++) {
            lanes_short one = pair_everywhere(tables->sines[tone] + 2 * n);
            lanes_short other = pair_everywhere(tables->sines[tone + 1] + 2 * n);
#pragma GCC unroll 4
            for (int w = 0; w < count; w++) {
                lanes_short odd = windows[w * PARTS].odd[n];
                first[w] += multiply_pairs(odd, one);
                second[w] += multiply_pairs(odd, other);
            }
        }
#pragma GCC unroll 4
        for (int w = 0; w < count; w++) {
            windows[w * PARTS].imaginary[tone] = first[w];
            windows[w * PARTS].imaginary[tone + 1] = second[w];
        }
    }
}

static void measure(struct window *windows, int count, const struct dtmf_tables *tables) {
    switch (count) {
    case 1: measure_tones(windows, 1, tables); break;
    case 2: measure_tones(windows, 2, tables); break;
    case 3: measure_tones(windows, 3, tables); break;
    case 4: measure_tones(windows, 4, tables); break;
    }
}

// Four low bins of one parity: all of them are even or odd around a quarter of the window, like the folded part.
static inline __attribute__((always_inline)) void measure_bins(lanes_float sums[4], const lanes_short *restrict part,
                                                               const int16_t (*tables)[QUARTER]) {
    lanes_int a = {0}, b = {0}, c = {0}, d = {0};
    for (int n = 0; n < LOW_PAIRS; n++) {
        a += multiply_pairs(part[n], pair_everywhere(tables[0] + 2 * n));
        b += multiply_pairs(part[n], pair_everywhere(tables[2] + 2 * n));
        c += multiply_pairs(part[n], pair_everywhere(tables[4] + 2 * n));
        d += multiply_pairs(part[n], pair_everywhere(tables[6] + 2 * n));
    }
    sums[0] = to_floats(a);
    sums[1] = to_floats(b);
    sums[2] = to_floats(c);
    sums[3] = to_floats(d);
}

// Power below 540 Hz. A half window's weights n and HALF - 1 - n add up to one, so the second folding fits 16 bits too.
static lanes_float low_energy(const struct window *restrict window, const struct dtmf_tables *restrict tables) {
    lanes_short even_sum[LOW_PAIRS], even_difference[LOW_PAIRS], odd_sum[LOW_PAIRS], odd_difference[LOW_PAIRS];
    for (int n = 0; n < LOW_PAIRS; n++) {
        lanes_short even = window->even[n], even_mirrored = swap_pairs(window->even[PAIRS - 1 - n]);
        lanes_short odd = window->odd[n], odd_mirrored = swap_pairs(window->odd[PAIRS - 1 - n]);
        even_sum[n] = even + even_mirrored;
        even_difference[n] = even - even_mirrored;
        odd_sum[n] = odd + odd_mirrored;
        odd_difference[n] = odd - odd_mirrored;
    }
    lanes_float parts[4][4];
    measure_bins(parts[0], even_sum, tables->low_cosines);          // bins 0 2 4 6
    measure_bins(parts[1], odd_difference, tables->low_sines);
    measure_bins(parts[2], even_difference, tables->low_cosines + 1);  // bins 1 3 5 7
    measure_bins(parts[3], odd_sum, tables->low_sines + 1);
    lanes_float sum = parts[0][0] * parts[0][0] * 0.5f;
    for (int part = 0; part < 4; part++)
        for (int bin = part < 2; bin < 4; bin++) sum += parts[part][bin] * parts[part][bin];
    return sum * (2.0f * SPECTRUM_SCALE * SPECTRUM_SCALE);
}
