// Mixing: sums are exact integers, so their order does not matter.
#pragma once
#include "dsp.h"
#include "kernels.h"

static void add(int32_t *restrict sum, const int16_t *restrict samples) {
    for (int n = 0; n < BLOCK_SAMPLES; n++) sum[n] += samples[n];
}

static void add_scaled(int32_t *restrict sum, const int16_t *restrict samples, int32_t gain) {
    for (int n = 0; n < BLOCK_SAMPLES; n++) sum[n] += (samples[n] * gain + MIX_UNITY / 2) >> 12;
}

static void clip(int16_t *restrict out, const int32_t *restrict in) {
    for (int n = 0; n < BLOCK_SAMPLES; n++) {
        int32_t sample = in[n] > 32767 ? 32767 : in[n];
        out[n] = (int16_t)(sample < -32768 ? -32768 : sample);
    }
}
