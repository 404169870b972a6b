// Hears tones that machines and exchanges send once: of fax and modem, special information, caller alerting.
#pragma once
#include "detections.h"
#include "tone_bank.h"

struct signal_slot {
    _Alignas(32) int16_t previous[BANK_HOP];
    uint8_t listening;
    int32_t heard;           // enum signal_tone reported and not ended, or -1
    int32_t kind;            // what the windows hold now, or -1
    int32_t windows;         // of it, from its first to its last
    int32_t absent;          // windows in a row without it
    int32_t measured;        // windows that had it
    int32_t reversals;       // of the 2100 Hz tone's phase
    int32_t stage;           // segments of a special information tone that are over
    int32_t since_stage;     // windows since then
    int64_t stage_began;     // the first sample of the first of them
    int64_t began;           // the first sample of the burst, and the first after it so far
    int64_t last;
    int32_t steps_count;
    float spectra[2][2];     // the spectra at both tones in the last window that had them; one tone: twice the same
    float steps[2][2];       // sums of unit turns from window to window beyond the nominal ones
    float power_sum, amplitude_sum;   // of the first tone
    float wave[2];           // amplitudes less their mean, turned by 15 Hz
};

struct kernels;

struct signal_tones {
    const struct kernels *kernels;
    struct signal_slot *slots;
    struct tone_bank *bank;
};

bool signal_tones_new(struct signal_tones *tones, int32_t slots);
void signal_tones_free(struct signal_tones *tones);
void signal_tones_listen(struct signal_tones *tones, int32_t slot, bool listen);
void signal_tones_run(struct signal_tones *tones, const int16_t *samples, int32_t slot, struct detections *detections);
