// Compelled signalling: a tone begins or stops in the very tick in which the far end's does (ITU-T Q.440: each signal
// lasts until it is acknowledged), instead of a turn of the event loop later. One thing to do for each event and slot.
#pragma once
#include "mf.h"
#include "tone.h"

struct compelled_step {
    const struct tone_segment *segments;   // NULL: the slot's tone is stopped
    uint64_t count, token;
    uint8_t waiting;
};

struct compelled {
    struct compelled_step *steps;          // slots x 2: when a signal begins, when it stops
};

bool compelled_new(struct compelled *compelled, int32_t slots);
void compelled_free(struct compelled *compelled);
void compelled_set(struct compelled *compelled, int32_t slot, bool when_begins, const struct tone_segment *segments,
                   uint64_t count, uint64_t token, struct detections *detections);
void compelled_forget(struct compelled *compelled, int32_t slot, struct detections *detections);
// events: MF_BEGAN and MF_STOPPED; returns whether the slot's tone has changed.
bool compelled_run(struct compelled *compelled, struct tone *tone, int32_t slot, int events,
                   struct detections *detections);
