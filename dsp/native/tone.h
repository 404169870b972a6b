// Makes tones and digits: a program of segments, each with up to two oscillators that turn a sample at a time.
// The oscillators keep their phase from segment to segment and from block to block.
#pragma once
#include "detections.h"

struct tone {
    const struct tone_segment **segments;   // per slot; NULL: no tone
    uint64_t *count;
    uint64_t *segment;                      // which one sounds
    int64_t *left;                          // samples of it to come
    uint64_t *token;
    double *phasor;                         // per slot: cosine and sine of each oscillator
    uint8_t *repeat;
    uint8_t *ran_out;
};

bool tone_new(struct tone *tone, int32_t slots);
void tone_free(struct tone *tone);
void tone_start(struct tone *tone, int32_t slot, const struct tone_segment *segments, uint64_t count, bool repeat,
                uint64_t token, struct detections *detections);
void tone_stop(struct tone *tone, int32_t slot, struct detections *detections);
// Adds the next block to sum (160); returns whether a tone (or its pause) is going on.
bool tone_add(struct tone *tone, int32_t *sum, int32_t slot, struct detections *detections);
