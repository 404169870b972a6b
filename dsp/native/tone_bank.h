// Six tones at a time, for signals by fixed pairs or single tones: a Hann window of 20 ms every 10 ms at the tones
// only. A bank's tones lie 120 Hz apart or more, where a window's lobe (100 Hz either way) has ended.
#pragma once
#include "dsp.h"

enum { BANK_TONES = 6, BANK_HOP = BLOCK_SAMPLES / 2, BANK_WINDOW = 2 * BANK_HOP };

// Integers, so that every machine gets the same bits. A sample times the window loses its last bit, so that the sum of
// two has 16 bits; ten of those times BANK_UNIT fit 31 bits, and so do eight such sums without their last three bits.
enum { BANK_WINDOW_UNIT = 32768, BANK_UNIT = 4096, BANK_SUM_SHIFT = 3, BANK_SQUARES_SHIFT = 4 };

struct tone_bank {
    _Alignas(64) int16_t window[BANK_HOP];                       // its first half; the other mirrors it
    _Alignas(64) int16_t tables[BANK_TONES][2][BANK_HOP];        // cosines and sines about the window's middle
    float hertz[BANK_TONES];
    float step[BANK_TONES][2];                                   // the turn of each tone in a hop, cosine and sine
};

// What a window holds. A lone steady tone has a third of the energy as its power.
struct bank_spectrum {
    float real[BANK_TONES], imaginary[BANK_TONES], power[BANK_TONES];
    float energy;
};

void tone_bank_fill(struct tone_bank *bank, const float *hertz);

// Power of a sine of that level in dBm0 at its own frequency.
#define BANK_POWER(dbm0_factor) (22826.0f * 22826.0f * (dbm0_factor) * BANK_HOP / 2 * BANK_HOP / 2)
