// Moving blocks of linear sound about.
#pragma once
#include "dsp.h"
#include "lanes.h"

// Without the string instruction that compilers take for a known length: it is slow to begin.
static void copy_block(int16_t *restrict out, const int16_t *restrict in) {
#pragma GCC unroll 20
    for (int n = 0; n < BLOCK_SAMPLES; n += SAMPLES)
        *(lanes_anywhere *)(out + n) = *(const lanes_anywhere *)(in + n);
}
