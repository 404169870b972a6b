// Muting digits: see digit_mute.h. A digit is heard 33 to 40 ms after its beginning, under noise some windows later;
// 60 ms hold it whole.
#include "digit_mute.h"

enum { WAITING = MUTE_DELAY_BLOCKS * BLOCK_SAMPLES };

bool digit_mute_new(struct digit_mute *mute, int32_t slots) {
    mute->muting = calloc((size_t)slots, sizeof *mute->muting);
    mute->waiting = calloc((size_t)slots, WAITING * sizeof *mute->waiting);
    return mute->muting && mute->waiting;
}

void digit_mute_free(struct digit_mute *mute) {
    free(mute->muting);
    free(mute->waiting);
}

void digit_mute_set(struct digit_mute *mute, int32_t slot, bool muting) {
    if (muting == mute->muting[slot]) return;
    mute->muting[slot] = muting;
    memset(mute->waiting + (size_t)slot * WAITING, 0, WAITING * sizeof *mute->waiting);
}

void digit_mute_run(struct digit_mute *mute, const struct dtmf *dtmf, int16_t *samples, int32_t slot, uint64_t tick) {
    if (!mute->muting[slot]) return;
    int16_t *waiting = mute->waiting + (size_t)slot * WAITING;
    int16_t *oldest = waiting + tick % MUTE_DELAY_BLOCKS * BLOCK_SAMPLES;
    int16_t newest[BLOCK_SAMPLES];
    memcpy(newest, samples, sizeof newest);
    memcpy(samples, oldest, sizeof newest);
    memcpy(oldest, newest, sizeof newest);
    int64_t now = ((int64_t)tick + 1) * BLOCK_SAMPLES, from, until;
    if (!dtmf_sounding(dtmf, slot, &from, &until)) return;
    if (from < now - WAITING) from = now - WAITING;
    for (int64_t n = from; n < until && n < now; n++) waiting[n % WAITING] = 0;
}
