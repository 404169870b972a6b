// How DTMF's memory and tables lie: shared by what makes them (dtmf.c) and what reads them (dtmf_kernel.h).
#pragma once
#include "dtmf.h"
#include "lanes.h"

enum {
    GONE = 4,                     // windows without it that end it: gaps up to 19.5 ms are bridged
    LOW_BINS = 8,                 // 0, 77 .. 538 Hz
    HALF = DTMF_WINDOW / 2,
    QUARTER = DTMF_WINDOW / 4,
    BUFFER = DTMF_WINDOW + BLOCK_SAMPLES,
    SPECTRUM = DTMF_TONES * 2 * GROUP,
};

// Tables: window, tone cosines and sines (tone by tone, 52 each: the half after the middle mirrors the first), then
// the low bins' (26 each: folded twice, since they are multiples of 8000 / 104 Hz).
enum { WINDOW_AT = 0, TONES_AT = HALF, BINS_AT = TONES_AT + DTMF_TONES * 2 * HALF };
enum { TABLES = BINS_AT + LOW_BINS * 2 * QUARTER };
