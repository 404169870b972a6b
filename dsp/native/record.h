// Two taps side by side, block by block, into a ring that somebody else writes to disk.
#pragma once
#include "detections.h"

struct record {
    int32_t capacity;       // recordings at a time
    int32_t active;         // recordings going on
    uint8_t *on;            // per entry
    uint8_t *overrun;       // the last block found no room: report only the first of a row
    int32_t *slot;          // per entry, left and right; -1: silence
    int32_t *direction;
    uint64_t *token;        // per entry
    uint64_t lost;
    struct ring ring;
};

bool record_new(struct record *record, int32_t slots);
void record_free(struct record *record);
void record_start(struct record *record, int32_t entry, const int32_t slot[2], const int32_t direction[2],
                  uint64_t token);
void record_stop(struct record *record, int32_t entry);
// Marks every slot of which something is recorded.
void record_mark_sources(const struct record *record, uint8_t *marks);
// from_line and to_line are linear sound, slots x 160.
void record_run(struct record *record, const int16_t *from_line, const int16_t *to_line,
                struct detections *detections);
