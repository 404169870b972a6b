// Tones that are sent once. Each window of 20 ms holds one of six kinds or none; windows of one kind in a row, 10 ms
// apart, are a burst, whose length, frequency (by the turn of the phase from window to window), phase reversals and
// amplitude tell what it was. dsp/reference/signal_tones.py is the same to read.
//
// CNG: 1100 Hz for half a second (ITU-T T.30 4.3.3.3). CED: 2100 Hz (T.30 4.3.3.2); with its phase reversed every
// 450 ms it is a modem's ANS, to switch echo cancellers off (V.25); with its amplitude modulated by 15 Hz ANSam (V.8).
// Special information: about 950, 1400 and 1800 Hz in a row (E.180). Caller alerting signal: 2130 and 2750 Hz for
// 80 ms (EN 300 659-2, GR-30).
#include "signal_tones.h"
#include "kernels.h"
#include <math.h>

enum kind { TONE_950, TONE_1100, TONE_1400, TONE_1800, TONE_2100, PAIR_2130_2750, KINDS };

static const double PI = 3.14159265358979323846;
static const float TONES_HZ[BANK_TONES] = {950, 1100, 1400, 1788, 2115, 2750};
static const float LEAST = BANK_POWER(3.162e-5f);   // -45 dBm0
// Of all power. A special information tone may be 36 Hz off, where the window has half of its response left.
static const float SHARES[KINDS] = {0.30f, 0.45f, 0.30f, 0.30f, 0.40f, 0.50f};
static const float TWIST = 8.0f;                    // 9 dB between the two alerting tones
static const float STEADY = 0.9f;                   // length of the mean of unit turns
static const float HERTZ = 15.915494f;              // of a turn of one radian in a hop
static const float OFFSETS_HZ[KINDS] = {48, 45, 45, 48, 25, 20};
static const float ANSWER_HZ = -15, ALERTING_HZ = 15;   // 2100 and 2130 beside the bank's 2115
static const float BESIDE = 1.12f;                  // 0.5 dB: what a window loses of a tone 15 Hz beside the bank's
static const float MODULATED = 0.09f;               // V.8: 0.2, of which a window of 20 ms leaves 0.18
static const float WHOLE = 0.7f;                    // of the mean amplitude: a window without a phase reversal in it
enum {
    BRIDGED = 2,                       // windows: what a phase reversal may hide
    SETTLED = 5,                       // steps that make a frequency
    CNG_LEAST = 38, CNG_MOST = 62,     // half a second, 15 % and some more either way
    ANSWER_KNOWN = 55,                 // by then a phase reversal has come, if any does
    SPECIAL_LEAST = 20, SPECIAL_MOST = 48, SPECIAL_LAST = 15, SPECIAL_GAP = 12,
    ALERTING_LEAST = 6, ALERTING_MOST = 13,
};

bool signal_tones_new(struct signal_tones *tones, int32_t slots) {
    tones->slots = aligned_alloc(32, (size_t)slots * sizeof *tones->slots);
    tones->bank = aligned_alloc(64, sizeof *tones->bank);
    if (tones->slots == NULL || tones->bank == NULL) return false;
    memset(tones->slots, 0, (size_t)slots * sizeof *tones->slots);
    tone_bank_fill(tones->bank, TONES_HZ);
    return true;
}

void signal_tones_free(struct signal_tones *tones) {
    free(tones->slots);
    free(tones->bank);
}

void signal_tones_listen(struct signal_tones *tones, int32_t slot, bool listen) {
    struct signal_slot *state = &tones->slots[slot];
    if (listen == state->listening) return;
    memset(state, 0, sizeof *state);
    state->listening = listen;
    state->kind = state->heard = -1;
}

static float milliseconds(int64_t samples) { return (float)samples * 1000 / SAMPLE_RATE_HZ; }

// Amplitude is 4 / 160 of a window's spectrum; a sine of 0 dBm0 has one of 22826.
static void report(const struct signal_slot *state, int32_t slot, int32_t tone, int64_t began,
                   struct detections *detections) {
    float power = state->power_sum / (float)state->measured;
    if (state->kind == TONE_2100 || state->kind == PAIR_2130_2750) power *= BESIDE;
    detections_report(detections, (struct detection){
        .slot = slot, .kind = SIGNAL_TONE_HEARD, .value = tone, .began = began,
        .duration_ms = milliseconds(state->last - began),
        .level_dbm0 = 10 * log10f(power * 16 / (BANK_WINDOW * BANK_WINDOW)) - 87.1685f});
}

static int32_t kind_of(const struct bank_spectrum *spectrum) {
    const float *power = spectrum->power;
    float low = power[TONE_2100], high = power[PAIR_2130_2750];
    if (low >= LEAST && high >= LEAST && low <= TWIST * high && high <= TWIST * low &&
        3 * (low + high) >= SHARES[PAIR_2130_2750] * spectrum->energy)
        return PAIR_2130_2750;
    int32_t kind = 0;
    for (int tone = 1; tone <= TONE_2100; tone++)
        if (power[tone] > power[kind]) kind = tone;
    return power[kind] >= LEAST && 3 * power[kind] >= SHARES[kind] * spectrum->energy ? kind : -1;
}

// a times the conjugate of b; out may be a.
static inline void turn_back(float *out, const float *a, const float *b) {
    float x = a[0] * b[0] + a[1] * b[1], y = a[1] * b[0] - a[0] * b[1];
    out[0] = x;
    out[1] = y;
}

static inline float length_of(const float *a) { return sqrtf(a[0] * a[0] + a[1] * a[1]); }

// Whether the tone turned alike from window to window, and how far its frequency is from the bank's.
static bool is_steady(const struct signal_slot *state, int which, float centre_hz, float most_hz) {
    const float *steps = state->steps[which];
    return state->steps_count > 0 && length_of(steps) >= STEADY * (float)state->steps_count &&
           fabsf(atan2f(steps[1], steps[0]) * HERTZ - centre_hz) <= most_hz;
}

static bool single_is_steady(const struct signal_slot *state) {
    return is_steady(state, 0, state->kind == TONE_2100 ? ANSWER_HZ : 0, OFFSETS_HZ[state->kind]);
}

static void tones_of(int32_t kind, int *tones) {
    tones[0] = kind == PAIR_2130_2750 ? TONE_2100 : kind;
    tones[1] = kind;
}

static void measure(struct signal_slot *state, const struct bank_spectrum *spectrum, const int *tones) {
    state->absent = 0;
    state->measured++;
    for (int which = 0; which < 2; which++) {
        state->spectra[which][0] = spectrum->real[tones[which]];
        state->spectra[which][1] = spectrum->imaginary[tones[which]];
    }
    float amplitude = sqrtf(spectrum->power[tones[0]]);
    state->power_sum += spectrum->power[tones[0]];
    state->amplitude_sum += amplitude;
    float rest = amplitude - state->amplitude_sum / (float)state->measured;
    if (amplitude < WHOLE * (amplitude - rest)) return;
    double angle = 2 * PI * 15 * BANK_HOP / SAMPLE_RATE_HZ * state->windows;
    state->wave[0] += rest * (float)cos(angle);
    state->wave[1] += rest * (float)sin(angle);
}

static void begin(struct signal_slot *state, int32_t kind, const struct bank_spectrum *spectrum) {
    int tones[2];
    tones_of(kind, tones);
    state->kind = kind;
    state->windows = 1;
    state->measured = state->reversals = state->steps_count = 0;
    memset(state->steps, 0, sizeof state->steps);
    state->power_sum = state->amplitude_sum = state->wave[0] = state->wave[1] = 0;
    measure(state, spectrum, tones);
}

// Another window of the burst. The step over a phase reversal or a hidden window is no measure of frequency.
static void go_on(struct signal_slot *state, const struct tone_bank *bank, const struct bank_spectrum *spectrum) {
    int tones[2], hops = 1 + state->absent;
    tones_of(state->kind, tones);
    float units[2][2];
    for (int which = 0; which < 2; which++) {
        float turn[2] = {spectrum->real[tones[which]], spectrum->imaginary[tones[which]]};
        turn_back(turn, turn, state->spectra[which]);
        for (int hop = 0; hop < hops; hop++) turn_back(turn, turn, bank->step[tones[which]]);
        float length = length_of(turn) + 1e-9f;
        units[which][0] = turn[0] / length;
        units[which][1] = turn[1] / length;
    }
    float beyond[2] = {units[0][0], units[0][1]}, length = length_of(state->steps[0]) + 1e-9f;
    float mean[2] = {state->steps[0][0] / length, state->steps[0][1] / length};
    for (int hop = 0; hop < hops; hop++) turn_back(beyond, beyond, mean);
    bool reversal = state->kind == TONE_2100 && state->steps_count >= SETTLED && beyond[0] < -0.5f;
    state->windows += hops;
    if (reversal) state->reversals++;
    else if (hops == 1) {
        state->steps_count++;
        for (int which = 0; which < 2; which++)
            for (int part = 0; part < 2; part++) state->steps[which][part] += units[which][part];
    }
    measure(state, spectrum, tones);
}

static int32_t answer_tone(const struct signal_slot *state) {
    if (2 * length_of(state->wave) >= MODULATED * state->amplitude_sum) return SIGNAL_ANSAM;
    return state->reversals > 0 ? SIGNAL_ANS : SIGNAL_CED;
}

// One more segment of a special information tone is over, or it was none.
static void close_segment(struct signal_slot *state, int32_t stage) {
    bool fits = state->windows >= SPECIAL_LEAST && state->windows <= SPECIAL_MOST && single_is_steady(state);
    bool follows = stage == 1 || (state->stage == stage - 1 && state->since_stage <= state->windows + SPECIAL_GAP);
    state->stage = fits && follows ? stage : 0;
    if (state->stage == 1) state->stage_began = state->began;
    state->since_stage = 0;
}

static void close_burst(struct signal_slot *state, int32_t slot, struct detections *detections) {
    int32_t windows = state->windows;  // hidden ones at the end do not count
    switch (state->kind) {
    case TONE_950: close_segment(state, 1); break;
    case TONE_1400: close_segment(state, 2); break;
    case TONE_1100:
        if (windows >= CNG_LEAST && windows <= CNG_MOST && single_is_steady(state))
            report(state, slot, SIGNAL_CNG, state->began, detections);
        break;
    case PAIR_2130_2750:
        if (windows >= ALERTING_LEAST && windows <= ALERTING_MOST &&
            is_steady(state, 0, ALERTING_HZ, OFFSETS_HZ[PAIR_2130_2750]) &&
            is_steady(state, 1, 0, OFFSETS_HZ[PAIR_2130_2750]))
            report(state, slot, SIGNAL_CAS, state->began, detections);
        break;
    }
    if (state->heard >= 0)
        detections_report(detections, (struct detection){.slot = slot, .kind = SIGNAL_TONE_ENDED,
                                                         .value = state->heard, .began = state->began,
                                                         .duration_ms = milliseconds(state->last - state->began)});
    state->heard = state->kind = -1;
}

// While a burst still sounds: an answer tone by its length, a special information tone by its last segment.
static void watch_open(struct signal_slot *state, int32_t slot, struct detections *detections) {
    if (state->kind == TONE_2100 && state->heard < 0 && state->windows >= ANSWER_KNOWN && single_is_steady(state)) {
        state->heard = answer_tone(state);
        report(state, slot, state->heard, state->began, detections);
    }
    if (state->kind == TONE_1800 && state->stage == 2 && state->windows >= SPECIAL_LAST) {
        if (state->since_stage <= state->windows + SPECIAL_GAP && single_is_steady(state)) {
            state->heard = SIGNAL_SIT;
            state->began = state->stage_began;
            report(state, slot, SIGNAL_SIT, state->began, detections);
        }
        state->stage = 0;
    }
}

static void hear_window(struct signal_slot *state, const struct tone_bank *bank, int32_t slot,
                        const struct bank_spectrum *spectrum, int64_t end, struct detections *detections) {
    int32_t kind = kind_of(spectrum);
    state->since_stage++;
    if (kind == state->kind && kind >= 0) go_on(state, bank, spectrum);
    else if (kind < 0 && state->kind >= 0 && state->absent < BRIDGED) state->absent++;
    else {
        if (state->kind >= 0) close_burst(state, slot, detections);
        if (kind >= 0) begin(state, kind, spectrum);
        state->began = end - BANK_HOP - BANK_HOP / 2;
    }
    if (kind >= 0) state->last = end - BANK_HOP / 2;
    watch_open(state, slot, detections);
}

void signal_tones_run(struct signal_tones *tones, const int16_t *samples, int32_t slot, struct detections *detections) {
    struct signal_slot *state = &tones->slots[slot];
    if (!state->listening) return;
    struct bank_spectrum spectrum;
    int64_t end = samples_so_far(detections);
    tones->kernels->bank(&spectrum, tones->bank, state->previous, samples);
    hear_window(state, tones->bank, slot, &spectrum, end - BANK_HOP, detections);
    tones->kernels->bank(&spectrum, tones->bank, samples, samples + BANK_HOP);
    hear_window(state, tones->bank, slot, &spectrum, end, detections);
    memcpy(state->previous, samples + BANK_HOP, sizeof state->previous);
}
