// Decoding G.711 where one instruction looks up 32 octets in a table of sixteen entries (AVX2): the upper nibble of an
// octet says sign and segment, the lower one the step. What remains is one product, of a power of two and a step.
// The same samples as the arithmetic in g711_kernel.h. ITU-T G.711 tables 1a to 2b.
#pragma once
#include "dsp.h"
#if defined(__AVX2__)
#include <immintrin.h>

enum { NIBBLE_OCTETS = 32 };

// A sample is (power * (first + step) * sign + bias) << shift.
struct nibble_tables {
    int8_t power[16], first[16], sign[16], bias[16];  // by the upper nibble; powers are unsigned
    int8_t step[16];                                  // by the lower nibble
    int32_t shift;
};

// Every other bit of A-law is inverted: nibbles count in the order of n ^ 5.
static const struct nibble_tables ALAW_NIBBLES = {
    .power = {16, 8, 64, 32, 1, 1, 4, 2, 16, 8, 64, 32, 1, 1, 4, 2},
    .first = {32, 32, 32, 32, 32, 0, 32, 32, 32, 32, 32, 32, 32, 0, 32, 32},
    .sign = {-1, -1, -1, -1, -1, -1, -1, -1, 1, 1, 1, 1, 1, 1, 1, 1},
    .step = {11, 9, 15, 13, 3, 1, 7, 5, 27, 25, 31, 29, 19, 17, 23, 21},
    .shift = 3,
};

// All bits of mu-law are inverted; 33 quarter steps were added before it was coded.
static const struct nibble_tables MULAW_NIBBLES = {
    .power = {-128, 64, 32, 16, 8, 4, 2, 1, -128, 64, 32, 16, 8, 4, 2, 1},
    .sign = {-1, -1, -1, -1, -1, -1, -1, -1, 1, 1, 1, 1, 1, 1, 1, 1},
    .bias = {33, 33, 33, 33, 33, 33, 33, 33, -33, -33, -33, -33, -33, -33, -33, -33},
    .step = {63, 61, 59, 57, 55, 53, 51, 49, 47, 45, 43, 41, 39, 37, 35, 33},
    .shift = 2,
};

static inline __m256i both_halves(const int8_t table[16]) {
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)table));
}

// Decodes as many whole vectors as there are; returns how many octets.
static size_t decode_nibbles(int16_t *restrict out, const uint8_t *restrict in, size_t count,
                             const struct nibble_tables *tables) {
    const __m256i powers = both_halves(tables->power), firsts = both_halves(tables->first);
    const __m256i signs = both_halves(tables->sign), biases = both_halves(tables->bias);
    const __m256i steps = both_halves(tables->step);
    const __m256i nibble = _mm256_set1_epi8(15), one = _mm256_set1_epi8(1);
    const __m128i shift = _mm_cvtsi32_si128(tables->shift);
    size_t done = 0;
    for (; done + NIBBLE_OCTETS <= count; done += NIBBLE_OCTETS) {
        // Unpacking works within halves of a vector, so the middle quarters change places first.
        __m256i octets = _mm256_permute4x64_epi64(_mm256_loadu_si256((const __m256i *)(in + done)), 0xd8);
        __m256i lower = _mm256_and_si256(octets, nibble);
        __m256i upper = _mm256_and_si256(_mm256_srli_epi16(octets, 4), nibble);
        __m256i power = _mm256_shuffle_epi8(powers, upper), bias = _mm256_shuffle_epi8(biases, upper);
        __m256i step = _mm256_add_epi8(_mm256_shuffle_epi8(firsts, upper), _mm256_shuffle_epi8(steps, lower));
        step = _mm256_sign_epi8(step, _mm256_shuffle_epi8(signs, upper));
        __m256i early = _mm256_maddubs_epi16(_mm256_unpacklo_epi8(power, one), _mm256_unpacklo_epi8(step, bias));
        __m256i late = _mm256_maddubs_epi16(_mm256_unpackhi_epi8(power, one), _mm256_unpackhi_epi8(step, bias));
        _mm256_storeu_si256((__m256i *)(out + done), _mm256_sll_epi16(early, shift));
        _mm256_storeu_si256((__m256i *)(out + done + NIBBLE_OCTETS / 2), _mm256_sll_epi16(late, shift));
    }
    return done;
}
#endif
