// Copies what one line says, octet for octet, for work that is done once per call off the tick (a caller's number).
#pragma once
#include "detections.h"

struct capture {
    uint8_t **octets;     // per slot; NULL: no capture
    uint64_t *count;      // room
    uint64_t *filled;
    uint64_t *token;
    uint8_t *ended;       // over, but the report found no room yet
};

bool capture_new(struct capture *capture, int32_t slots);
void capture_free(struct capture *capture);
void capture_start(struct capture *capture, int32_t slot, uint8_t *octets, uint64_t count, uint64_t token,
                   struct detections *detections);
void capture_stop(struct capture *capture, int32_t slot, struct detections *detections);
void capture_run(struct capture *capture, const uint8_t *rx, int32_t slot, struct detections *detections);
