// DTMF, judging: five windows in a row have one candidate; is it a digit?
//
// Two steady tones must explain the sound above 540 Hz (so that hum, dial tone and most of a voice do not count), the
// high one must be coherent over 39 ms (a voice's harmonics wobble), and only so much may be wrong altogether:
// off frequency, or twisted, or dirty, but not all at once. This is rare, so it runs slot by slot.
#include "dtmf.h"
#include "lanes.h"
#include <complex.h>
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

struct heard_tone {
    float offset, coherence, energy, onset;
};

static float power(const struct dtmf *dtmf, int32_t slot, uint64_t window, int tone) {
    const float *at = dtmf->spectrum + (((size_t)(slot / GROUP) * DTMF_HISTORY + window % DTMF_HISTORY) * DTMF_TONES +
                                        (size_t)tone) * 2 * GROUP + slot % GROUP;
    return at[0] * at[0] + at[GROUP] * at[GROUP];
}

// One tone over the DTMF_RUN windows that end with window.
static struct heard_tone judge_tone(const struct dtmf *dtmf, int32_t slot, uint64_t window, int tone) {
    float complex x[DTMF_RUN];
    float powers = 0;
    for (int n = 0; n < DTMF_RUN; n++) {
        size_t at = (size_t)(slot / GROUP) * DTMF_HISTORY + (window - DTMF_RUN + 1 + (uint64_t)n) % DTMF_HISTORY;
        const float *spectrum = dtmf->spectrum + (at * DTMF_TONES + (size_t)tone) * 2 * GROUP + slot % GROUP;
        x[n] = spectrum[0] + spectrum[GROUP] * I;
        powers += power(dtmf, slot, window - DTMF_RUN + 1 + (uint64_t)n, tone);
    }
    float complex one = 0, two = 0, sum = 0, turn = 1;
    for (int n = 1; n < DTMF_RUN; n++) one += conjf(x[n - 1]) * x[n];
    for (int n = 2; n < DTMF_RUN; n++) two += conjf(x[n - 2]) * x[n];
    float complex step = one / (cabsf(one) + 1e-9f);         // the phase's advance in a hop ...
    two *= conjf(step) * conjf(step);
    float rest = cimagf(two) / fmaxf(crealf(two), 1e-9f);    // ... refined by that in two
    step *= cexpf(0.5f * fmaxf(-1.0f, fminf(1.0f, rest)) * I);
    for (int n = 0; n < DTMF_RUN; n++) {
        sum += x[n] * turn;
        turn *= conjf(step);
    }
    float steady = (crealf(sum) * crealf(sum) + cimagf(sum) * cimagf(sum)) / DTMF_RUN;
    double nominal = 2 * PI * DTMF_TONES_HZ[tone] * DTMF_HOP / SAMPLE_RATE_HZ;
    float angle = cargf(step * (float complex)cexp(-nominal * I));
    float bins = angle / (float)PI;  // off by so many bins of the window
    float response = fabsf(bins) < 1e-4f ? 1.0f
                                         : sinf((float)PI * bins) / ((float)PI * bins * (1 - bins * bins));
    float before = power(dtmf, slot, window - DTMF_RUN - 1, tone) + 1e-3f * powers / DTMF_RUN;
    float rise = 10 * log10f(powers / DTMF_RUN / before);
    float onset = fmaxf(0.0f, fminf(1.5f, 1 - rise / 12));
    return (struct heard_tone){
        .offset = 100 * angle * SAMPLE_RATE_HZ / (2 * (float)PI * DTMF_HOP) / (float)DTMF_TONES_HZ[tone],
        .coherence = steady / powers,
        .energy = steady / (response * response),
        .onset = onset * onset,
    };
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
    struct heard_tone low = judge_tone(dtmf, slot, window, low_tone);
    struct heard_tone high = judge_tone(dtmf, slot, window, high_tone);
    float twist = 10 * log10f(high.energy / low.energy);
    if (fabsf(low.offset) > OFFSET_MOST || fabsf(high.offset) > OFFSET_MOST || !(twist >= TWIST_LEAST) ||
        twist > TWIST_MOST)
        return;
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
        if (power(dtmf, slot, n, low_tone) >= dtmf->keep_low[slot] &&
            power(dtmf, slot, n, high_tone) >= dtmf->keep_high[slot])
            break;
    }
    // Amplitude is 4 / 104 of a window's spectrum; a sine of 0 dBm0 has one of 22826.
    float mean_power = (low.energy + high.energy) / 2 / DTMF_RUN;
    detections_report(detections, (struct detection){
        .slot = slot, .kind = DIGIT_HEARD, .value = key, .twist_db = twist,
        .level_dbm0 = 10 * log10f(mean_power * 16 / (DTMF_WINDOW * DTMF_WINDOW)) - 87.1685f});
}
