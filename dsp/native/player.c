// The player: see player.h.
#include "player.h"
#include "kernels.h"
#include <math.h>

enum { UNITY = 4096 };

bool player_new(struct player *player, int32_t slots) {
    size_t count = (size_t)slots;
    player->octets = calloc(count, sizeof *player->octets);
    player->count = calloc(count, sizeof *player->count);
    player->position = calloc(count, sizeof *player->position);
    player->token = calloc(count, sizeof *player->token);
    player->gain = calloc(count, sizeof *player->gain);
    player->loop = calloc(count, sizeof *player->loop);
    player->ran_out = calloc(count, sizeof *player->ran_out);
    return player->octets && player->count && player->position && player->token && player->gain && player->loop &&
           player->ran_out;
}

void player_free(struct player *player) {
    free(player->octets);
    free(player->count);
    free(player->position);
    free(player->token);
    free(player->gain);
    free(player->loop);
    free(player->ran_out);
}

static void finish(struct player *player, int32_t slot, bool completed, struct detections *detections) {
    struct detection end = {
        .token = player->token[slot], .slot = slot, .kind = PLAY_FINISHED, .value = completed};
    player->ran_out[slot] = completed;
    if (detections_insist(detections, end)) player->octets[slot] = NULL;
}

void player_stop(struct player *player, int32_t slot, struct detections *detections) {
    if (player->octets[slot] != NULL) finish(player, slot, player->ran_out[slot], detections);
}

void player_start(struct player *player, int32_t slot, const uint8_t *octets, uint64_t count, bool loop, float gain,
                  uint64_t token, struct detections *detections) {
    player_stop(player, slot, detections);
    player->octets[slot] = octets;
    player->count[slot] = count;
    player->position[slot] = 0;
    player->token[slot] = token;
    player->gain[slot] = (int32_t)lrintf(gain * UNITY);
    player->loop[slot] = loop;
    player->ran_out[slot] = 0;
}

bool player_add(struct player *player, int32_t *sum, int32_t slot, int32_t law, struct detections *detections) {
    const uint8_t *octets = player->octets[slot];
    if (octets == NULL) return false;
    uint64_t position = player->position[slot], count = player->count[slot];
    int done = 0;
    while (done < BLOCK_SAMPLES && position < count) {
        int16_t linear[BLOCK_SAMPLES];
        uint64_t left = count - position;
        int now = left < (uint64_t)(BLOCK_SAMPLES - done) ? (int)left : BLOCK_SAMPLES - done;
        player->kernels->decode(law, linear, octets + position, (size_t)now);
        if (player->gain[slot] == UNITY)
            for (int n = 0; n < now; n++) sum[done + n] += linear[n];
        else
            for (int n = 0; n < now; n++) sum[done + n] += (linear[n] * player->gain[slot] + UNITY / 2) >> 12;
        done += now;
        position += (uint64_t)now;
        if (position == count && player->loop[slot]) position = 0;
    }
    player->position[slot] = position;
    if (position >= count) finish(player, slot, true, detections);
    return done > 0;
}
