// Vectors across slots: a group of eight slots lies side by side in memory, and a vector holds LANES of them, each with
// a pair of 16-bit samples, an integer or a float.
// Four lanes are what every x86-64 and ARM64 has; a build of a kernel for wider machines defines LANES as 8.
//
// What GCC's vectors cannot say is a function here: one instruction where the machine has it, else plain C with the same
// result (PLAIN_LANES asks for that, to be tested).
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#ifndef LANES
#define LANES 4
#endif

#if defined(PLAIN_LANES)
#elif defined(__AVX2__) && LANES == 8
#define AVX2_LANES
#include <immintrin.h>
#elif defined(__SSE2__) && LANES == 4
#define SSE2_LANES
#include <immintrin.h>
#endif

enum { GROUP = 8, PARTS = GROUP / LANES, SAMPLES = 2 * LANES };  // a vector's samples

typedef float lanes_float __attribute__((vector_size(4 * LANES), may_alias));
typedef int32_t lanes_int __attribute__((vector_size(4 * LANES), may_alias));
typedef uint32_t lanes_unsigned __attribute__((vector_size(4 * LANES), may_alias));
typedef int16_t lanes_short __attribute__((vector_size(4 * LANES), may_alias));
typedef int32_t lanes_anywhere __attribute__((vector_size(4 * LANES), may_alias, aligned(2)));  // not aligned

// How four vectors a b c d are turned into four that hold one lane of each: a and b by FIRST_TWO and LAST_TWO, likewise
// c and d, then the results by LOWER_HALVES and UPPER_HALVES. Eight lanes: in both halves of the vectors.
#if LANES == 8
#define FIRST_TWO ((lanes_int){0, 8, 1, 9, 4, 12, 5, 13})
#define LAST_TWO ((lanes_int){2, 10, 3, 11, 6, 14, 7, 15})
#define LOWER_HALVES ((lanes_int){0, 1, 8, 9, 4, 5, 12, 13})
#define UPPER_HALVES ((lanes_int){2, 3, 10, 11, 6, 7, 14, 15})
#else
#define FIRST_TWO ((lanes_int){0, 4, 1, 5})
#define LAST_TWO ((lanes_int){2, 6, 3, 7})
#define LOWER_HALVES ((lanes_int){0, 1, 4, 5})
#define UPPER_HALVES ((lanes_int){2, 3, 6, 7})
#endif

// Two samples of every lane times two others, and both products added.
static inline lanes_int multiply_pairs(lanes_short a, lanes_short b) {
#if defined(AVX2_LANES)
    return (lanes_int)_mm256_madd_epi16((__m256i)a, (__m256i)b);
#elif defined(SSE2_LANES)
    return (lanes_int)_mm_madd_epi16((__m128i)a, (__m128i)b);
#else
    lanes_int low = ((lanes_int)((lanes_unsigned)a << 16) >> 16) * ((lanes_int)((lanes_unsigned)b << 16) >> 16);
    return low + ((lanes_int)a >> 16) * ((lanes_int)b >> 16);
#endif
}

// The same added to a sum: one instruction where the machine has it.
static inline lanes_int add_products(lanes_int sum, lanes_short a, lanes_short b) {
#if defined(AVX2_LANES) && defined(__AVX512VNNI__) && defined(__AVX512VL__)
    return (lanes_int)_mm256_dpwssd_epi32((__m256i)sum, (__m256i)a, (__m256i)b);
#else
    return sum + multiply_pairs(a, b);
#endif
}

// Every sample times another, the upper half of the product: rounded down.
static inline lanes_short multiply_high(lanes_short a, lanes_short b) {
#if defined(AVX2_LANES)
    return (lanes_short)_mm256_mulhi_epi16((__m256i)a, (__m256i)b);
#elif defined(SSE2_LANES)
    return (lanes_short)_mm_mulhi_epi16((__m128i)a, (__m128i)b);
#else
    lanes_int low = ((lanes_int)((lanes_unsigned)a << 16) >> 16) * ((lanes_int)((lanes_unsigned)b << 16) >> 16);
    lanes_int high = ((lanes_int)a >> 16) * ((lanes_int)b >> 16);
    return (lanes_short)((lanes_unsigned)low >> 16 | ((lanes_unsigned)high >> 16 << 16));
#endif
}

// Both samples of every pair change places.
static inline lanes_short swap_pairs(lanes_short pairs) {
#if LANES == 8
    const lanes_short places = {1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14};
#else
    const lanes_short places = {1, 0, 3, 2, 5, 4, 7, 6};
#endif
    return __builtin_shuffle(pairs, places);
}

// The same two samples in every lane.
static inline lanes_short pair_everywhere(const int16_t *two) {
    int32_t pair;
    memcpy(&pair, two, sizeof pair);
    return (lanes_short)((lanes_int){0} + pair);
}

static inline lanes_float to_floats(lanes_int integers) { return __builtin_convertvector(integers, lanes_float); }

static inline lanes_int choose(lanes_int mask, lanes_int yes, lanes_int no) { return (mask & yes) | (~mask & no); }

static inline bool any(lanes_int mask) {
#if defined(AVX2_LANES)
    return _mm256_movemask_epi8((__m256i)mask) != 0;
#elif defined(SSE2_LANES)
    return _mm_movemask_epi8((__m128i)mask) != 0;
#else
    int32_t some = 0;
    for (int lane = 0; lane < LANES; lane++) some |= mask[lane];
    return some != 0;
#endif
}
