// What leaves for a line after everything for it was added: levels kept sane, and no click where something changed.
#pragma once
#include "dsp.h"

struct kernels;

enum { OUTLET_UNITY = 32768, OUTLET_FADE = 40 };   // a gain of one; samples

struct outlet {
    const struct kernels *kernels;
    int32_t *gain;          // per slot, of OUTLET_UNITY: what many talkers at once are turned down to
    uint8_t *changed;       // per slot: what it is sent is another than in the tick before
    int32_t fade[OUTLET_FADE];
};

bool outlet_new(struct outlet *outlet, int32_t slots);
void outlet_free(struct outlet *outlet);
static inline void outlet_change(struct outlet *outlet, int32_t slot) { outlet->changed[slot] = 1; }
// Nothing is to be done for the slot but to hand on what it is sent.
static inline bool outlet_at_rest(const struct outlet *outlet, int32_t slot) {
    return !outlet->changed[slot] && outlet->gain[slot] == OUTLET_UNITY;
}
// The slot is sent nothing, and was sent nothing before.
static inline void outlet_rest(struct outlet *outlet, int32_t slot) {
    outlet->changed[slot] = 0;
    outlet->gain[slot] = OUTLET_UNITY;
}
// Turns the slot's sum (160) into what it is sent; out (160) holds what it was sent in the tick before.
void outlet_run(struct outlet *outlet, int32_t slot, int32_t *sum, int16_t *out);
