// Register signals: R2 forward and backward (ITU-T Q.441, Q.455), R1 (Q.320 to Q.323). dsp/reference/mf.py is the same
// to read. A signal is a pair alone in the band, in one window if that is pure, else in two running. An interruption of
// 7 ms leaves a window enough of it; a window that has less ends it.
#include "mf.h"
#include "kernels.h"
#include <math.h>

struct limits {
    float least;     // power of the weaker tone
    float twist;     // of the stronger over the weaker
};

static const float TONES_HZ[MF_SYSTEMS][BANK_TONES] = {
    [MF_R2_FORWARD] = {1380, 1500, 1620, 1740, 1860, 1980},
    [MF_R2_BACKWARD] = {1140, 1020, 900, 780, 660, 540},
    [MF_R1] = {700, 900, 1100, 1300, 1500, 1700},
};

// R2 hears -35 dBm0 and not -42, R1 -25 and not -35; the floor lies between. Twist: R2 7 dB, R1 6 dB, and some more.
static const struct limits LIMITS[MF_SYSTEMS] = {
    [MF_R2_FORWARD] = {BANK_POWER(1.413e-4f), 7.943f},   // -38.5 dBm0, 9 dB
    [MF_R2_BACKWARD] = {BANK_POWER(1.413e-4f), 7.943f},
    [MF_R1] = {BANK_POWER(1.0e-3f), 6.310f},             // -30 dBm0, 8 dB
};

static const float THIRD = 0.16f;     // of the weaker tone's power: -8 dB
static const float SHARE = 0.72f;     // of all power: white noise 8 dB below still passes, two windows of 7 ms do not
static const float PURE_THIRD = 0.02f, PURE_SHARE = 0.85f;
static const float BEFORE = 0.12f;    // of a pure window's energy was in the one before: a burst of 7 ms fills just one
static const float KEEP = 0.09f;      // -10.5 dB: in the middle of a window, 7 ms without it leave 8.7 dB less
enum { RUN = 2 };

// The number of the signal of tones a < b: 0 and 1 make 1, then Q.441 table 5 and the like in R1.
static int32_t number_of(int a, int b) {
    static const int8_t first_of[BANK_TONES] = {0, 1, 2, 4, 7, 11};
    return first_of[b] + a;
}

bool mf_new(struct mf *mf, int32_t slots) {
    mf->slots = aligned_alloc(32, (size_t)slots * sizeof *mf->slots);
    mf->banks = aligned_alloc(64, MF_SYSTEMS * sizeof *mf->banks);
    if (mf->slots == NULL || mf->banks == NULL) return false;
    memset(mf->slots, 0, (size_t)slots * sizeof *mf->slots);
    for (int system = MF_NONE + 1; system < MF_SYSTEMS; system++) tone_bank_fill(&mf->banks[system], TONES_HZ[system]);
    return true;
}

void mf_free(struct mf *mf) {
    free(mf->slots);
    free(mf->banks);
}

void mf_listen(struct mf *mf, int32_t slot, int32_t system) {
    struct mf_slot *state = &mf->slots[slot];
    if (system == state->system) return;
    memset(state, 0, sizeof *state);
    state->system = system;
}

// The signal that the window may hold, or 0; its tones are the strongest two in any case.
static int32_t candidate(const struct bank_spectrum *spectrum, const struct limits *limits, int *first, int *second,
                         bool *pure) {
    const float *power = spectrum->power;
    int a = 0, b = 1;
    if (power[b] > power[a]) a = 1, b = 0;
    float third = 0;
    for (int tone = 2; tone < BANK_TONES; tone++) {
        if (power[tone] > power[a]) third = power[b], b = a, a = tone;
        else if (power[tone] > power[b]) third = power[b], b = tone;
        else if (power[tone] > third) third = power[tone];
    }
    *first = a < b ? a : b;
    *second = a < b ? b : a;
    *pure = third <= PURE_THIRD * power[b] && 3 * (power[a] + power[b]) >= PURE_SHARE * spectrum->energy;
    if (power[b] < limits->least || power[a] > limits->twist * power[b] || third > THIRD * power[b] ||
        3 * (power[a] + power[b]) < SHARE * spectrum->energy)
        return 0;
    return number_of(*first, *second);
}

static void report_end(const struct mf_slot *state, int32_t slot, struct detections *detections) {
    detections_report(detections, (struct detection){
        .slot = slot, .kind = MF_ENDED, .value = state->held, .began = state->began,
        .duration_ms = (float)(state->last - state->began) * 1000 / SAMPLE_RATE_HZ});
}

// Amplitude is 4 / 160 of a window's spectrum; a sine of 0 dBm0 has one of 22826.
static float level_of(float power) { return 10 * log10f(power * 16 / (BANK_WINDOW * BANK_WINDOW)) - 87.1685f; }

// end: the first sample after the window. A signal that fills half of a window's weight begins (or ends) in its middle.
static int hear_window(struct mf_slot *state, int32_t slot, const struct bank_spectrum *spectrum, int64_t end,
                       struct detections *detections) {
    const float *power = spectrum->power;
    int first, second, events = 0;
    bool pure;
    int32_t pair = candidate(spectrum, &LIMITS[state->system], &first, &second, &pure);
    bool here = number_of(first, second) == state->held && power[first] >= state->keep[0] &&
                power[second] >= state->keep[1];
    bool fading = pair == state->held && !here;   // the rest of a signal that is over is no new one
    pure = pure && state->energy >= BEFORE * spectrum->energy;
    state->energy = spectrum->energy;
    state->run = pair != 0 && pair == state->pair ? state->run + 1 : 1;
    state->pair = pair;
    if (state->held != 0) {
        if (here) state->last = end - BANK_HOP / 2;
        else {
            report_end(state, slot, detections);
            state->held = 0;
            events |= MF_STOPPED;
        }
    }
    if (pair == 0 || fading || (state->run < RUN && !pure) || pair == state->held) return events;
    state->held = pair;
    state->began = end - (state->run + 1) * BANK_HOP + BANK_HOP / 2;
    state->last = end - BANK_HOP / 2;
    state->keep[0] = KEEP * power[first];
    state->keep[1] = KEEP * power[second];
    float low = level_of(power[first]), high = level_of(power[second]);
    detections_report(detections, (struct detection){.slot = slot, .kind = MF_HEARD, .value = pair,
                                                     .began = state->began,
                                                     .level_dbm0 = (low + high) / 2, .twist_db = high - low});
    return events | MF_BEGAN;
}

int mf_run(struct mf *mf, const int16_t *samples, int32_t slot, struct detections *detections) {
    struct mf_slot *state = &mf->slots[slot];
    if (state->system == MF_NONE) return 0;
    const struct tone_bank *bank = &mf->banks[state->system];
    struct bank_spectrum spectrum;
    mf->kernels->bank(&spectrum, bank, state->previous, samples);
    int64_t end = samples_so_far(detections);
    int events = hear_window(state, slot, &spectrum, end - BANK_HOP, detections);
    mf->kernels->bank(&spectrum, bank, samples, samples + BANK_HOP);
    events |= hear_window(state, slot, &spectrum, end, detections);
    memcpy(state->previous, samples + BANK_HOP, sizeof state->previous);
    return events;
}
