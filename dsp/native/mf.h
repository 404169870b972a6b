// Hears the signals of registers: two of six tones, in one of three sets.
#pragma once
#include "detections.h"
#include "tone_bank.h"

enum { MF_BEGAN = 1, MF_STOPPED = 2 };  // what a block brought, as bits

struct mf_slot {
    _Alignas(32) int16_t previous[BANK_HOP];
    int32_t system;        // enum mf_system
    int32_t pair;          // candidate of the newest window, or 0
    int32_t run;           // windows in a row with that candidate
    int32_t held;          // the signal that is being heard, or 0
    int64_t began;         // its first sample
    int64_t last;          // the first sample after it, so far
    float energy;          // of all sound in the newest window
    float keep[2];         // power above which its tones are still there
};

struct kernels;

struct mf {
    const struct kernels *kernels;
    struct mf_slot *slots;
    struct tone_bank *banks;   // per system
};

bool mf_new(struct mf *mf, int32_t slots);
void mf_free(struct mf *mf);
void mf_listen(struct mf *mf, int32_t slot, int32_t system);
// Returns MF_BEGAN and MF_STOPPED.
int mf_run(struct mf *mf, const int16_t *samples, int32_t slot, struct detections *detections);
