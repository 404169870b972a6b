// What leaves for a line after everything for it was added: levels kept sane, and no click where something changed.
#pragma once
#include "dsp.h"

struct kernels;

struct outlet {
    const struct kernels *kernels;
    int32_t *gain;          // per slot, of 32768: what many talkers at once are turned down to
    uint8_t *changed;       // per slot: what it is sent is another than in the tick before
    int32_t fade[40];       // OUTLET_FADE, of 32768
};

bool outlet_new(struct outlet *outlet, int32_t slots);
void outlet_free(struct outlet *outlet);
static inline void outlet_change(struct outlet *outlet, int32_t slot) { outlet->changed[slot] = 1; }
// Nothing is to be done for the slot but to hand on what it is sent.
static inline bool outlet_at_rest(const struct outlet *outlet, int32_t slot) {
    return !outlet->changed[slot] && outlet->gain[slot] == 32768;
}
// The slot is sent nothing, and was sent nothing before.
static inline void outlet_rest(struct outlet *outlet, int32_t slot) {
    outlet->changed[slot] = 0;
    outlet->gain[slot] = 32768;
}
// Turns the slot's sum (160) into what it is sent; out (160) holds what it was sent in the tick before.
void outlet_run(struct outlet *outlet, int32_t slot, int32_t *sum, int16_t *out);
