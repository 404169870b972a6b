// DTMF, judging: five windows in a row have one candidate; is it a digit?
//
// Two steady tones must explain the sound above 540 Hz (so that hum, dial tone and most of a voice do not count), the
// high one must be coherent over 39 ms (a voice's harmonics wobble), and only so much may be wrong altogether:
// off frequency, or twisted, or dirty, but not all at once. This is rare, so it runs slot by slot.
#include "dtmf.h"
#include "lanes.h"
#include <math.h>

static const double PI = 3.14159265358979323846;

// What uses up the whole budget of 1.
static const float RESIDUE = 4.0f;             // a residue above 540 Hz of 25 % (-6 dB)
static const float INCOHERENT_LOW = 1.0f;      // the low tone's never alone
static const float INCOHERENT_HIGH = 27.5f;    // 3.6 % (-14.4 dB) of the high tone
static const float OFFSET = 0.13f;             // both tones 1.96 % off
static const float TWIST = 0.20f;              // never alone; +4 and -8 dB cost 0.2
static const float LOW_BAND = 2.5f;            // share below 540 Hz, squared ...
static const float LOW_BAND_MOST = 0.14f;      // ... and limited: never alone
static const float ONSET = 0.22f;              // per tone that did not rise by 12 dB
static const float ONSET_LOW = 1.0f;           // the same times the share below 540 Hz

static const float OFFSET_MOST = 2.2f;         // percent
static const float TWIST_LEAST = -9.5f, TWIST_MOST = 5.5f;  // dB, high over low
static const float KEEP = 0.25f;               // -6 dB

// A turn of a hop, or the spectrum at a tone: plain numbers, since C's complex products look for infinities.
struct phasor {
    float x, y;
};

struct heard_tone {
    float offset, coherence, energy, onset;
};

static inline struct phasor times(struct phasor a, struct phasor b) {
    return (struct phasor){a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x};
}

static inline struct phasor conjugate(struct phasor a) { return (struct phasor){a.x, -a.y}; }

static inline struct phasor plus(struct phasor a, struct phasor b) { return (struct phasor){a.x + b.x, a.y + b.y}; }

static inline float square(struct phasor a) { return a.x * a.x + a.y * a.y; }

// e^(i angle) for at most half a radian either way: Taylor's series, 1e-8.
static inline struct phasor turn_by(float angle) {
    float s = angle * angle;
    return (struct phasor){1 + s * (-1 / 2.0f + s * (1 / 24.0f + s * (-1 / 720.0f + s * (1 / 40320.0f)))),
                           angle + angle * s * (-1 / 6.0f + s * (1 / 120.0f + s * (-1 / 5040.0f)))};
}

// The angle of a turn that is less than a quarter: twice the arc tangent of its half (Abramowitz and Stegun 4.4.49, 2e-8).
static inline float angle_of(struct phasor turn) {
    float t = turn.y / (1 + turn.x), s = t * t;
    float series = 0.0028662257f;
    series = series * s - 0.0161657367f;
    series = series * s + 0.0429096138f;
    series = series * s - 0.0752896400f;
    series = series * s + 0.1065626393f;
    series = series * s - 0.1420889944f;
    series = series * s + 0.1999355085f;
    series = series * s - 0.3333314528f;
    return 2 * t * (1 + series * s);
}

// How a Hann window weakens a tone whose phase is off by an angle of less than a quarter turn a hop (half a window):
// sin(angle) / angle / (1 - (angle / pi)^2).
static inline float response_at(float angle) {
    float s = angle * angle;
    float sine = 1 + s * (-1 / 6.0f + s * (1 / 120.0f + s * (-1 / 5040.0f + s * (1 / 362880.0f + s * (-1 / 39916800.0f)))));
    return sine / (1 - s * (float)(1 / (PI * PI)));
}

// How little a tone rose above its power of two windows earlier, squared: 0 from 12 dB, 2.25 below -6 dB.
static inline float onset_of(float rise) {
    if (rise >= 15.848932f) return 0;
    if (rise <= 0.25118864f) return 2.25f;
    float onset = 1 - 10.0f / 12 * log10f(rise);
    return onset * onset;
}

static struct phasor spectrum(const struct dtmf *dtmf, int32_t slot, uint64_t window, int tone) {
    const float *at = dtmf->spectrum + (((size_t)(slot / GROUP) * DTMF_HISTORY + window % DTMF_HISTORY) * DTMF_TONES +
                                        (size_t)tone) * 2 * GROUP + slot % GROUP;
    return (struct phasor){at[0], at[GROUP]};
}

// One tone over the DTMF_RUN windows that end with window; false: too far off frequency.
static bool judge_tone(struct heard_tone *heard, const struct dtmf *dtmf, int32_t slot, uint64_t window, int tone) {
    struct phasor x[DTMF_RUN], one = {0, 0}, two = {0, 0}, sum = {0, 0}, turn = {1, 0};
    float powers = 0;
    for (int n = 0; n < DTMF_RUN; n++) {
        x[n] = spectrum(dtmf, slot, window - DTMF_RUN + 1 + (uint64_t)n, tone);
        powers += square(x[n]);
    }
    for (int n = 1; n < DTMF_RUN; n++) one = plus(one, times(conjugate(x[n - 1]), x[n]));
    for (int n = 2; n < DTMF_RUN; n++) two = plus(two, times(conjugate(x[n - 2]), x[n]));
    float length = sqrtf(square(one)) + 1e-9f;
    struct phasor step = {one.x * (1 / length), one.y * (1 / length)};  // the phase's advance in a hop ...
    two = times(two, times(conjugate(step), conjugate(step)));
    float rest = two.y / fmaxf(two.x, 1e-9f);                 // ... refined by that in two
    step = times(step, turn_by(0.5f * fmaxf(-1.0f, fminf(1.0f, rest))));
    struct phasor off = times(step, (struct phasor){dtmf->nominal[tone][0], -dtmf->nominal[tone][1]});
    if (off.x <= 0) return false;
    float angle = angle_of(off);
    heard->offset = 100 * SAMPLE_RATE_HZ / (2 * (float)PI * DTMF_HOP) * angle / (float)DTMF_TONES_HZ[tone];
    if (fabsf(heard->offset) > OFFSET_MOST) return false;
    for (int n = 0; n < DTMF_RUN; n++) {
        sum = plus(sum, times(x[n], turn));
        turn = times(turn, conjugate(step));
    }
    float steady = square(sum) / DTMF_RUN, response = response_at(angle);
    float before = square(spectrum(dtmf, slot, window - DTMF_RUN - 1, tone)) + 1e-3f * powers / DTMF_RUN;
    heard->coherence = steady / powers;
    heard->energy = steady / (response * response);
    heard->onset = onset_of(powers / DTMF_RUN / before);
    return true;
}

void dtmf_report_end(struct dtmf *dtmf, int32_t slot, struct detections *detections) {
    float windows = (float)((uint32_t)dtmf->last[slot] - (uint32_t)dtmf->first[slot] + 1);
    detections_report(detections, (struct detection){
        .slot = slot, .kind = DIGIT_ENDED, .value = dtmf->held[slot],
        .duration_ms = windows * DTMF_HOP * 1000 / SAMPLE_RATE_HZ});
}

void dtmf_judge(struct dtmf *dtmf, int32_t slot, uint64_t window, struct detections *detections) {
    int32_t key = dtmf->key[slot];
    int low_tone = key / 4, high_tone = 4 + key % 4;
    struct heard_tone low, high;
    if (!judge_tone(&high, dtmf, slot, window, high_tone) || INCOHERENT_HIGH * (1 - high.coherence) > 1 ||
        !judge_tone(&low, dtmf, slot, window, low_tone))
        return;
    float twist = 10 * log10f(high.energy / low.energy);
    if (!(twist >= TWIST_LEAST) || twist > TWIST_MOST) return;
    float energy = 0, high_energy = 0;
    for (int n = 0; n < DTMF_RUN; n++) {
        size_t at = ((size_t)(slot / GROUP) * DTMF_HISTORY + (window - (uint64_t)n) % DTMF_HISTORY) * GROUP;
        energy += dtmf->energy[at + (size_t)(slot % GROUP)];
        high_energy += dtmf->high_energy[at + (size_t)(slot % GROUP)];
    }
    float explained = fminf(1.0f, 3 * (low.energy + high.energy) / high_energy);
    float low_band = 1 - high_energy / energy;
    float tilt = (twist + 2) / 6;
    float penalty = RESIDUE * (1 - explained) + INCOHERENT_LOW * (1 - low.coherence) +
                    INCOHERENT_HIGH * (1 - high.coherence) +
                    OFFSET * (low.offset * low.offset + high.offset * high.offset) + TWIST * tilt * tilt +
                    LOW_BAND * fminf(low_band * low_band, LOW_BAND_MOST) +
                    (ONSET + ONSET_LOW * low_band) * (low.onset + high.onset);
    if (!(penalty <= 1)) return;
    if (dtmf->held[slot] >= 0) dtmf_report_end(dtmf, slot, detections);
    dtmf->held[slot] = key;
    dtmf->absent[slot] = 0;
    dtmf->keep_low[slot] = KEEP * low.energy / DTMF_RUN;
    dtmf->keep_high[slot] = KEEP * high.energy / DTMF_RUN;
    dtmf->last[slot] = (int32_t)window;
    dtmf->first[slot] = (int32_t)(window - (uint64_t)dtmf->run[slot] + 1);
    for (uint64_t n = window - DTMF_RUN + 1; dtmf->run[slot] == DTMF_RUN && n <= window; n++) {
        dtmf->first[slot] = (int32_t)n;
        if (square(spectrum(dtmf, slot, n, low_tone)) >= dtmf->keep_low[slot] &&
            square(spectrum(dtmf, slot, n, high_tone)) >= dtmf->keep_high[slot])
            break;
    }
    // Amplitude is 4 / 104 of a window's spectrum; a sine of 0 dBm0 has one of 22826.
    float mean_power = (low.energy + high.energy) / 2 / DTMF_RUN;
    detections_report(detections, (struct detection){
        .slot = slot, .kind = DIGIT_HEARD, .value = key, .twist_db = twist,
        .level_dbm0 = 10 * log10f(mean_power * 16 / (DTMF_WINDOW * DTMF_WINDOW)) - 87.1685f});
}
