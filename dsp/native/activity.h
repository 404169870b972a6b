// Is there sound on the line? Power of each block against one threshold, with different patience for both answers.
#pragma once
#include "detections.h"

struct activity {
    uint8_t *listening;   // per slot
    uint8_t *active;
    int32_t *other;       // blocks in a row that disagree with active
};

bool activity_new(struct activity *activity, int32_t slots);
void activity_free(struct activity *activity);
void activity_listen(struct activity *activity, int32_t slot, bool listen);
// Looks at the slot's block of linear sound (160).
void activity_run(struct activity *activity, const int16_t *samples, int32_t slot, struct detections *detections);
