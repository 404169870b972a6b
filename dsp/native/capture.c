// Captures: see capture.h.
#include "capture.h"

bool capture_new(struct capture *capture, int32_t slots) {
    size_t count = (size_t)slots;
    capture->octets = calloc(count, sizeof *capture->octets);
    capture->count = calloc(count, sizeof *capture->count);
    capture->filled = calloc(count, sizeof *capture->filled);
    capture->token = calloc(count, sizeof *capture->token);
    capture->ended = calloc(count, sizeof *capture->ended);
    return capture->octets && capture->count && capture->filled && capture->token && capture->ended;
}

void capture_free(struct capture *capture) {
    free(capture->octets);
    free(capture->count);
    free(capture->filled);
    free(capture->token);
    free(capture->ended);
}

void capture_stop(struct capture *capture, int32_t slot, struct detections *detections) {
    if (capture->octets[slot] == NULL) return;
    capture->ended[slot] = 1;
    struct detection end = {.token = capture->token[slot],
                            .slot = slot,
                            .kind = CAPTURE_FINISHED,
                            .value = (int32_t)capture->filled[slot]};
    if (detections_insist(detections, end)) capture->octets[slot] = NULL;
}

void capture_start(struct capture *capture, int32_t slot, uint8_t *octets, uint64_t count, uint64_t token,
                   struct detections *detections) {
    capture_stop(capture, slot, detections);
    capture->octets[slot] = octets;
    capture->count[slot] = count;
    capture->filled[slot] = 0;
    capture->token[slot] = token;
    capture->ended[slot] = 0;
}

void capture_run(struct capture *capture, const uint8_t *rx, int32_t slot, struct detections *detections) {
    if (capture->octets[slot] == NULL) return;
    if (!capture->ended[slot]) {
        uint64_t room = capture->count[slot] - capture->filled[slot];
        uint64_t now = room < BLOCK_SAMPLES ? room : BLOCK_SAMPLES;
        memcpy(capture->octets[slot] + capture->filled[slot], rx, now);
        capture->filled[slot] += now;
    }
    if (capture->ended[slot] || capture->filled[slot] == capture->count[slot])
        capture_stop(capture, slot, detections);
}
