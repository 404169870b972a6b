// The outlet: see outlet.h. Integers only, so that every build gives the same bits.
//
// Levels: as soon as a sum would not fit, it is turned down within two milliseconds, and comes back over a third of
// a second when there is room again; clipping is left for those two milliseconds.
// Clicks: where connections, sounds or tones begin, end or change, the step between the last sample and the first is
// taken out and let go over five milliseconds.
#include "outlet.h"
#include "kernels.h"
#include <math.h>
#include <stdlib.h>

enum {
    LIMIT = 32767,          // no line alone reaches it
    ATTACK = 16,            // samples
    RELEASE = 16,           // blocks, as a time constant
    RELEASE_LEAST = 64,
};

static const double PI = 3.14159265358979323846;

bool outlet_new(struct outlet *outlet, int32_t slots) {
    outlet->gain = calloc((size_t)slots, sizeof *outlet->gain);
    outlet->changed = calloc((size_t)slots, sizeof *outlet->changed);
    if (outlet->gain == NULL || outlet->changed == NULL) return false;
    for (int32_t slot = 0; slot < slots; slot++) outlet->gain[slot] = OUTLET_UNITY;
    for (int n = 0; n < OUTLET_FADE; n++)
        outlet->fade[n] = (int32_t)lrint(OUTLET_UNITY * 0.5 * (1 + cos(PI * (n + 1) / (OUTLET_FADE + 1))));
    return true;
}

void outlet_free(struct outlet *outlet) {
    free(outlet->gain);
    free(outlet->changed);
}

static int32_t peak_of(const int32_t *sum) {
    int32_t high = 0, low = 0;
    for (int n = 0; n < BLOCK_SAMPLES; n++) {
        high = sum[n] > high ? sum[n] : high;
        low = sum[n] < low ? sum[n] : low;
    }
    return high > -low ? high : -low;
}

static void level(struct outlet *outlet, int32_t slot, int32_t *sum) {
    int32_t from = outlet->gain[slot], peak = peak_of(sum);
    if (from == OUTLET_UNITY && peak <= LIMIT) return;
    int32_t most = peak <= LIMIT ? OUTLET_UNITY : (int32_t)((int64_t)LIMIT * OUTLET_UNITY / peak);
    int32_t to = from + (OUTLET_UNITY - from) / RELEASE + RELEASE_LEAST;
    if (to > most) to = most;
    int32_t over = to < from ? ATTACK : BLOCK_SAMPLES;
    for (int n = 0; n < BLOCK_SAMPLES; n++) {
        int32_t gain = n + 1 < over ? from + (to - from) * (n + 1) / over : to;
        sum[n] = (int32_t)((int64_t)sum[n] * gain >> 15);
    }
    outlet->gain[slot] = to;
}

void outlet_run(struct outlet *outlet, int32_t slot, int32_t *sum, int16_t *out) {
    level(outlet, slot, sum);
    if (outlet->changed[slot]) {
        int32_t first = sum[0] > 32767 ? 32767 : sum[0] < -32768 ? -32768 : sum[0];
        int32_t step = out[BLOCK_SAMPLES - 1] - first;
        for (int n = 0; n < OUTLET_FADE; n++) sum[n] += (int32_t)((int64_t)step * outlet->fade[n] >> 15);
        outlet->changed[slot] = 0;
    }
    outlet->kernels->clip(out, sum);
}
