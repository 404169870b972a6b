// A bank of six tones, measuring one window: see tone_bank.h.
#pragma once
#include "folded.h"
#include "tone_bank.h"

static void measure_bank(struct bank_spectrum *restrict spectrum, const struct tone_bank *restrict bank,
                         const int16_t *restrict older, const int16_t *restrict newer) {
    lanes_int real[BANK_TONES][PARTS] = {{{0}}}, imaginary[BANK_TONES][PARTS] = {{{0}}}, squares[PARTS];
    // The shift below rounds down: half a unit each.
    for (int part = 0; part < PARTS; part++) squares[part] = (lanes_int){0} + BANK_HOP / SAMPLES / PARTS / 2;
    for (int n = 0; n < BANK_HOP / SAMPLES; n += PARTS) {
#pragma GCC unroll 2
        for (int part = 0; part < PARTS; part++) {
            const int at = (n + part) * SAMPLES;
            struct folded halves = fold_halves(older, newer + BANK_HOP, bank->window, at);
            squares[part] += (multiply_pairs(halves.older, halves.older) +
                              multiply_pairs(halves.newer, halves.newer)) >> BANK_SQUARES_SHIFT;
            lanes_short even = halves.older + halves.newer, odd = halves.older - halves.newer;
#pragma GCC unroll 6
            for (int tone = 0; tone < BANK_TONES; tone++) {
                const int16_t *cosines = bank->tables[tone][0] + at, *sines = bank->tables[tone][1] + at;
                real[tone][part] = add_products(real[tone][part], even, *(const lanes_short *)cosines);
                imaginary[tone][part] = add_products(imaginary[tone][part], odd, *(const lanes_short *)sines);
            }
        }
    }
    for (int tone = 0; tone < BANK_TONES; tone++) {
        real[tone][0] >>= BANK_SUM_SHIFT;
        imaginary[tone][0] >>= BANK_SUM_SHIFT;
        for (int part = 1; part < PARTS; part++) {
            real[tone][0] += real[tone][part] >> BANK_SUM_SHIFT;
            imaginary[tone][0] += imaginary[tone][part] >> BANK_SUM_SHIFT;
        }
    }
    for (int part = 1; part < PARTS; part++) squares[0] += squares[part];
    four_ints sums[4] = {
        add_across(real[0][0], real[1][0], real[2][0], real[3][0]),
        add_across(real[4][0], real[5][0], squares[0], squares[0]),
        add_across(imaginary[0][0], imaginary[1][0], imaginary[2][0], imaginary[3][0]),
        add_across(imaginary[4][0], imaginary[5][0], squares[0], squares[0]),
    };
    const float scale = 2.0f * (1 << BANK_SUM_SHIFT) / BANK_UNIT;
    for (int tone = 0; tone < BANK_TONES; tone++) {
        float x = (float)sums[tone / 4][tone % 4] * scale, y = (float)sums[2 + tone / 4][tone % 4] * scale;
        spectrum->real[tone] = x;
        spectrum->imaginary[tone] = y;
        spectrum->power[tone] = x * x + y * y;
    }
    spectrum->energy = (float)sums[1][2] * (4.0f * (1 << BANK_SQUARES_SHIFT) * BANK_WINDOW);
}
