// Takes the digits out of what others hear and record of a slot: its speech waits for as long as it takes to be sure
// of a digit, and loses what the digit filled.
#pragma once
#include "dtmf.h"

enum { MUTE_DELAY_BLOCKS = 3 };

struct digit_mute {
    uint8_t *muting;      // per slot
    int16_t *waiting;     // slots x MUTE_DELAY_BLOCKS x 160; the oldest at the tick's place
};

bool digit_mute_new(struct digit_mute *mute, int32_t slots);
void digit_mute_free(struct digit_mute *mute);
void digit_mute_set(struct digit_mute *mute, int32_t slot, bool muting);
// After the digits of the tick have been heard: samples (160) wait, and what waited longest takes their place.
void digit_mute_run(struct digit_mute *mute, const struct dtmf *dtmf, int16_t *samples, int32_t slot, uint64_t tick);
