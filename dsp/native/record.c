// Recordings: see record.h.
#include "record.h"

enum { BLOCKS_PER_SLOT = 64 };  // the loop may stand still for 1.28 s before a block of any recording is lost

bool record_new(struct record *record, int32_t slots) {
    size_t count = 2 * (size_t)slots;  // every call recorded and every line listened to
    record->capacity = (int32_t)count;
    record->active = 0;
    record->on = calloc(count, sizeof *record->on);
    record->overrun = calloc(count, sizeof *record->overrun);
    record->slot = calloc(count * 2, sizeof *record->slot);
    record->direction = calloc(count * 2, sizeof *record->direction);
    record->token = calloc(count, sizeof *record->token);
    record->lost = 0;
    bool ring = ring_new(&record->ring, sizeof(struct recorded_block), 64 + BLOCKS_PER_SLOT * (uint64_t)slots);
    return record->on && record->overrun && record->slot && record->direction && record->token && ring;
}

void record_free(struct record *record) {
    free(record->on);
    free(record->overrun);
    free(record->slot);
    free(record->direction);
    free(record->token);
    ring_free(&record->ring);
}

void record_start(struct record *record, int32_t entry, const int32_t slot[2], const int32_t direction[2],
                  uint64_t token) {
    record->active += !record->on[entry];
    record->on[entry] = 1;
    record->overrun[entry] = 0;
    record->token[entry] = token;
    for (int side = 0; side < 2; side++) {
        record->slot[2 * entry + side] = slot[side];
        record->direction[2 * entry + side] = direction[side];
    }
}

void record_stop(struct record *record, int32_t entry) {
    record->active -= record->on[entry];
    record->on[entry] = 0;
}

void record_mark_sources(const struct record *record, uint8_t *marks) {
    for (int32_t side = 0; record->active > 0 && side < 2 * record->capacity; side++)
        if (record->on[side / 2] && record->slot[side] >= 0) marks[record->slot[side]] = 1;
}

// What a tap hears, to every second place of out.
static void take(int16_t *out, const int16_t *from_line, const int16_t *to_line, int32_t slot, int32_t direction) {
    size_t at = (size_t)slot * BLOCK_SAMPLES;
    for (int n = 0; n < BLOCK_SAMPLES; n++) {
        int32_t sample = 0;
        if (slot >= 0 && direction != TO_LINE) sample = from_line[at + (size_t)n];
        if (slot >= 0 && direction != FROM_LINE) sample += to_line[at + (size_t)n];
        sample = sample > 32767 ? 32767 : sample;
        out[2 * n] = (int16_t)(sample < -32768 ? -32768 : sample);
    }
}

void record_run(struct record *record, const int16_t *from_line, const int16_t *to_line,
                struct detections *detections) {
    for (int32_t entry = 0; record->active > 0 && entry < record->capacity; entry++) {
        if (!record->on[entry]) continue;
        struct recorded_block *block = ring_reserve(&record->ring);
        if (block == NULL) {
            __atomic_store_n(&record->lost, record->lost + 1, __ATOMIC_RELAXED);
            if (!record->overrun[entry])
                detections_report(detections, (struct detection){
                    .slot = -1, .kind = RECORD_OVERRUN, .token = record->token[entry]});
            record->overrun[entry] = 1;
            continue;
        }
        record->overrun[entry] = 0;
        block->tick = detections->tick;
        block->token = record->token[entry];
        for (int side = 0; side < 2; side++)
            take(block->samples + side, from_line, to_line, record->slot[2 * entry + side],
                 record->direction[2 * entry + side]);
        ring_publish(&record->ring);
    }
}
