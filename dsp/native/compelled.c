// Compelled signalling: see compelled.h.
#include "compelled.h"

bool compelled_new(struct compelled *compelled, int32_t slots) {
    compelled->steps = calloc(2 * (size_t)slots, sizeof *compelled->steps);
    return compelled->steps != NULL;
}

void compelled_free(struct compelled *compelled) { free(compelled->steps); }

// A tone that never began is reported as one that was stopped: its memory may go.
static void forget(struct compelled_step *step, int32_t slot, struct detections *detections) {
    if (step->waiting && step->segments != NULL)
        detections_insist(detections, (struct detection){.token = step->token, .slot = slot, .kind = PLAY_FINISHED});
    step->waiting = 0;
}

void compelled_set(struct compelled *compelled, int32_t slot, bool when_begins, const struct tone_segment *segments,
                   uint64_t count, uint64_t token, struct detections *detections) {
    struct compelled_step *step = &compelled->steps[2 * slot + !when_begins];
    forget(step, slot, detections);
    *step = (struct compelled_step){.segments = segments, .count = count, .token = token, .waiting = 1};
}

void compelled_forget(struct compelled *compelled, int32_t slot, struct detections *detections) {
    for (int n = 0; n < 2; n++) forget(&compelled->steps[2 * slot + n], slot, detections);
}

static bool take(struct compelled_step *step, struct tone *tone, int32_t slot, struct detections *detections) {
    if (!step->waiting) return false;
    step->waiting = 0;
    if (step->segments == NULL) tone_stop(tone, slot, detections);
    else tone_start(tone, slot, step->segments, step->count, false, step->token, detections);
    return true;
}

bool compelled_run(struct compelled *compelled, struct tone *tone, int32_t slot, int events,
                   struct detections *detections) {
    bool changed = false;
    // One signal may stop and the next begin in one block, in this order.
    if (events & MF_STOPPED) changed |= take(&compelled->steps[2 * slot + 1], tone, slot, detections);
    if (events & MF_BEGAN) changed |= take(&compelled->steps[2 * slot], tone, slot, detections);
    return changed;
}
