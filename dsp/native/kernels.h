// What every slot does every tick, once for each instruction set: the same source (the *_kernel.h files) compiled into
// one object each, chosen once by what the processor can do. All of them give the same bits.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MIX_UNITY = 4096 };  // gains are integers of 1 / 4096

struct bank_spectrum;
struct detections;
struct dtmf;
struct progress_plan;
struct tone_bank;

struct kernels {
    const char *name;
    void (*decode)(int32_t law, int16_t *out, const uint8_t *in, size_t count);
    void (*encode)(int32_t law, uint8_t *out, const int16_t *in, size_t count);
    void (*copy)(int16_t *restrict out, const int16_t *restrict in);  // one block, and so on below
    void (*add)(int32_t *restrict sum, const int16_t *restrict samples);
    void (*add_scaled)(int32_t *restrict sum, const int16_t *restrict samples, int32_t gain);
    void (*clip)(int16_t *restrict out, const int32_t *restrict in);
    // One block of every slot: linear is slots x 160.
    void (*dtmf)(struct dtmf *dtmf, const int16_t *linear, struct detections *detections);
    // One window of 160 samples, by its halves.
    void (*bank)(struct bank_spectrum *restrict spectrum, const struct tone_bank *restrict bank,
                 const int16_t *restrict older, const int16_t *restrict newer);
    float (*measure)(float *powers, const struct progress_plan *plan, const int16_t *older, const int16_t *newer);
};

extern const struct kernels kernels_portable;
// The machine's best of up to that enum instruction_set.
const struct kernels *kernels_up_to(int32_t at_most);
