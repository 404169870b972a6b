// DTMF, judging: five windows in a row have one candidate; is it a digit?
//
// Two steady tones must explain the sound above 540 Hz (so that hum, dial tone and most of a voice do not count), the
// high one must be coherent over 39 ms (a voice's harmonics wobble), and only so much may be wrong altogether:
// off frequency, or twisted, or dirty, but not all at once. This is rare, so it runs slot by slot.
#include "dtmf_layout.h"
#include <math.h>

enum { LEVEL_WINDOWS = 3 };

static const double PI = 3.14159265358979323846;

// What uses up the whole budget of 1.
static const float RESIDUE = 4.0f;             // a residue above 540 Hz of 25 % (-6 dB)
static const float INCOHERENT_LOW = 1.0f;      // the low tone's never alone
static const float INCOHERENT_HIGH = 27.5f;    // 3.6 % (-14.4 dB) of the high tone
static const float OFFSET = 0.13f;             // both tones 1.96 % off
static const float PRECISE = 0.6f;             // given back for no offset at all, nothing for both tones 0.35 % off:
static const float PRECISE_OFFSET = 0.25f;     // what a voice does by chance now and then, a telephone nearly always
static const float TWIST = 0.20f;              // never alone; +4 and -8 dB cost 0.2
static const float LOW_BAND = 2.5f;            // share below 540 Hz, squared ...
static const float LOW_BAND_MOST = 0.14f;      // ... and limited: never alone
static const float ONSET = 0.22f;              // per tone that did not rise by 12 dB
static const float ONSET_LOW = 1.0f;           // the same times the share below 540 Hz

static const float OFFSET_MOST = 2.2f;         // percent
static const float TWIST_LEAST = -9.5f, TWIST_MOST = 5.5f;  // dB, high over low
static const float KEEP = 0.25f;               // -6 dB
static const float WHOLE = 0.6f;               // of the strongest window's power: no break in it
static const float BROKEN = 0.55f;             // of the others' energy is left in the break at most

// Both tones side by side: the low one, the high one, and twice nothing.
typedef float tones_float __attribute__((vector_size(16)));
typedef int32_t tones_int __attribute__((vector_size(16)));

// A turn of a hop, or the spectrum at a tone: plain numbers, since C's complex products look for infinities.
struct phasors {
    tones_float x, y;
};

// Windows that are judged together, from the first on; a break may lie between them.
struct chosen {
    int count;
    int places[DTMF_SPAN];   // after first
    uint64_t first;
};

struct heard_tones {
    tones_float offset, coherence, energy, response, rise;  // rise: over the power two windows earlier
};

static inline struct phasors times(struct phasors a, struct phasors b) {
    return (struct phasors){a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x};
}

static inline struct phasors conjugate(struct phasors a) { return (struct phasors){a.x, -a.y}; }

static inline struct phasors plus(struct phasors a, struct phasors b) {
    return (struct phasors){a.x + b.x, a.y + b.y};
}

static inline tones_float square(struct phasors a) { return a.x * a.x + a.y * a.y; }

static inline tones_float at_least(tones_float a, float least) {
    tones_int more = a > least;
    return (tones_float)(((tones_int)a & more) | ((tones_int)(tones_float){least, least, least, least} & ~more));
}

static inline tones_float at_most(tones_float a, float most) { return -at_least(-a, -most); }

// e^(i angle) for at most half a radian either way: Taylor's series, 1e-8.
static inline struct phasors turn_by(tones_float angle) {
    tones_float s = angle * angle;
    return (struct phasors){1 + s * (-1 / 2.0f + s * (1 / 24.0f + s * (-1 / 720.0f + s * (1 / 40320.0f)))),
                            angle + angle * s * (-1 / 6.0f + s * (1 / 120.0f + s * (-1 / 5040.0f)))};
}

// The angle of a turn that is less than a quarter: twice the arc tangent of its half (Abramowitz and Stegun 4.4.49,
// 2e-8). The series is added up from four pairs, which do not wait for each other.
static inline tones_float angle_of(struct phasors turn) {
    tones_float t = turn.y / (1 + turn.x), s = t * t, s2 = s * s, s4 = s2 * s2;
    tones_float first = -0.3333314528f + 0.1999355085f * s, second = -0.1420889944f + 0.1065626393f * s;
    tones_float third = -0.0752896400f + 0.0429096138f * s, fourth = -0.0161657367f + 0.0028662257f * s;
    return 2 * t * (1 + s * ((first + second * s2) + (third + fourth * s2) * s4));
}

// How a Hann window weakens a tone whose phase is off by an angle of less than a quarter turn a hop (half a window):
// sin(angle) / angle / (1 - (angle / pi)^2), to 3e-8.
static inline tones_float response_at(tones_float angle) {
    tones_float s = angle * angle, s2 = s * s;
    tones_float sine = 1 + s * ((-1 / 6.0f + s * (1 / 120.0f)) + s2 * ((-1 / 5040.0f + s * (1 / 362880.0f)) +
                                                                       s2 * (-1 / 39916800.0f)));
    return sine / (1 - s * (float)(1 / (PI * PI)));
}

// How little a tone rose above its power of two windows earlier, squared: 0 from 12 dB, 2.25 below -6 dB.
static inline float onset_of(float rise) {
    if (rise >= 15.848932f) return 0;
    if (rise <= 0.25118864f) return 2.25f;
    float onset = 1 - 10.0f / 12 * log10f(rise);
    return onset * onset;
}

static inline struct phasors spectrum(const struct dtmf *dtmf, int32_t slot, uint64_t window, int low, int high) {
    const float *at = dtmf->spectrum + slot % GROUP +
                      ((size_t)(slot / GROUP) * DTMF_HISTORY + window % DTMF_HISTORY) * DTMF_TONES * 2 * GROUP;
    const float *lower = at + low * 2 * GROUP, *upper = at + high * 2 * GROUP;
    return (struct phasors){{lower[0], upper[0]}, {lower[GROUP], upper[GROUP]}};
}

// Both tones over the chosen windows; false: one is too far off frequency. whole, a constant wherever this is inlined:
// they are DTMF_RUN in a row.
static inline __attribute__((always_inline)) bool judge_tones(struct heard_tones *heard, const struct dtmf *dtmf,
                                                              int32_t slot, const struct chosen *chosen, int low,
                                                              int high, const bool whole) {
    struct phasors x[DTMF_SPAN], one = {{0}, {0}}, two = {{0}, {0}}, sum = {{0}, {0}}, turn = {{1, 1}, {0}};
    static const int row[DTMF_RUN] = {0, 1, 2, 3, 4};
    const int *places = whole ? row : chosen->places;
    const int count = whole ? DTMF_RUN : chosen->count;
    tones_float powers = {0};
    for (int n = 0; n < count; n++) {
        x[n] = spectrum(dtmf, slot, chosen->first + (uint64_t)places[n], low, high);
        powers += square(x[n]);
    }
    for (int n = 1; n < count; n++)
        if (places[n] - places[n - 1] == 1) one = plus(one, times(conjugate(x[n - 1]), x[n]));
    for (int n = 2; n < count; n++)
        if (places[n] - places[n - 2] == 2) two = plus(two, times(conjugate(x[n - 2]), x[n]));
    tones_float length = square(one);
    length = (tones_float){sqrtf(length[0]), sqrtf(length[1])} + 1e-9f;
    struct phasors step = {one.x / length, one.y / length};    // the phase's advance in a hop ...
    two = times(two, times(conjugate(step), conjugate(step)));
    tones_float rest = two.y / at_least(two.x, 1e-9f);         // ... refined by that in two
    step = times(step, turn_by(0.5f * at_most(at_least(rest, -1), 1)));
    const float *lower = dtmf->nominal[low], *upper = dtmf->nominal[high];
    struct phasors off = times(step, (struct phasors){{lower[0], upper[0]}, {-lower[1], -upper[1]}});
    tones_float angle = angle_of(off);
    float percent = 100 * SAMPLE_RATE_HZ / (2 * (float)PI * DTMF_HOP);  // of one Hz, for an angle of one
    heard->offset = angle * (tones_float){percent / (float)DTMF_TONES_HZ[low], percent / (float)DTMF_TONES_HZ[high]};
    for (int n = 0, place = 0; n < count; n++) {
        for (; place < places[n]; place++) turn = times(turn, conjugate(step));
        sum = plus(sum, times(x[n], turn));
    }
    tones_float steady = square(sum) * (1.0f / (float)count), response = response_at(angle);
    tones_float before = square(spectrum(dtmf, slot, chosen->first - 2, low, high));
    heard->coherence = steady / powers;
    heard->response = response * response;
    heard->energy = steady / heard->response;
    heard->rise = powers / (before * (float)count + 1e-3f * powers);
    return off.x[0] > 0 && off.x[1] > 0 && fabsf(heard->offset[0]) <= OFFSET_MOST &&
           fabsf(heard->offset[1]) <= OFFSET_MOST;
}

// The number of the last window that had the slot's digit. What is stored wraps after 161 days; the whole number is the
// one near the newest window's.
static inline uint64_t last_of(const struct dtmf *dtmf, int32_t slot) {
    return dtmf->window + (uint64_t)(int64_t)(int32_t)((uint32_t)dtmf->last[slot] - (uint32_t)dtmf->window);
}

// A window's first sample, the first ever being 0.
static inline int64_t sample_of(uint64_t window) { return (int64_t)(window - DTMF_HISTORY) * DTMF_HOP; }

// What measures how much of a window the digit that is held fills.
struct filling {
    const struct dtmf *dtmf;
    int32_t slot;
    int low, high;
    tones_float scale;   // to the power of a window that it fills
};

static inline struct filling filling_of(const struct dtmf *dtmf, int32_t slot) {
    int32_t key = dtmf->held[slot];
    return (struct filling){dtmf, slot, key / 4, 4 + key % 4,
                            KEEP / (tones_float){dtmf->keep_low[slot], dtmf->keep_high[slot], 1, 1}};
}

// 0 to 1. Half overlapping Hann windows add up to one, so that a sum of these is a length in hops.
static inline float fill(const struct filling *filling, uint64_t window) {
    tones_float powers = square(spectrum(filling->dtmf, filling->slot, window, filling->low, filling->high));
    powers *= filling->scale;
    return fminf(1, sqrtf(fminf(powers[0], powers[1])));
}

void dtmf_report_end(struct dtmf *dtmf, int32_t slot, struct detections *detections) {
    struct filling filling = filling_of(dtmf, slot);
    uint64_t last = last_of(dtmf, slot);
    float beyond = 0;
    for (uint64_t n = 0; n < GONE; n++) beyond += fill(&filling, last - 1 + n);
    float end = (float)(sample_of(last) - dtmf->began[slot]) - DTMF_HOP / 2 + beyond * DTMF_HOP;
    detections_report(detections, (struct detection){
        .slot = slot, .kind = DIGIT_ENDED, .value = dtmf->held[slot], .began = dtmf->began[slot],
        .duration_ms = end * 1000 / SAMPLE_RATE_HZ});
}

bool dtmf_sounding(const struct dtmf *dtmf, int32_t slot, int64_t *from, int64_t *until) {
    if (dtmf->held[slot] < 0) return false;
    *from = dtmf->began[slot];
    *until = sample_of(last_of(dtmf, slot)) + DTMF_WINDOW;
    return true;
}

// Where the digit that has just been accepted began: from its first window in which half of it was there.
static int64_t beginning(const struct dtmf *dtmf, int32_t slot, uint64_t first, uint64_t window) {
    if (dtmf->run[slot] > DTMF_RUN) return sample_of(window - (uint64_t)dtmf->run[slot] + 1) + DTMF_HOP / 2;
    struct filling filling = filling_of(dtmf, slot);
    float before = fill(&filling, first - 1), now = fill(&filling, first);
    for (; first < window && now < 0.5f; first++) before = now, now = fill(&filling, first + 1);
    float covered = before + now + fill(&filling, first + 1);
    return sample_of(first) + DTMF_WINDOW + DTMF_HOP / 2 - (int64_t)(covered * DTMF_HOP);
}

static inline size_t energy_at(int32_t slot, uint64_t window) {
    return ((size_t)(slot / GROUP) * DTMF_HISTORY + window % DTMF_HISTORY) * GROUP + (size_t)(slot % GROUP);
}

// Whether the chosen windows hold the digit; if so it is reported.
static inline __attribute__((always_inline)) bool accept(struct dtmf *dtmf, int32_t slot, const struct chosen *chosen,
                                                         uint64_t window, struct detections *detections,
                                                         const bool whole) {
    int32_t key = dtmf->key[slot];
    int low_tone = key / 4, high_tone = 4 + key % 4;
    struct heard_tones heard;
    if (!judge_tones(&heard, dtmf, slot, chosen, low_tone, high_tone, whole) ||
        INCOHERENT_HIGH * (1 - heard.coherence[1]) > 1)
        return false;
    float low_power = heard.energy[0], high_power = heard.energy[1];
    float twist = 10 * log10f(high_power / low_power);
    if (!(twist >= TWIST_LEAST) || twist > TWIST_MOST) return false;
    float energy = 0, high_energy = 0;
    for (int n = chosen->count - 1; n >= 0; n--) {
        size_t at = energy_at(slot, chosen->first + (uint64_t)chosen->places[n]);
        energy += dtmf->energy[at];
        high_energy += dtmf->high_energy[at];
    }
    float explained = fminf(1.0f, 3 * (low_power + high_power) / high_energy);
    float low_band = 1 - high_energy / energy;
    float tilt = (twist + 2) / 6;
    float offset = heard.offset[0] * heard.offset[0] + heard.offset[1] * heard.offset[1];
    float penalty = RESIDUE * (1 - explained) + INCOHERENT_LOW * (1 - heard.coherence[0]) +
                    INCOHERENT_HIGH * (1 - heard.coherence[1]) +
                    OFFSET * offset - PRECISE * fmaxf(0, 1 - offset / PRECISE_OFFSET) +
                    TWIST * tilt * tilt + LOW_BAND * fminf(low_band * low_band, LOW_BAND_MOST) +
                    (ONSET + ONSET_LOW * low_band) * (onset_of(heard.rise[0]) + onset_of(heard.rise[1]));
    if (!(penalty <= 1)) return false;
    if (dtmf->held[slot] >= 0) dtmf_report_end(dtmf, slot, detections);
    dtmf->held[slot] = key;
    dtmf->absent[slot] = 0;
    dtmf->keep_low[slot] = KEEP * low_power / (float)chosen->count;
    dtmf->keep_high[slot] = KEEP * high_power / (float)chosen->count;
    dtmf->last[slot] = (int32_t)window;
    dtmf->began[slot] = beginning(dtmf, slot, chosen->first, window);
    // By its last windows: its first may be filled in part. Amplitude is 4 / 104 of a window's spectrum; a sine of 0 dBm0
    // has one of 22826.
    tones_float powers = {0};
    for (uint64_t n = 0; n < LEVEL_WINDOWS; n++)
        powers += square(spectrum(dtmf, slot, window - n, low_tone, high_tone)) / heard.response;
    float mean_power = (powers[0] + powers[1]) / 2 / LEVEL_WINDOWS;
    detections_report(detections, (struct detection){
        .slot = slot, .kind = DIGIT_HEARD, .value = key, .began = dtmf->began[slot], .twist_db = twist,
        .level_dbm0 = 10 * log10f(mean_power * 16 / (DTMF_WINDOW * DTMF_WINDOW)) - 87.1685f});
    return true;
}

// The windows on both sides of one break, in which all sound falls silent, not only the tones; false: there is none.
static bool choose_around_break(struct chosen *chosen, const struct dtmf *dtmf, int32_t slot, uint64_t window) {
    int32_t key = dtmf->key[slot];
    tones_float powers[DTMF_SPAN], most = {0};
    float energy[DTMF_SPAN], mean = 0, quietest = INFINITY;
    for (int n = 0; n < DTMF_SPAN; n++) {
        uint64_t at = window - DTMF_SPAN + 1 + (uint64_t)n;
        powers[n] = square(spectrum(dtmf, slot, at, key / 4, 4 + key % 4));
        energy[n] = dtmf->energy[energy_at(slot, at)];
        most = (tones_float){fmaxf(most[0], powers[n][0]), fmaxf(most[1], powers[n][1])};
    }
    int first = 0, spoilt = 0, breaks = 0;
    chosen->count = 0;
    while (first < DTMF_SPAN && (powers[first][0] < WHOLE * most[0] || powers[first][1] < WHOLE * most[1])) first++;
    chosen->first = window - DTMF_SPAN + 1 + (uint64_t)first;
    for (int n = first; n < DTMF_SPAN; n++) {
        if (powers[n][0] >= WHOLE * most[0] && powers[n][1] >= WHOLE * most[1]) {
            chosen->places[chosen->count++] = n - first;
            mean += energy[n];
            continue;
        }
        if (n > first && chosen->places[chosen->count - 1] == n - 1 - first) breaks++;
        spoilt++;
        quietest = fminf(quietest, energy[n]);
    }
    return chosen->count >= DTMF_RUN && breaks == 1 && spoilt <= BREAK &&
           chosen->places[chosen->count - 1] == DTMF_SPAN - 1 - first &&
           quietest * (float)chosen->count <= BROKEN * mean;
}

void dtmf_judge(struct dtmf *dtmf, int32_t slot, uint64_t window, struct detections *detections) {
    struct chosen chosen = {DTMF_RUN, {0, 1, 2, 3, 4}, window - DTMF_RUN + 1};
    if (dtmf->run[slot] >= DTMF_RUN && accept(dtmf, slot, &chosen, window, detections, true)) return;
    if (choose_around_break(&chosen, dtmf, slot, window)) accept(dtmf, slot, &chosen, window, detections, false);
}
