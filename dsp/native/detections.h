// What the kernels heard on its way to the loop. Ordinary detections leave some room in the ring for those that may
// never be lost (a play's end, a capture's end), because somebody owns memory until they arrive.
#pragma once
#include "dsp.h"
#include "ring.h"

struct detections {
    struct ring ring;
    uint64_t reserve;   // entries kept for what may not be lost
    uint64_t lost;      // ordinary detections that found the ring full
    uint64_t tick;      // stamped on each
};

static inline bool detections_new(struct detections *detections, int32_t slots) {
    detections->reserve = 6 * (uint64_t)slots + 16;
    detections->lost = 0;
    return ring_new(&detections->ring, sizeof(struct detection), 2048 + 32 * (uint64_t)slots);
}

static inline void detections_free(struct detections *detections) { ring_free(&detections->ring); }

// The first sample that the tick's blocks do not hold, the first of the first tick being 0.
static inline int64_t samples_so_far(const struct detections *detections) {
    return ((int64_t)detections->tick + 1) * BLOCK_SAMPLES;
}

static inline void detections_report(struct detections *detections, struct detection detection) {
    if (ring_room(&detections->ring) <= detections->reserve) {
        __atomic_store_n(&detections->lost, detections->lost + 1, __ATOMIC_RELAXED);
        return;
    }
    detection.tick = detections->tick;
    ring_push(&detections->ring, &detection);
}

// For what may not be lost: false means try again next tick.
static inline bool detections_insist(struct detections *detections, struct detection detection) {
    detection.tick = detections->tick;
    return ring_push(&detections->ring, &detection);
}
