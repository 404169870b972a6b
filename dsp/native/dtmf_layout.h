// How DTMF's memory and tables lie: shared by what makes them (dtmf.c) and what reads them (dtmf_kernel.h).
#pragma once
#include "dtmf.h"
#include "lanes.h"

enum {
    GONE = 4,                     // windows without it that end it: gaps up to 19.5 ms are bridged
    BREAK = 3,                    // windows that a break of 10 ms may spoil
    LOW_BINS = 8,                 // 0, 77 .. 538 Hz
    HALF = DTMF_WINDOW / 2,
    QUARTER = DTMF_WINDOW / 4,
    BUFFER = DTMF_WINDOW + BLOCK_SAMPLES,
    SPECTRUM = DTMF_TONES * 2 * GROUP,
    MOST_WINDOWS = (BUFFER - DTMF_WINDOW) / DTMF_HOP + 1,  // that end in one block
};

// A sample times the window loses its last bit, so that the sum of two has 16 bits; a half window's weights add up to
// HALF / 2. So a sum of products with UNIT as the tables' one stays below HALF / 2 * 32768 * UNIT < 2^31.
enum { WINDOW_UNIT = 32768, UNIT = 2048 };

// Half of each table: what lies after the middle mirrors it. The low bins' mirror once more, since they are multiples
// of 8000 / 104 Hz.
struct dtmf_tables {
    int16_t window[HALF];
    int16_t cosines[DTMF_TONES][HALF], sines[DTMF_TONES][HALF];
    int16_t low_cosines[LOW_BINS][QUARTER], low_sines[LOW_BINS][QUARTER];
};

_Static_assert(DTMF_HOP % 2 == 0 && QUARTER % 2 == 0 && BLOCK_SAMPLES % 2 == 0, "samples lie in pairs");
_Static_assert(DTMF_HISTORY >= DTMF_SPAN + 2 + MOST_WINDOWS - 1, "what judging needs is there");
_Static_assert((int64_t)HALF / 2 * 32768 * UNIT <= INT32_MAX, "sums fit");
