// Progress tones: a Hann window of 40 ms every 20 ms is matched with the plan's frequencies only; 400 and 450 Hz then lie
// exactly at each other's zeros. The amplitudes of half overlapping Hann windows add up to the tone's length, so a
// burst's length and middle are known to a few milliseconds although windows are coarse. Cadences follow
// ITU-T E.180, country by country.
#include "kernels.h"
#include "progress.h"
#include <math.h>

typedef float four_floats __attribute__((vector_size(16), may_alias));
_Static_assert(PROGRESS_TONES == 4, "every kind's power in one vector");

static const double PI = 3.14159265358979323846;
static const float HOP_MS = 20;
static const float CLOCK_ROUND_MS = 600000;
static const float SHARE = 0.5f;            // of all power in the kind's frequencies; a tone 2 % off has 0.7
static const float SHARE_IN_HUM = 0.12f;    // of all power; then hum is measured and left out of it
static const float BALANCE = 0.063f;        // the weaker of two frequencies, -12 dB
static const float POWER_LEAST = 2.104e8f;  // -42 dBm0: (22826 * 10^(-42 / 20) * 320 / 4)^2
static const float BLIP_MS = 60;            // shorter bursts are noise
static const float SLACK = 0.2f;            // of a segment's length, and ...
static const float SLACK_MS = 10;
static const float STEADY = 0.15f;          // of the mean amplitude: the spread from window to window, but of beats
static const float SOFTER = 1.78f;          // 5 dB: every other burst of an alternating tone is 10 dB softer
static const float SLOW_OFF_MS = 1500;      // a cadence with a longer pause is told by one cycle ...
static const float SLOW_HEARD_MS = 1000;    // ... and this much of that pause
// Other cadences by five segments: three bursts. Where all that is near a frequency counts, four; dial tone is later.
enum { RUN = 5, RUN_NEAR = 7 };
static const double NEAR_HZ = 40;
static const float CONTINUOUS_MS = 600, CONTINUOUS_NEAR_MS = 1500;

static bool same_shape(const struct progress_shape *a, const struct progress_shape *b) {
    if (a->kind != b->kind || a->segments != b->segments || a->alternates != b->alternates) return false;
    for (int32_t n = 0; n < a->segments; n++)
        if (a->cadence_ms[n] != b->cadence_ms[n]) return false;
    return true;
}

static int16_t rounded(double value) { return (int16_t)lrint(value); }

static void fill_hums(struct progress_plan *plan) {
    static const double mains_hz[HUMS] = {50, 60};
    for (int hum = 0; hum < HUMS; hum++)
        for (int line = 0; line < HUM_LINES; line++)
            for (int n = 0; n < BLOCK_SAMPLES; n++) {
                double time = n - (2 * BLOCK_SAMPLES - 1) / 2.0;
                double angle = 2 * PI * mains_hz[hum] * (line + 1) * time / SAMPLE_RATE_HZ;
                plan->hums[hum][line][0][n] = rounded(PROGRESS_UNIT * cos(angle));
                plan->hums[hum][line][1][n] = rounded(PROGRESS_UNIT * sin(angle));
            }
}

// What mains hum has of the newest 40 ms' energy, in the scale of measure_frequencies. Seldom, so it is plain.
static float measure_hum(const struct progress_plan *plan, const int16_t *older, const int16_t *newer) {
    float most = 0;
    for (int hum = 0; hum < HUMS; hum++) {
        float power = 0;
        for (int line = 0; line < HUM_LINES; line++) {
            const int16_t *cosines = plan->hums[hum][line][0], *sines = plan->hums[hum][line][1];
            int64_t real = 0, imaginary = 0;
            for (int n = 0; n < BLOCK_SAMPLES; n++) {
                int32_t a = older[n] * plan->window[n] >> 16, b = newer[BLOCK_SAMPLES - 1 - n] * plan->window[n] >> 16;
                real += (a + b) * cosines[n];
                imaginary += (a - b) * sines[n];
            }
            float x = (float)real * (2.0f / PROGRESS_UNIT), y = (float)imaginary * (2.0f / PROGRESS_UNIT);
            power += x * x + y * y;
        }
        most = power > most ? power : most;
    }
    return 3 * most;
}

struct progress_plan *progress_plan_new(const double *frequencies_hz, int32_t frequencies, const uint32_t *tone_bits,
                                        const float *cadence_ms, const int32_t *cadence_counts,
                                        const int32_t *alternates) {
    struct progress_plan *plan = aligned_alloc(64, (sizeof *plan + 63) / 64 * 64);
    if (plan == NULL) return NULL;
    memset(plan, 0, sizeof *plan);
    plan->frequencies = frequencies;
    for (int n = 0; n < BLOCK_SAMPLES; n++) {
        double time = n - (2 * BLOCK_SAMPLES - 1) / 2.0;
        plan->window[n] = rounded(PROGRESS_WINDOW_UNIT * (0.5 - 0.5 * cos(PI * (n + 0.5) / BLOCK_SAMPLES)));
        for (int32_t f = 0; f < frequencies; f++) {
            double angle = 2 * PI * frequencies_hz[f] * time / SAMPLE_RATE_HZ;
            plan->tables[f][0][n] = rounded(PROGRESS_UNIT * cos(angle));
            plan->tables[f][1][n] = rounded(PROGRESS_UNIT * sin(angle));
        }
    }
    fill_hums(plan);
    for (int tone = 0; tone < PROGRESS_TONES; tone++) {
        struct progress_shape *shape = &plan->shapes[tone];
        int32_t kind = 0;
        while (kind < plan->kinds && plan->kind_bits[kind] != tone_bits[tone]) kind++;
        if (kind == plan->kinds) plan->kind_bits[plan->kinds++] = tone_bits[tone];
        for (int f = 0; f < PLAN_FREQUENCIES; f++) {
            plan->kind_shares[f][kind] = tone_bits[tone] >> f & 1;
            for (int other = 0; other < f && f < frequencies; other++)
                if ((tone_bits[tone] >> f & tone_bits[tone] >> other & 1) &&
                    frequencies_hz[f] - frequencies_hz[other] < NEAR_HZ)
                    plan->beats[kind] = true;
        }
        shape->kind = kind;
        shape->alternates = alternates[tone];
        plan->tells_by_level |= shape->alternates;
        shape->segments = cadence_counts[tone];
        for (int32_t n = 0; n < shape->segments; n++) {
            float length = shape->cadence_ms[n] = *cadence_ms++;
            float *longest = n % 2 == 0 ? &shape->longest_on_ms : &shape->longest_off_ms;
            if (length > *longest) *longest = length;
        }
        for (int other = 0; other < tone; other++)  // where a country makes no difference, the first name stands
            if (same_shape(shape, &plan->shapes[other])) shape->kind = -1;
    }
    plan->continuous_ms = plan->beats[plan->shapes[PROGRESS_DIAL].kind] ? CONTINUOUS_NEAR_MS : CONTINUOUS_MS;
    for (int tone = 0; tone < PROGRESS_TONES; tone++) {
        const struct progress_shape *shape = &plan->shapes[tone];
        float longer = 1.25f * shape->longest_on_ms + 100;
        if (shape->kind == plan->shapes[PROGRESS_DIAL].kind && longer > plan->continuous_ms)
            plan->continuous_ms = longer;
    }
    return plan;
}

void progress_plan_free(struct progress_plan *plan) { free(plan); }

bool progress_new(struct progress *progress, int32_t slots) {
    progress->slots = aligned_alloc(64, (size_t)slots * sizeof *progress->slots);
    if (progress->slots == NULL) return false;
    memset(progress->slots, 0, (size_t)slots * sizeof *progress->slots);
    return true;
}

void progress_free(struct progress *progress) { free(progress->slots); }

void progress_listen(struct progress *progress, int32_t slot, const struct progress_plan *plan) {
    struct progress_slot *state = &progress->slots[slot];
    if (plan == state->plan) return;
    memset(state, 0, sizeof *state);
    state->plan = plan;
    state->kind = state->past_kind = state->heard = -1;
}

// The sample at a time of the slot's clock, which stands in the middle of the newest window.
static int64_t sample_at(const struct progress_slot *state, float time_ms, const struct detections *detections) {
    int64_t ago = (int64_t)((state->clock_ms - time_ms) * (SAMPLE_RATE_HZ / 1000));
    return samples_so_far(detections) - BLOCK_SAMPLES - ago;
}

// tone began at began_ms, or there is none. Amplitude is 4 / 320 of a window's spectrum; a sine of 0 dBm0 has 22826.
static void report(struct progress_slot *state, int32_t slot, int32_t tone, float began_ms,
                   struct detections *detections) {
    if (tone == state->heard) return;
    if (state->heard >= 0) {
        int64_t end = sample_at(state, state->ended_ms, detections);
        detections_report(detections, (struct detection){
            .slot = slot, .kind = PROGRESS_ENDED, .value = state->heard, .began = state->tone_began,
            .duration_ms = (float)(end - state->tone_began) * 1000 / SAMPLE_RATE_HZ});
    }
    if (tone >= 0) {
        state->tone_began = sample_at(state, began_ms, detections);
        detections_report(detections, (struct detection){
            .slot = slot, .kind = PROGRESS_HEARD, .value = tone, .began = state->tone_began,
            .level_dbm0 = 10 * log10f(state->loudest * 16 / 3 / (4 * BLOCK_SAMPLES * BLOCK_SAMPLES)) - 87.1685f});
    }
    state->heard = tone;
}

static bool fits(float length_ms, float expected_ms) {
    return fabsf(length_ms - expected_ms) <= SLACK * expected_ms + SLACK_MS;
}

// How many of the newest segments (the last is an on) agree with the shape, at best over all its turns.
static int32_t agreement(const struct progress_slot *state, const struct progress_shape *shape, int32_t *turn) {
    int32_t best = 0;
    for (int32_t last = 0; last < shape->segments; last += 2) {
        int32_t n = 0;
        while (n < state->count) {
            int32_t expected = (last - n % shape->segments + shape->segments) % shape->segments;
            if (!fits(state->segments_ms[state->count - 1 - n], shape->cadence_ms[expected])) break;
            n++;
        }
        if (n > best) {
            best = n;
            *turn = last;
        }
    }
    return best;
}

// When the newest segments (the last is over) began.
static float run_began(const struct progress_slot *state, int32_t segments) {
    float began_ms = state->ended_ms;
    for (int32_t n = 0; n < segments; n++) began_ms -= state->segments_ms[state->count - 1 - n];
    return began_ms;
}

static void remember(struct progress_slot *state, float length_ms) {
    if (state->count == PROGRESS_MEMORY) {
        memmove(state->segments_ms, state->segments_ms + 2, (PROGRESS_MEMORY - 2) * sizeof *state->segments_ms);
        state->count -= 2;
    }
    state->segments_ms[state->count++] = length_ms;
}

// Whether the last three bursts are soft, loud, soft or the other way round.
static bool alternating(const struct progress_slot *state) {
    const float *bursts = state->bursts;
    if (state->count < 5) return false;
    return (bursts[0] > SOFTER * bursts[1] && bursts[2] > SOFTER * bursts[1]) ||
           (bursts[1] > SOFTER * bursts[0] && bursts[1] > SOFTER * bursts[2]);
}

// A burst is over: measure it, remember it, and see which cadence the memory fits.
static void close_burst(struct progress_slot *state, int32_t slot, struct detections *detections) {
    const struct progress_plan *plan = state->plan;
    int32_t kind = state->kind;
    // Two tones close together beat: where there are enough windows, their mean says more than the strongest.
    float whole = state->inner_windows >= 4 ? state->inner / (float)state->inner_windows : state->peak;
    float length = HOP_MS * state->sum / whole, middle = state->moment / state->sum;
    float began = middle - length / 2;
    state->kind = -1;
    if (length < BLIP_MS) return;
    if (kind != state->past_kind || began - state->ended_ms > 8000) state->count = 0;
    state->past_kind = kind;
    if (state->count > 0) remember(state, began - state->ended_ms);
    remember(state, length);
    state->ended_ms = middle + length / 2;
    state->bursts[2] = state->bursts[1];
    state->bursts[1] = state->bursts[0];
    state->bursts[0] = whole;

    int32_t best = -1, most = 0, turn = 0;
    bool alone = false, still = false;
    for (int32_t tone = 0; tone < PROGRESS_TONES; tone++) {
        const struct progress_shape *shape = &plan->shapes[tone];
        if (shape->kind != kind || shape->segments == 0) continue;
        if (plan->tells_by_level && shape->alternates != alternating(state)) continue;
        int32_t length_of_run = agreement(state, shape, &turn);
        still |= tone == state->heard && length_of_run >= (state->count < 3 ? state->count : 3);
        if (shape->longest_off_ms > SLOW_OFF_MS) continue;
        alone = length_of_run != most;
        if (length_of_run > most) best = tone, most = length_of_run, alone = true;
        else if (length_of_run < most) alone = true;
    }
    if (best >= 0 && alone && most >= (plan->beats[kind] ? RUN_NEAR : RUN))
        report(state, slot, best, run_began(state, most), detections);
    else if (!still) report(state, slot, -1, 0, detections);
}

// Whether the burst's amplitude stays where it is, as a generator's does; music and voices swell and fade. Modulated
// tones beat, so theirs is not looked at.
static bool is_steady(const struct progress_slot *state) {
    if (state->plan->beats[state->kind] || state->inner_windows < 4) return true;
    float mean = state->inner / (float)state->inner_windows;
    float variance = state->inner_squares / (float)state->inner_windows - mean * mean;
    return variance <= STEADY * STEADY * mean * mean;
}

// While a segment is still open: dial tone by its length, slow cadences by their pause, ends by what is too long.
static void watch_open(struct progress_slot *state, int32_t slot, struct detections *detections) {
    const struct progress_plan *plan = state->plan;
    const struct progress_shape *dial = &plan->shapes[PROGRESS_DIAL];
    if (state->kind >= 0) {
        float open = state->clock_ms - state->began_ms;
        if (state->kind == dial->kind && dial->segments == 0 && open >= plan->continuous_ms && is_steady(state))
            report(state, slot, PROGRESS_DIAL, state->began_ms, detections);
        else if (state->heard >= 0 && open > 1.3f * plan->shapes[state->heard].longest_on_ms + 80 &&
                 plan->shapes[state->heard].segments > 0)
            report(state, slot, -1, 0, detections);
        return;
    }
    float open = state->clock_ms - state->ended_ms;
    if (state->heard >= 0 && open > 1.3f * plan->shapes[state->heard].longest_off_ms + 80)
        report(state, slot, -1, 0, detections);
    if (state->count == 0 || open < SLOW_HEARD_MS || open > SLOW_HEARD_MS + 3 * HOP_MS) return;
    for (int32_t tone = 0; tone < PROGRESS_TONES; tone++) {
        const struct progress_shape *shape = &plan->shapes[tone];
        int32_t turn = 0;
        if (shape->kind != state->past_kind || shape->longest_off_ms <= SLOW_OFF_MS) continue;
        int32_t agreed = agreement(state, shape, &turn);
        if (agreed >= shape->segments - 1 && turn == shape->segments - 2)
            report(state, slot, tone, run_began(state, agreed), detections);
    }
}

// Every kind's power. Whether one of them may have its share of all power but hum's: seldom, on most lines.
static bool measure_kinds(float *kind_powers, const struct progress_plan *plan, const float *powers, float energy) {
    four_floats sums = {0};
    for (int f = 0; f < PLAN_FREQUENCIES; f++) sums += *(const four_floats *)plan->kind_shares[f] * powers[f];
    memcpy(kind_powers, &sums, sizeof sums);
    float least = SHARE_IN_HUM * energy;
    return 3 * sums[0] > least || 3 * sums[1] > least || 3 * sums[2] > least || 3 * sums[3] > least;
}

// Which kind the window holds, or -1. A burst keeps its kind while that still fits: a window that the burst only partly
// fills has a wide spectrum, in which 400 Hz looks like 400 and 450.
static int32_t choose_kind(const float *kind_powers, const struct progress_slot *state, const float *powers,
                           float energy) {
    const struct progress_plan *plan = state->plan;
    int32_t kind = -1;
    float most = SHARE * energy;
    for (int32_t k = 0; k < plan->kinds; k++) {
        float sum = kind_powers[k], weakest = INFINITY, strongest = 0;
        if (3 * sum <= SHARE * energy || sum < POWER_LEAST) continue;
        for (uint32_t bits = plan->kind_bits[k]; bits != 0; bits &= bits - 1) {
            float power = powers[__builtin_ctz(bits)];
            weakest = power < weakest ? power : weakest;
            strongest = power > strongest ? power : strongest;
        }
        if (weakest < BALANCE * strongest) continue;
        bool settled = k == state->kind && state->windows > 1;
        if (3 * sum > most || settled) kind = k;
        most = settled ? INFINITY : 3 * sum > most ? 3 * sum : most;
    }
    return kind;
}

static void begin_burst(struct progress_slot *state, int32_t kind) {
    state->kind = kind;
    state->began_ms = state->clock_ms;
    state->sum = sqrtf(state->before[0][kind]);  // the window that the burst begins in
    state->moment = state->sum * (state->clock_ms - HOP_MS);
    state->peak = state->sum;
    state->windows = state->inner_windows = 0;
    state->inner = state->inner_squares = state->loudest = 0;
}

// A float tells 20 ms from 40 for some hours only: now and then everything is counted from later.
static void set_back(struct progress_slot *state) {
    state->clock_ms -= CLOCK_ROUND_MS;
    state->began_ms -= CLOCK_ROUND_MS;
    state->ended_ms -= CLOCK_ROUND_MS;
    state->moment -= state->sum * CLOCK_ROUND_MS;
}

void progress_run(struct progress *progress, const int16_t *samples, int32_t slot, struct detections *detections) {
    struct progress_slot *state = &progress->slots[slot];
    if (state->plan == NULL) return;
    float powers[PLAN_FREQUENCIES], kind_powers[PROGRESS_TONES];
    float energy = progress->kernels->measure(powers, state->plan, state->previous, samples);
    int32_t kind = -1;
    if (measure_kinds(kind_powers, state->plan, powers, energy)) {
        energy = fmaxf(energy - measure_hum(state->plan, state->previous, samples), 1);
        kind = choose_kind(kind_powers, state, powers, energy);
    }
    progress->kernels->copy(state->previous, samples);
    state->clock_ms += HOP_MS;
    if (state->clock_ms >= CLOCK_ROUND_MS) set_back(state);
    if (state->kind >= 0 && kind >= 0 && kind != state->kind && state->windows == 1) {
        begin_burst(state, kind);  // the first window was only partly filled: what it holds shows now
        state->began_ms -= HOP_MS;
        float earlier = sqrtf(state->before[1][kind]);
        state->sum += earlier;
        state->moment += earlier * (state->clock_ms - 2 * HOP_MS);
    } else if (state->kind >= 0 && kind != state->kind) {
        float tail = fminf(sqrtf(kind_powers[state->kind]), 0.5f * state->peak);  // the window that the burst ends in
        state->sum += tail;
        state->moment += tail * state->clock_ms;
        close_burst(state, slot, detections);
    }
    if (kind >= 0) {
        if (state->kind < 0) begin_burst(state, kind);
        float amplitude = sqrtf(kind_powers[kind]);
        state->sum += amplitude;
        state->moment += amplitude * state->clock_ms;
        if (state->windows >= 2) {
            state->inner += state->newest;
            state->inner_squares += state->newest * state->newest;
            state->inner_windows++;
        }
        state->loudest = fmaxf(state->loudest, energy);
        state->newest = amplitude;
        if (amplitude > state->peak) state->peak = amplitude;
        state->windows++;
    }
    memcpy(state->before[1], state->before[0], sizeof kind_powers);
    memcpy(state->before[0], kind_powers, sizeof kind_powers);
    watch_open(state, slot, detections);
}

float progress_measure(float *powers, const struct progress_plan *plan, const int16_t *older, const int16_t *newer) {
    return kernels_up_to(X86_64_V4)->measure(powers, plan, older, newer);
}
