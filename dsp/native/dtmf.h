// Hears DTMF digits on many lines at a time; dsp/reference/dtmf.py is the same algorithm to read.
#pragma once
#include "detections.h"

enum { DTMF_WINDOW = 104, DTMF_HOP = 52, DTMF_TONES = 8 };
enum { DTMF_RUN = 5 };        // windows in a row that make a digit: 39 ms
enum { DTMF_SPAN = 9 };       // windows that a digit with a break in it may take to be known
// Judging looks back from a window to the second before those; three more may have been measured already.
enum { DTMF_HISTORY = DTMF_SPAN + 2 + 3 };

static const double DTMF_TONES_HZ[DTMF_TONES] = {697, 770, 852, 941, 1209, 1336, 1477, 1633};  // ITU-T Q.23

struct dtmf_tables;

struct dtmf {
    int32_t slots, groups;
    int32_t fill;              // samples that wait in every group's buffer; the same for all
    uint64_t window;           // windows done
    int32_t *listeners;        // per group: how many of its slots listen
    int16_t *samples;          // groups x (104 + 160) / 2 pairs x 8 x 2
    float *spectrum;           // groups x DTMF_HISTORY windows x 8 tones x (real, imaginary) x 8
    float *energy;             // groups x DTMF_HISTORY x 8: all power
    float *high_energy;        // the same: power above 540 Hz
    int32_t *listening;        // per slot, and so on below: all bits or none
    int32_t *key;              // candidate of the newest window, or -1
    int32_t *run;              // windows in a row with that candidate
    int32_t *earlier_key;      // of the run before, if it had two windows or more
    int32_t *earlier_run;
    int32_t *since;            // windows since its last
    int32_t *held;             // the digit that is being heard, or -1
    int32_t *absent;           // windows in a row without it
    float *keep_low;           // power above which its tones are still there
    float *keep_high;
    int32_t *last;             // the last window in which it was there; numbers wrap
    int64_t *began;            // its first sample, the first ever being 0
    struct dtmf_tables *tables;
    float nominal[DTMF_TONES][2];  // the turn of each tone in a hop, cosine and sine
};

bool dtmf_new(struct dtmf *dtmf, int32_t slots);
void dtmf_free(struct dtmf *dtmf);
void dtmf_listen(struct dtmf *dtmf, int32_t slot, bool listen);
// Decides whether the slot's candidate is a digit, by its last DTMF_RUN windows or with a break between them, and
// reports it.
void dtmf_judge(struct dtmf *dtmf, int32_t slot, uint64_t window, struct detections *detections);
void dtmf_report_end(struct dtmf *dtmf, int32_t slot, struct detections *detections);
// The samples in which the slot's digit is known to sound so far; false: there is none.
bool dtmf_sounding(const struct dtmf *dtmf, int32_t slot, int64_t *from, int64_t *until);
