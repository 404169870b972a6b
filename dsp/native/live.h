// Sound that comes while it is played: a microphone, somebody on another machine. One thread feeds blocks into a
// slot's ring, the tick takes one each time. What is not there in time is silence.
#pragma once
#include "detections.h"

struct kernels;
struct outlet;

struct live_feed {
    struct ring ring;        // of blocks of 160 octets
    int32_t in_hand;         // blocks that must wait before it sounds, again after each underrun
    bool sounding;           // the tick's
    uint64_t underruns;
};

struct live {
    const struct kernels *kernels;
    struct live_feed **feed;  // per slot; NULL: none is open. The memory is whoever's who opened it
    uint64_t *token;
    uint8_t *closed;          // over, but the report found no room yet
};

bool live_new(struct live *live, int32_t slots);
void live_free(struct live *live);
void live_open(struct live *live, int32_t slot, struct live_feed *feed, uint64_t token, struct detections *detections);
void live_close(struct live *live, int32_t slot, struct detections *detections);
// Adds the next block to sum (160); returns whether there was one. Tells the outlet where sound begins and breaks off.
bool live_add(struct live *live, int32_t *sum, int32_t slot, int32_t law, struct outlet *outlet,
              struct detections *detections);
