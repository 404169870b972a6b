// Hears a country's dial, ringback, busy and congestion tone by frequency and by cadence.
#pragma once
#include "detections.h"

enum { PROGRESS_MEMORY = 16 };  // segments, on and off in turn

// One tone as a detector needs it. Tones that share frequencies share a kind.
struct progress_shape {
    int32_t kind;                    // -1: the country has no such tone of its own
    int32_t segments;                // 0: continuous
    float cadence_ms[PLAN_SEGMENTS];
    float longest_on_ms, longest_off_ms;
    bool alternates;                 // every other burst is softer
};

// Integers, so that every machine gets the same bits. A sample times the window loses its last bit, so that the sum of
// two has 16 bits. Eight partial sums have an eighth of the window each: at most 10.9 of the 80 that half of it adds up
// to, and 10.9 * 32768 * PROGRESS_UNIT < 2^31. All of them add up in 31 bits when they have lost PROGRESS_SUM_SHIFT, all
// squares when each four have lost PROGRESS_SQUARES_SHIFT: 120 * 16384^2 / 16 < 2^31.
enum { PROGRESS_WINDOW_UNIT = 32768, PROGRESS_UNIT = 4096, PROGRESS_SUM_SHIFT = 3, PROGRESS_SQUARES_SHIFT = 4 };

enum { HUM_LINES = 3, HUMS = 2 };   // 50 and 60 Hz, each with its second and third harmonic

struct progress_plan {
    _Alignas(64) int16_t window[BLOCK_SAMPLES];
    _Alignas(64) int16_t tables[PLAN_FREQUENCIES][2][BLOCK_SAMPLES];  // cosines and sines
    _Alignas(64) int16_t hums[HUMS][HUM_LINES][2][BLOCK_SAMPLES];
    int32_t frequencies, kinds;
    uint32_t kind_bits[PROGRESS_TONES];
    _Alignas(16) float kind_shares[PLAN_FREQUENCIES][PROGRESS_TONES];  // 1 where the kind has the frequency, else 0
    struct progress_shape shapes[PROGRESS_TONES];
    bool tells_by_level;             // some shape alternates
    bool beats[PROGRESS_TONES];      // per kind: two of its frequencies cannot be told apart
    float continuous_ms;             // a burst of the dial tone's kind that lasts longer is dial tone
};

struct progress_slot {
    _Alignas(64) int16_t previous[BLOCK_SAMPLES];
    const struct progress_plan *plan;   // NULL: not listening
    int32_t kind;                       // of the burst that sounds now, or -1
    int32_t past_kind;                  // of the segments in memory
    int32_t heard;                      // enum progress_tone reported, or -1
    int32_t count;                      // segments in memory, the newest is an on
    float segments_ms[PROGRESS_MEMORY];
    float clock_ms;                     // since listening began, centre of the newest window
    float sum, moment, peak;            // amplitudes of the burst
    float bursts[3];                    // amplitudes of the last ones, the newest first
    float inner, inner_squares, newest; // the sums of those that it fills, and its newest window's
    float loudest;                      // energy of the loudest window of the burst
    int32_t inner_windows;
    float began_ms, ended_ms;           // the open burst; the last burst
    int64_t tone_began;                 // the first sample of the tone reported
    int32_t windows;                    // of the burst
    float before[2][PROGRESS_TONES];    // power of each kind one and two windows ago
};

struct kernels;

struct progress {
    const struct kernels *kernels;
    struct progress_slot *slots;
};

bool progress_new(struct progress *progress, int32_t slots);
void progress_free(struct progress *progress);
void progress_listen(struct progress *progress, int32_t slot, const struct progress_plan *plan);
void progress_run(struct progress *progress, const int16_t *samples, int32_t slot, struct detections *detections);
