// Plays G.711 sound to a slot, once or in a loop. The octets belong to whoever asked until PLAY_FINISHED is drained.
#pragma once
#include "detections.h"

struct kernels;

struct player {
    const struct kernels *kernels;
    const uint8_t **octets;   // per slot; NULL: nothing plays
    uint64_t *count;
    uint64_t *position;
    uint64_t *token;
    int32_t *gain;            // of 4096
    uint8_t *loop;
    uint8_t *ran_out;         // finished, but the report found no room yet
};

bool player_new(struct player *player, int32_t slots);
void player_free(struct player *player);
void player_start(struct player *player, int32_t slot, const uint8_t *octets, uint64_t count, bool loop, float gain,
                  uint64_t token, struct detections *detections);
void player_stop(struct player *player, int32_t slot, struct detections *detections);
// Adds the next block to sum (160); returns whether there was sound.
bool player_add(struct player *player, int32_t *sum, int32_t slot, int32_t law, struct detections *detections);
