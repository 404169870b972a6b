// Live feeds: see live.h.
#include "live.h"
#include "kernels.h"
#include "outlet.h"

struct live_feed *live_feed_new(int32_t blocks, int32_t in_hand) {
    struct live_feed *feed = calloc(1, sizeof *feed);
    if (feed == NULL) return NULL;
    feed->in_hand = in_hand;
    if (ring_new(&feed->ring, BLOCK_SAMPLES, (uint64_t)blocks)) return feed;
    free(feed);
    return NULL;
}

void live_feed_free(struct live_feed *feed) {
    ring_free(&feed->ring);
    free(feed);
}

int32_t live_feed_put(struct live_feed *feed, const uint8_t *octets, int32_t blocks) {
    int32_t taken = 0;
    while (taken < blocks && ring_push(&feed->ring, octets + (size_t)taken * BLOCK_SAMPLES)) taken++;
    return taken;
}

int32_t live_feed_waiting(struct live_feed *feed) {
    return (int32_t)(feed->ring.capacity - ring_room(&feed->ring));
}

uint64_t live_feed_underruns(const struct live_feed *feed) {
    return __atomic_load_n(&feed->underruns, __ATOMIC_RELAXED);
}

bool live_new(struct live *live, int32_t slots) {
    size_t count = (size_t)slots;
    live->feed = calloc(count, sizeof *live->feed);
    live->token = calloc(count, sizeof *live->token);
    live->closed = calloc(count, sizeof *live->closed);
    return live->feed && live->token && live->closed;
}

void live_free(struct live *live) {
    free(live->feed);
    free(live->token);
    free(live->closed);
}

void live_close(struct live *live, int32_t slot, struct detections *detections) {
    if (live->feed[slot] == NULL) return;
    struct detection end = {.token = live->token[slot], .slot = slot, .kind = PLAY_FINISHED};
    live->closed[slot] = 1;
    if (detections_insist(detections, end)) live->feed[slot] = NULL;
}

void live_open(struct live *live, int32_t slot, struct live_feed *feed, uint64_t token,
               struct detections *detections) {
    live_close(live, slot, detections);
    live->feed[slot] = feed;
    live->token[slot] = token;
    live->closed[slot] = 0;
}

bool live_add(struct live *live, int32_t *sum, int32_t slot, int32_t law, struct outlet *outlet,
              struct detections *detections) {
    struct live_feed *feed = live->feed[slot];
    if (feed == NULL) return false;
    if (live->closed[slot]) {
        live_close(live, slot, detections);
        return false;
    }
    if (!feed->sounding && ring_waiting(&feed->ring) < (uint64_t)feed->in_hand) return false;
    uint8_t octets[BLOCK_SAMPLES];
    bool there = ring_pop(&feed->ring, octets);
    if (there != feed->sounding) outlet_change(outlet, slot);
    if (feed->sounding && !there) __atomic_store_n(&feed->underruns, feed->underruns + 1, __ATOMIC_RELAXED);
    feed->sounding = there;
    if (!there) return false;
    int16_t linear[BLOCK_SAMPLES];
    live->kernels->decode(law, linear, octets, BLOCK_SAMPLES);
    live->kernels->add(sum, linear);
    return true;
}
