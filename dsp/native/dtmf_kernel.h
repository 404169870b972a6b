// DTMF, deciding: Hann windows of 104 samples every 52, on vectors across eight slots, measured in dtmf_spectrum.h. What
// may be a digit for five windows in a row is judged in dtmf_judge.c.
// Limits: MESi's table of ITU-T Q.24, ETSI ES 201 235-3.
#pragma once
#include "dtmf_spectrum.h"

static const float TONE_LEAST = 8.8475e6f;     // a tone of -46 dBm0: (22826 * 10^(-46 / 20) * 104 / 4)^2
static const float SHARE_LEAST = 0.05f;        // of all power in the two tones: hum and dial tone may have the rest
static const float SHARE_HIGH_LEAST = 0.30f;   // of the power above 540 Hz
static const float LOW_OVER_HIGH = 12.6f;      // +11 dB
static const float HIGH_OVER_LOW = 5.01f;      // +7 dB

struct strongest {
    lanes_float power;
    lanes_int tone;
};

struct choice {
    struct strongest low, high;
    lanes_float energy;
    lanes_int good;
};

// The strongest of four tones; all four spectra go into the history.
static inline struct strongest remember(float *restrict spectrum, const lanes_int *restrict real,
                                        const lanes_int *restrict imaginary) {
    struct strongest best = {{0}, {0}};
    for (int tone = 0; tone < 4; tone++) {
        lanes_float x = to_floats(real[tone]) * SPECTRUM_SCALE, y = to_floats(imaginary[tone]) * SPECTRUM_SCALE;
        lanes_float power = x * x + y * y;
        lanes_int more = power > best.power;
        *(lanes_float *)(spectrum + tone * 2 * GROUP) = x;
        *(lanes_float *)(spectrum + (tone * 2 + 1) * GROUP) = y;
        best.power = (lanes_float)choose(more, (lanes_int)power, (lanes_int)best.power);
        best.tone = choose(more, (lanes_int){0} + tone, best.tone);
    }
    return best;
}

// Which slots may have a digit in the window, if only the power above 540 Hz is small enough.
static inline lanes_int weigh(struct dtmf *dtmf, int32_t slot, uint64_t number, const struct window *window,
                              struct choice *choice) {
    size_t history = (size_t)(slot / GROUP) * DTMF_HISTORY + number % DTMF_HISTORY;
    float *spectrum = dtmf->spectrum + history * SPECTRUM + slot % GROUP;
    choice->low = remember(spectrum, window->real, window->imaginary);
    choice->high = remember(spectrum + 4 * 2 * GROUP, window->real + 4, window->imaginary + 4);
    lanes_float low = choice->low.power, high = choice->high.power;
    choice->energy = to_floats(window->energy) * ENERGY_SCALE;
    choice->good = *(lanes_int *)(dtmf->listening + slot) & (low >= TONE_LEAST) & (high >= TONE_LEAST) &
                   (3.0f * (low + high) >= SHARE_LEAST * choice->energy) & (LOW_OVER_HIGH * high >= low) &
                   (HIGH_OVER_LOW * low >= high);
    return choice->good;
}

static inline void decide(struct dtmf *dtmf, int32_t slot, uint64_t number, const struct choice *choice,
                          lanes_float low_energy, struct detections *detections) {
    size_t history = ((size_t)(slot / GROUP) * DTMF_HISTORY + number % DTMF_HISTORY) * GROUP + (size_t)(slot % GROUP);
    struct strongest low = choice->low, high = choice->high;
    lanes_int raw = low.tone * 4 + high.tone;
    lanes_float one = (lanes_float){0} + 1.0f, high_energy = choice->energy - low_energy;
    high_energy = (lanes_float)choose(high_energy > one, (lanes_int)high_energy, (lanes_int)one);
    lanes_int good = choice->good & (3.0f * (low.power + high.power) >= SHARE_HIGH_LEAST * high_energy);
    *(lanes_float *)(dtmf->energy + history) = choice->energy;
    *(lanes_float *)(dtmf->high_energy + history) = high_energy;

    lanes_int *key = (lanes_int *)(dtmf->key + slot), *run = (lanes_int *)(dtmf->run + slot);
    lanes_int *held = (lanes_int *)(dtmf->held + slot), *absent = (lanes_int *)(dtmf->absent + slot);
    lanes_int *last = (lanes_int *)(dtmf->last + slot);
    lanes_int now = choose(good, raw, (lanes_int){0} - 1);
    // Where a run of two or more ends, a break may lie between it and the next.
    lanes_int *earlier_key = (lanes_int *)(dtmf->earlier_key + slot), *since = (lanes_int *)(dtmf->since + slot);
    lanes_int *earlier_run = (lanes_int *)(dtmf->earlier_run + slot), ended = (*run >= 2) & (*key != now);
    *earlier_key = choose(ended, *key, *earlier_key);
    *earlier_run = choose(ended, *run, *earlier_run);
    *since = (*since & ~ended) + 1;
    *run = ((*run & (*key == now)) + 1) & good;
    *key = now;
    lanes_int here = (raw == *held) & (low.power >= *(lanes_float *)(dtmf->keep_low + slot)) &
                     (high.power >= *(lanes_float *)(dtmf->keep_high + slot));
    *absent = ~here & (*absent + 1);
    *last = choose(here, (lanes_int){0} + (int32_t)number, *last);
    lanes_int over = (*held >= 0) & (*absent >= GONE);
    lanes_int broken = (*run >= 2) & (now == *earlier_key) & (*since - *run <= BREAK) &
                       (*since + *earlier_run <= DTMF_SPAN) & (*earlier_run + *run >= DTMF_RUN);
    lanes_int ask = ((*run >= DTMF_RUN) | broken) & ((now != *held) | over);
    if (!any(over | ask)) return;
    for (int32_t each = slot; each < slot + LANES; each++) {
        if (over[each - slot]) {
            dtmf_report_end(dtmf, each, detections);
            dtmf->held[each] = -1;
        }
        if (ask[each - slot]) dtmf_judge(dtmf, each, number, detections);
    }
}

static void dtmf_run(struct dtmf *dtmf, const int16_t *linear, struct detections *detections) {
    int32_t filled = dtmf->fill + BLOCK_SAMPLES;
    int32_t count = filled < DTMF_WINDOW ? 0 : (filled - DTMF_WINDOW) / DTMF_HOP + 1;
    for (int32_t group = 0; group < dtmf->groups; group++) {
        if (dtmf->listeners[group] == 0) continue;
        struct window windows[MOST_WINDOWS * PARTS];
        struct choice choices[MOST_WINDOWS * PARTS];
        int16_t *samples = dtmf->samples + (size_t)group * BUFFER * GROUP;
        interleave(samples + dtmf->fill * GROUP, linear + (size_t)group * GROUP * BLOCK_SAMPLES);
        for (int part = 0; part < PARTS; part++) {
            int32_t slot = group * GROUP + part * LANES;
            lanes_int good = {0};
            for (int32_t n = 0; n < count; n++)
                fold(&windows[n * PARTS + part], samples + n * DTMF_HOP * GROUP + part * SAMPLES, dtmf->tables);
            measure_spectra(windows + part, count, dtmf->tables);
            for (int32_t n = part; n < count * PARTS; n += PARTS)
                good |= weigh(dtmf, slot, dtmf->window + (uint64_t)(n / PARTS), &windows[n], &choices[n]);
            if (any(good)) measure_low_energies(windows + part, count, dtmf->tables);
            else
                for (int32_t n = part; n < count * PARTS; n += PARTS) windows[n].low_energy = (lanes_float){0};
        }
        for (int32_t n = 0; n < count * PARTS; n++)
            decide(dtmf, group * GROUP + n % PARTS * LANES, dtmf->window + (uint64_t)(n / PARTS), &choices[n],
                   windows[n].low_energy, detections);
        memmove(samples, samples + count * DTMF_HOP * GROUP,
                (size_t)(filled - count * DTMF_HOP) * GROUP * sizeof *samples);
    }
    dtmf->fill = filled - count * DTMF_HOP;
    dtmf->window += (uint64_t)count;
}
