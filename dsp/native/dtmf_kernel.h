// DTMF, measuring: Hann windows of 104 samples every 52, on vectors across eight slots. What may be a digit for five
// windows in a row is judged in dtmf_judge.c.
// Limits: MESi's table of ITU-T Q.24, ETSI ES 201 235-3.
#pragma once
#include "dtmf_layout.h"

static const float TONE_LEAST = 8.8475e6f;     // a tone of -46 dBm0: (22826 * 10^(-46 / 20) * 104 / 4)^2
static const float SHARE_LEAST = 0.20f;        // of all power in the two tones
static const float SHARE_HIGH_LEAST = 0.30f;   // of the power above 540 Hz
static const float LOW_OVER_HIGH = 12.6f;      // +11 dB
static const float HIGH_OVER_LOW = 5.01f;      // +7 dB

typedef float four_floats __attribute__((vector_size(16), may_alias));
typedef int32_t four_ints __attribute__((vector_size(16)));

// Eight channels' samples side by side: 4 x 4 transpositions in registers.
static void interleave(float *restrict out, const int16_t *restrict in) {
    const four_ints first = {0, 4, 1, 5}, last = {2, 6, 3, 7}, lower = {0, 1, 4, 5}, upper = {2, 3, 6, 7};
    float real[4][BLOCK_SAMPLES] __attribute__((aligned(16)));
    for (int half = 0; half < GROUP; half += 4) {
        for (int lane = 0; lane < 4; lane++)
            for (int n = 0; n < BLOCK_SAMPLES; n++) real[lane][n] = in[(half + lane) * BLOCK_SAMPLES + n];
        for (int n = 0; n < BLOCK_SAMPLES; n += 4) {
            four_floats a = *(four_floats *)&real[0][n], b = *(four_floats *)&real[1][n];
            four_floats c = *(four_floats *)&real[2][n], d = *(four_floats *)&real[3][n];
            four_floats ab = __builtin_shuffle(a, b, first), cd = __builtin_shuffle(c, d, first);
            float *place = out + n * GROUP + half;
            *(four_floats *)place = __builtin_shuffle(ab, cd, lower);
            *(four_floats *)(place + GROUP) = __builtin_shuffle(ab, cd, upper);
            ab = __builtin_shuffle(a, b, last);
            cd = __builtin_shuffle(c, d, last);
            *(four_floats *)(place + 2 * GROUP) = __builtin_shuffle(ab, cd, lower);
            *(four_floats *)(place + 3 * GROUP) = __builtin_shuffle(ab, cd, upper);
        }
    }
}

// One window of LANES slots, weighted and folded around its middle: even and odd[52]; returns all its power.
static lanes_float fold(lanes_float *restrict even, lanes_float *restrict odd, const float *restrict samples,
                        const float *restrict window) {
    lanes_float energy = {0};
    for (int n = 0; n < HALF; n++) {
        lanes_float a = *(const lanes_float *)(samples + n * GROUP) * window[n];
        lanes_float b = *(const lanes_float *)(samples + (DTMF_WINDOW - 1 - n) * GROUP) * window[n];
        energy += a * a + b * b;
        even[n] = a + b;
        odd[n] = a - b;
    }
    return energy * (float)DTMF_WINDOW;
}

// Spectrum at four tones (one group), real and imaginary parts in turn.
static inline void tones(float *restrict spectrum, const lanes_float *restrict even, const lanes_float *restrict odd,
                         const float *restrict table) {
    lanes_float r0 = {0}, r1 = {0}, r2 = {0}, r3 = {0}, i0 = {0}, i1 = {0}, i2 = {0}, i3 = {0};
    for (int n = 0; n < HALF; n++) {
        lanes_float e = even[n], o = odd[n];
        r0 += e * table[n];
        i0 += o * table[n + HALF];
        r1 += e * table[n + 2 * HALF];
        i1 += o * table[n + 3 * HALF];
        r2 += e * table[n + 4 * HALF];
        i2 += o * table[n + 5 * HALF];
        r3 += e * table[n + 6 * HALF];
        i3 += o * table[n + 7 * HALF];
    }
    *(lanes_float *)(spectrum + 0 * GROUP) = r0;
    *(lanes_float *)(spectrum + 1 * GROUP) = i0;
    *(lanes_float *)(spectrum + 2 * GROUP) = r1;
    *(lanes_float *)(spectrum + 3 * GROUP) = i1;
    *(lanes_float *)(spectrum + 4 * GROUP) = r2;
    *(lanes_float *)(spectrum + 5 * GROUP) = i2;
    *(lanes_float *)(spectrum + 6 * GROUP) = r3;
    *(lanes_float *)(spectrum + 7 * GROUP) = i3;
}

// Power below 540 Hz. Bins at multiples of 8000 / 104 Hz mirror once more around a quarter of the window.
static lanes_float low_energy(const lanes_float *restrict even, const lanes_float *restrict odd,
                              const float *restrict table) {
    lanes_float sum = {0};
    lanes_float parts[4][QUARTER];  // even bins: even sum, odd difference; odd bins: even difference, odd sum
    for (int n = 0; n < QUARTER; n++) {
        parts[0][n] = even[n] + even[HALF - 1 - n];
        parts[1][n] = odd[n] - odd[HALF - 1 - n];
        parts[2][n] = even[n] - even[HALF - 1 - n];
        parts[3][n] = odd[n] + odd[HALF - 1 - n];
    }
    for (int bin = 0; bin < LOW_BINS; bin++) {
        const lanes_float *cosines = parts[bin % 2 * 2], *sines = parts[bin % 2 * 2 + 1];
        const float *weights = table + bin * 2 * QUARTER;
        lanes_float real = {0}, imaginary = {0};
        for (int n = 0; n < QUARTER; n++) {
            real += cosines[n] * weights[n];
            imaginary += sines[n] * weights[n + QUARTER];
        }
        sum += (real * real + imaginary * imaginary) * (bin == 0 ? 1.0f : 2.0f);
    }
    return sum;
}

static inline lanes_int choose(lanes_int mask, lanes_int yes, lanes_int no) { return (mask & yes) | (~mask & no); }

static inline bool any(lanes_int mask) {
    int32_t some = 0;
    for (int lane = 0; lane < LANES; lane++) some |= mask[lane];
    return some != 0;
}

static void run_window(struct dtmf *dtmf, int32_t group, uint64_t window, const float *samples,
                       struct detections *detections) {
    size_t history = (size_t)group * DTMF_HISTORY + window % DTMF_HISTORY;
    for (int32_t lane = 0; lane < GROUP; lane += LANES) {
        int32_t slot = group * GROUP + lane;
        lanes_float even[HALF], odd[HALF];
        float *spectrum = dtmf->spectrum + history * SPECTRUM + lane;
        lanes_float energy = fold(even, odd, samples + lane, dtmf->tables + WINDOW_AT);
        tones(spectrum, even, odd, dtmf->tables + TONES_AT);
        tones(spectrum + 8 * GROUP, even, odd, dtmf->tables + TONES_AT + 8 * HALF);
        lanes_float best[2];
        lanes_int which[2];
        for (int band = 0; band < 2; band++) {
            for (int tone = 0; tone < 4; tone++) {
                const float *at = spectrum + (band * 4 + tone) * 2 * GROUP;
                lanes_float real = *(const lanes_float *)at, imaginary = *(const lanes_float *)(at + GROUP);
                lanes_float strength = real * real + imaginary * imaginary;
                lanes_int more = tone == 0 ? (lanes_int){0} == 0 : strength > best[band];
                best[band] = tone == 0 ? strength
                                       : (lanes_float)choose(more, (lanes_int)strength, (lanes_int)best[band]);
                which[band] = tone == 0 ? (lanes_int){0} : choose(more, (lanes_int){0} + tone, which[band]);
            }
        }
        lanes_int raw = which[0] * 4 + which[1];
        lanes_float both = 3.0f * (best[0] + best[1]);
        lanes_int good = *(lanes_int *)(dtmf->listening + slot) & (best[0] >= TONE_LEAST) & (best[1] >= TONE_LEAST) &
                         (both >= SHARE_LEAST * energy) & (LOW_OVER_HIGH * best[1] >= best[0]) &
                         (HIGH_OVER_LOW * best[0] >= best[1]);
        lanes_float high_energy = energy;
        if (any(good)) {
            high_energy = energy - low_energy(even, odd, dtmf->tables + BINS_AT);
            high_energy = (lanes_float)choose(high_energy > 1.0f, (lanes_int)high_energy,
                                              (lanes_int)((lanes_float){0} + 1.0f));
            good &= both >= SHARE_HIGH_LEAST * high_energy;
        }
        *(lanes_float *)(dtmf->energy + history * GROUP + lane) = energy;
        *(lanes_float *)(dtmf->high_energy + history * GROUP + lane) = high_energy;

        lanes_int *key = (lanes_int *)(dtmf->key + slot), *run = (lanes_int *)(dtmf->run + slot);
        lanes_int *held = (lanes_int *)(dtmf->held + slot), *absent = (lanes_int *)(dtmf->absent + slot);
        lanes_int now = choose(good, raw, (lanes_int){0} - 1);
        *run = ((*run & (*key == now)) + 1) & good;
        *key = now;
        lanes_int here = (raw == *held) & (best[0] >= *(lanes_float *)(dtmf->keep_low + slot)) &
                         (best[1] >= *(lanes_float *)(dtmf->keep_high + slot));
        *absent = ~here & (*absent + 1);
        lanes_int holding = *held >= 0, over = holding & (*absent >= GONE);
        lanes_int ask = (*run >= DTMF_RUN) & ((now != *held) | over);
        if (any(holding | ask)) {
            for (int32_t each = slot; each < slot + LANES; each++) {
                if (here[each - slot]) dtmf->last[each] = window;
                if (over[each - slot]) {
                    dtmf_report_end(dtmf, each, detections);
                    dtmf->held[each] = -1;
                }
                if (ask[each - slot]) dtmf_judge(dtmf, each, window, detections);
            }
        }
    }
}

static void dtmf_run(struct dtmf *dtmf, const int16_t *linear, struct detections *detections) {
    int32_t filled = dtmf->fill + BLOCK_SAMPLES, used = 0;
    int32_t windows = filled < DTMF_WINDOW ? 0 : (filled - DTMF_WINDOW) / DTMF_HOP + 1;
    for (int32_t group = 0; group < dtmf->groups; group++) {
        if (dtmf->listeners[group] == 0) continue;
        float *samples = dtmf->samples + (size_t)group * BUFFER * GROUP;
        interleave(samples + dtmf->fill * GROUP, linear + (size_t)group * GROUP * BLOCK_SAMPLES);
        for (int32_t n = 0; n < windows; n++)
            run_window(dtmf, group, dtmf->window + (uint64_t)n, samples + n * DTMF_HOP * GROUP, detections);
        memmove(samples, samples + windows * DTMF_HOP * GROUP,
                (size_t)(filled - windows * DTMF_HOP) * GROUP * sizeof *samples);
    }
    used = windows * DTMF_HOP;
    dtmf->fill = filled - used;
    dtmf->window += (uint64_t)windows;
}
