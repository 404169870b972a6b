// Sound activity: see activity.h.
#include "activity.h"
#include <stdlib.h>

// Mean square of a sine of -38 dBm0; a full-scale sine (32767 at its peak) is +3.14 dBm0 (G.711 section 5).
static const float THRESHOLD = 41286.0f;  // 32767^2 / 2 * 10^((-38 - 3.14) / 10)
enum {
    ACTIVE_BLOCKS = 3,    // 60 ms of sound make the line active
    SILENT_BLOCKS = 20,   // 400 ms without make it silent: longer than the stops within a word
};

bool activity_new(struct activity *activity, int32_t slots) {
    activity->listening = calloc((size_t)slots, sizeof *activity->listening);
    activity->active = calloc((size_t)slots, sizeof *activity->active);
    activity->other = calloc((size_t)slots, sizeof *activity->other);
    return activity->listening && activity->active && activity->other;
}

void activity_free(struct activity *activity) {
    free(activity->listening);
    free(activity->active);
    free(activity->other);
}

void activity_listen(struct activity *activity, int32_t slot, bool listen) {
    if (listen && !activity->listening[slot]) activity->active[slot] = 0, activity->other[slot] = 0;
    activity->listening[slot] = listen;
}

void activity_run(struct activity *activity, const int16_t *samples, int32_t slot, struct detections *detections) {
    if (!activity->listening[slot]) return;
    int32_t sum = 0;
    float squares = 0;
    int32_t partial[BLOCK_SAMPLES / 2];
    for (int n = 0; n < BLOCK_SAMPLES; n++) sum += samples[n];
    for (int n = 0; n < BLOCK_SAMPLES / 2; n++)  // a quarter each, so that two squares fit 31 bits
        partial[n] = ((samples[2 * n] * samples[2 * n]) >> 2) + ((samples[2 * n + 1] * samples[2 * n + 1]) >> 2);
    int64_t total = 0;
    for (int n = 0; n < BLOCK_SAMPLES / 2; n++) total += partial[n];
    float mean = (float)sum / BLOCK_SAMPLES;  // a line's direct current is no sound
    squares = (float)total * 4 / BLOCK_SAMPLES - mean * mean;
    bool sound = squares > THRESHOLD;
    if (sound == (bool)activity->active[slot]) {
        activity->other[slot] = 0;
        return;
    }
    if (++activity->other[slot] < (sound ? ACTIVE_BLOCKS : SILENT_BLOCKS)) return;
    activity->active[slot] = sound;
    activity->other[slot] = 0;
    detections_report(detections, (struct detection){.slot = slot, .kind = ACTIVITY_CHANGED, .value = sound});
}
