// DTMF, measuring windows of LANES slots: their power, their spectra at the eight tones, their power below 540 Hz.
//
// All of it is exact integer arithmetic on pairs of 16-bit samples, of which one instruction multiplies and adds two; so
// a vector holds two samples of each slot, and every machine gets the same bits. Around a window's middle, cosines
// mirror evenly and sines oddly: sums and differences of mirrored samples need half of the multiplications.
#pragma once
#include "dtmf_layout.h"

enum { PAIRS = HALF / 2, LOW_PAIRS = QUARTER / 2 };

struct window {
    lanes_short even[PAIRS], odd[PAIRS];   // weighted by half, and folded around the middle
    // Folded once more, around a quarter; in the order in which bins of both parities need cosines and sines.
    lanes_short even_sum[LOW_PAIRS], odd_difference[LOW_PAIRS], even_difference[LOW_PAIRS], odd_sum[LOW_PAIRS];
    lanes_int energy;                      // sum of the squares of weighted halves, of eight
    lanes_int real[DTMF_TONES], imaginary[DTMF_TONES];
    lanes_float low_energy;
};

static const float SPECTRUM_SCALE = 2.0f / UNIT;               // linear sound, of 32768
static const float ENERGY_SCALE = 4.0f * 8.0f * DTMF_WINDOW;   // a lone tone's energy is three times its power

// Eight slots' samples side by side, in pairs: transpositions in registers.
static void interleave(int16_t *restrict out, const int16_t *restrict in) {
#if LANES == 8
    const lanes_int left = {0, 1, 2, 3, 8, 9, 10, 11}, right = {4, 5, 6, 7, 12, 13, 14, 15};
#endif
    for (int n = 0; n < BLOCK_SAMPLES; n += SAMPLES) {
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

// Products with two tables, added up over pairs, of the same part of several windows: a table's entry that is in a
// register serves all of them. pairs and count are constants wherever this is inlined.
static inline __attribute__((always_inline)) void correlate(lanes_int *restrict first, lanes_int *restrict second,
                                                            const lanes_short *restrict part, const int16_t *one,
                                                            const int16_t *other, const int pairs, const int count) {
    const size_t window = PARTS * sizeof(struct window) / sizeof *part;
    lanes_int sums[MOST_WINDOWS] = {{0}}, others[MOST_WINDOWS] = {{0}};
#pragma GCC unroll 1  // unrolled, more products wait for their turn than registers hold
    for (int n = 0; n < pairs; n++) {
        lanes_short a = pair_everywhere(one + 2 * n), b = pair_everywhere(other + 2 * n);
#pragma GCC unroll 4
        for (int w = 0; w < count; w++) {
            lanes_short samples = part[(size_t)w * window + (size_t)n];
            sums[w] = add_products(sums[w], samples, a);
            others[w] = add_products(others[w], samples, b);
        }
    }
#pragma GCC unroll 4
    for (int w = 0; w < count; w++) {
        first[w] = sums[w];
        second[w] = others[w];
    }
}

static inline __attribute__((always_inline)) void measure_tones(struct window *restrict windows, const int count,
                                                                const struct dtmf_tables *restrict tables) {
    for (int tone = 0; tone < DTMF_TONES; tone += 2) {
        lanes_int first[MOST_WINDOWS], second[MOST_WINDOWS];
        correlate(first, second, windows->even, tables->cosines[tone], tables->cosines[tone + 1], PAIRS, count);
#pragma GCC unroll 4
        for (int w = 0; w < count; w++) {
            windows[w * PARTS].real[tone] = first[w];
            windows[w * PARTS].real[tone + 1] = second[w];
        }
        correlate(first, second, windows->odd, tables->sines[tone], tables->sines[tone + 1], PAIRS, count);
#pragma GCC unroll 4
        for (int w = 0; w < count; w++) {
            windows[w * PARTS].imaginary[tone] = first[w];
            windows[w * PARTS].imaginary[tone + 1] = second[w];
        }
    }
}

// A half window's weights n and HALF - 1 - n add up to one, so the second folding fits 16 bits like the first: four
// samples, the loudest of which G.711 has at 32256, count for one.
static inline void fold_again(struct window *restrict window) {
    for (int n = 0; n < LOW_PAIRS; n++) {
        lanes_short even = window->even[n], even_mirrored = swap_pairs(window->even[PAIRS - 1 - n]);
        lanes_short odd = window->odd[n], odd_mirrored = swap_pairs(window->odd[PAIRS - 1 - n]);
        window->even_sum[n] = even + even_mirrored;
        window->odd_difference[n] = odd - odd_mirrored;
        window->even_difference[n] = even - even_mirrored;
        window->odd_sum[n] = odd + odd_mirrored;
    }
}

// Power below 540 Hz: bin 0 once, the others twice, for their mirrors beyond half of the sample rate.
static inline __attribute__((always_inline)) void measure_low_energy(struct window *restrict windows, const int count,
                                                                     const struct dtmf_tables *restrict tables) {
#pragma GCC unroll 4
    for (int w = 0; w < count; w++) {
        fold_again(&windows[w * PARTS]);
        windows[w * PARTS].low_energy = (lanes_float){0};
    }
    for (int bin = 0; bin < LOW_BINS; bin += 4) {
        for (int parity = 0; parity < 2; parity++) {
            const lanes_short *cosine_part = parity == 0 ? windows->even_sum : windows->even_difference;
            const lanes_short *sine_part = parity == 0 ? windows->odd_difference : windows->odd_sum;
            int low = bin + parity, high = low + 2;
            lanes_int x[MOST_WINDOWS], y[MOST_WINDOWS], z[MOST_WINDOWS], t[MOST_WINDOWS];
            correlate(x, z, cosine_part, tables->low_cosines[low], tables->low_cosines[high], LOW_PAIRS, count);
            correlate(y, t, sine_part, tables->low_sines[low], tables->low_sines[high], LOW_PAIRS, count);
#pragma GCC unroll 4
            for (int w = 0; w < count; w++) {
                lanes_float first = to_floats(x[w]) * to_floats(x[w]) + to_floats(y[w]) * to_floats(y[w]);
                lanes_float second = to_floats(z[w]) * to_floats(z[w]) + to_floats(t[w]) * to_floats(t[w]);
                windows[w * PARTS].low_energy += first * (low == 0 ? 0.5f : 1.0f) + second;
            }
        }
    }
#pragma GCC unroll 4
    for (int w = 0; w < count; w++) windows[w * PARTS].low_energy *= 2 * SPECTRUM_SCALE * SPECTRUM_SCALE;
}

static void measure_spectra(struct window *windows, int count, const struct dtmf_tables *tables) {
    switch (count) {
    case 1: measure_tones(windows, 1, tables); break;
    case 2: measure_tones(windows, 2, tables); break;
    case 3: measure_tones(windows, 3, tables); break;
    case 4: measure_tones(windows, 4, tables); break;
    }
}

static void measure_low_energies(struct window *windows, int count, const struct dtmf_tables *tables) {
    switch (count) {
    case 1: measure_low_energy(windows, 1, tables); break;
    case 2: measure_low_energy(windows, 2, tables); break;
    case 3: measure_low_energy(windows, 3, tables); break;
    case 4: measure_low_energy(windows, 4, tables); break;
    }
}
