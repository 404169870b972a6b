// DTMF's memory: tables, buffers, who listens. What is measured every tick is in dtmf_kernel.h, what is judged once a
// digit in dtmf_judge.c.
#include "dtmf_layout.h"
#include <math.h>

static const double PI = 3.14159265358979323846;

static int16_t rounded(double value) { return (int16_t)lrint(value); }

static void fill_tables(struct dtmf_tables *tables) {
    for (int n = 0; n < HALF; n++) {
        double time = n - (DTMF_WINDOW - 1) / 2.0;
        tables->window[n] = rounded(WINDOW_UNIT * (0.5 - 0.5 * cos(2 * PI * (n + 0.5) / DTMF_WINDOW)));
        for (int tone = 0; tone < DTMF_TONES; tone++) {
            double angle = 2 * PI * DTMF_TONES_HZ[tone] * time / SAMPLE_RATE_HZ;
            tables->cosines[tone][n] = rounded(UNIT * cos(angle));
            tables->sines[tone][n] = rounded(-UNIT * sin(angle));
        }
        for (int bin = 0; bin < LOW_BINS && n < QUARTER; bin++) {
            double angle = 2 * PI * bin * time / DTMF_WINDOW;
            tables->low_cosines[bin][n] = rounded(UNIT * cos(angle));
            tables->low_sines[bin][n] = rounded(UNIT * sin(angle));
        }
    }
}

bool dtmf_new(struct dtmf *dtmf, int32_t slots) {
    int32_t groups = (slots + GROUP - 1) / GROUP;
    size_t padded = (size_t)groups * GROUP;
    dtmf->slots = slots;
    dtmf->groups = groups;
    dtmf->fill = 0;
    dtmf->window = DTMF_HISTORY;  // so that numbers of windows before the first are not negative
    dtmf->listeners = calloc((size_t)groups, sizeof *dtmf->listeners);
    dtmf->samples = aligned_alloc(64, padded * BUFFER * sizeof *dtmf->samples);
    dtmf->spectrum = aligned_alloc(64, (size_t)groups * DTMF_HISTORY * SPECTRUM * sizeof(float));
    dtmf->energy = aligned_alloc(64, padded * DTMF_HISTORY * sizeof(float));
    dtmf->high_energy = aligned_alloc(64, padded * DTMF_HISTORY * sizeof(float));
    size_t words = (padded * sizeof(int32_t) + 63) / 64 * 64;
    dtmf->listening = aligned_alloc(64, words);
    dtmf->key = aligned_alloc(64, words);
    dtmf->run = aligned_alloc(64, words);
    dtmf->earlier_key = aligned_alloc(64, words);
    dtmf->earlier_run = aligned_alloc(64, words);
    dtmf->since = aligned_alloc(64, words);
    dtmf->held = aligned_alloc(64, words);
    dtmf->absent = aligned_alloc(64, words);
    dtmf->keep_low = aligned_alloc(64, words);
    dtmf->keep_high = aligned_alloc(64, words);
    dtmf->began = calloc(padded, sizeof *dtmf->began);
    dtmf->last = aligned_alloc(64, words);
    dtmf->tables = calloc(1, sizeof *dtmf->tables);
    if (!dtmf->listeners || !dtmf->samples || !dtmf->spectrum || !dtmf->energy || !dtmf->high_energy ||
        !dtmf->listening || !dtmf->key || !dtmf->run || !dtmf->earlier_key || !dtmf->earlier_run || !dtmf->since ||
        !dtmf->held || !dtmf->absent || !dtmf->keep_low || !dtmf->keep_high || !dtmf->began || !dtmf->last || !dtmf->tables)
        return false;
    fill_tables(dtmf->tables);
    for (int tone = 0; tone < DTMF_TONES; tone++) {
        double angle = 2 * PI * DTMF_TONES_HZ[tone] * DTMF_HOP / SAMPLE_RATE_HZ;
        dtmf->nominal[tone][0] = (float)cos(angle);
        dtmf->nominal[tone][1] = (float)sin(angle);
    }
    for (int32_t slot = 0; slot < (int32_t)padded; slot++) {
        dtmf->listening[slot] = -1;  // so that dtmf_listen below clears the slot and counts right
        dtmf->listeners[slot / GROUP]++;
        dtmf_listen(dtmf, slot, false);
    }
    return true;
}

void dtmf_free(struct dtmf *dtmf) {
    free(dtmf->listeners);
    free(dtmf->samples);
    free(dtmf->spectrum);
    free(dtmf->energy);
    free(dtmf->high_energy);
    free(dtmf->listening);
    free(dtmf->key);
    free(dtmf->run);
    free(dtmf->earlier_key);
    free(dtmf->earlier_run);
    free(dtmf->since);
    free(dtmf->held);
    free(dtmf->absent);
    free(dtmf->keep_low);
    free(dtmf->keep_high);
    free(dtmf->began);
    free(dtmf->last);
    free(dtmf->tables);
}

static void forget(struct dtmf *dtmf, int32_t slot) {
    int32_t group = slot / GROUP, lane = slot % GROUP;
    int16_t *samples = dtmf->samples + (size_t)group * BUFFER * GROUP + lane * 2;
    float *spectrum = dtmf->spectrum + (size_t)group * DTMF_HISTORY * SPECTRUM + lane;
    float *energy = dtmf->energy + (size_t)group * DTMF_HISTORY * GROUP + lane;
    float *high_energy = dtmf->high_energy + (size_t)group * DTMF_HISTORY * GROUP + lane;
    for (int n = 0; n < BUFFER; n++) samples[n / 2 * 2 * GROUP + n % 2] = 0;
    for (int n = 0; n < DTMF_HISTORY * DTMF_TONES * 2; n++) spectrum[n * GROUP] = 0;
    for (int n = 0; n < DTMF_HISTORY; n++) energy[n * GROUP] = high_energy[n * GROUP] = 0;
    dtmf->key[slot] = dtmf->held[slot] = dtmf->earlier_key[slot] = -1;
    dtmf->earlier_run[slot] = dtmf->since[slot] = 0;
    dtmf->run[slot] = dtmf->last[slot] = 0;
    dtmf->began[slot] = 0;
    dtmf->absent[slot] = GONE;
    dtmf->keep_low[slot] = dtmf->keep_high[slot] = 0;
}

void dtmf_listen(struct dtmf *dtmf, int32_t slot, bool listen) {
    if (listen == (dtmf->listening[slot] != 0)) return;
    dtmf->listening[slot] = listen ? -1 : 0;
    dtmf->listeners[slot / GROUP] += listen ? 1 : -1;
    forget(dtmf, slot);
}
