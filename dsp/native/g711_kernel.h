// G.711 between octets and 16-bit linear, by arithmetic instead of tables so that loops vectorise.
//
// Both laws are small floating-point formats: three bits of exponent, four of mantissa. So the bits of a float do the
// work: an integer converted to float has its segment in the exponent and its step in the mantissa's top four bits, and
// back. Each step is a loop of its own over a small array, because compilers vectorise those.
// ITU-T G.711 tables 1a to 2b; 14-bit mu-law and 13-bit A-law values are scaled to 16 bits.
#pragma once
#include "g711_nibbles.h"

enum {
    CHUNK = BLOCK_SAMPLES,
    EXPONENT_BIAS = 127,
    MULAW_BIAS = 132,        // 33 quarter steps: segments then begin at powers of two
    MULAW_CLIP = 32635,      // the largest magnitude that stays below 32768 with the bias
    STEP_SHIFT = 19,         // a float's bits above this: sign, exponent and four bits of mantissa
    HALF_STEP = 1 << 18,     // decode to the middle of a step
};

union chunk {
    float real[CHUNK];
    int32_t bits[CHUNK];
};

static void decode_alaw(int16_t *restrict out, const uint8_t *restrict in, size_t count) {
    union chunk work;
    for (size_t n = 0; n < count; n++) {
        int32_t code = (in[n] ^ 0x55) & 0x7f, segment = code >> 4;
        segment += segment == 0;
        work.bits[n] = ((EXPONENT_BIAS + 7 + segment) << 23) | (code & 15) << STEP_SHIFT | HALF_STEP;
    }
    for (size_t n = 0; n < count; n++) {
        int32_t magnitude = (int32_t)work.real[n];
        magnitude -= ((in[n] ^ 0x55) & 0x70) == 0 ? 256 : 0;  // the first segment has no leading one
        out[n] = (int16_t)((in[n] & 0x80) != 0 ? magnitude : -magnitude);
    }
}

static void decode_mulaw(int16_t *restrict out, const uint8_t *restrict in, size_t count) {
    union chunk work;
    for (size_t n = 0; n < count; n++) {
        int32_t code = ~in[n] & 0x7f;
        work.bits[n] = ((EXPONENT_BIAS + 7 + (code >> 4)) << 23) | (code & 15) << STEP_SHIFT | HALF_STEP;
    }
    for (size_t n = 0; n < count; n++) {
        int32_t magnitude = (int32_t)work.real[n] - MULAW_BIAS;
        out[n] = (int16_t)((in[n] & 0x80) != 0 ? magnitude : -magnitude);
    }
}

static void encode_alaw(uint8_t *restrict out, const int16_t *restrict in, size_t count) {
    union chunk work;
    for (size_t n = 0; n < count; n++) work.real[n] = (float)(in[n] ^ (in[n] >> 15));
    for (size_t n = 0; n < count; n++) {
        int32_t magnitude = in[n] ^ (in[n] >> 15);
        int32_t code = (work.bits[n] >> STEP_SHIFT) - ((EXPONENT_BIAS + 7) << 4);
        code = magnitude < 256 ? magnitude >> 4 : code;
        out[n] = (uint8_t)(code ^ (in[n] < 0 ? 0x55 : 0xd5));
    }
}

static void encode_mulaw(uint8_t *restrict out, const int16_t *restrict in, size_t count) {
    union chunk work;
    for (size_t n = 0; n < count; n++) {
        int32_t magnitude = in[n] < 0 ? -in[n] : in[n];
        magnitude = magnitude > MULAW_CLIP ? MULAW_CLIP : magnitude;
        work.real[n] = (float)(magnitude + MULAW_BIAS);
    }
    for (size_t n = 0; n < count; n++) {
        int32_t code = (work.bits[n] >> STEP_SHIFT) - ((EXPONENT_BIAS + 7) << 4);
        out[n] = (uint8_t)(code ^ (in[n] < 0 ? 0x7f : 0xff));
    }
}

static void g711_decode_kernel(int32_t law, int16_t *out, const uint8_t *in, size_t count) {
    size_t done = 0;
#if defined(__AVX2__)
    done = decode_nibbles(out, in, count, law == LAW_ALAW ? &ALAW_NIBBLES : &MULAW_NIBBLES);
#endif
    for (; done < count; done += CHUNK) {
        size_t now = count - done < CHUNK ? count - done : CHUNK;
        if (law == LAW_ALAW) decode_alaw(out + done, in + done, now);
        else decode_mulaw(out + done, in + done, now);
    }
}

static void g711_encode_kernel(int32_t law, uint8_t *out, const int16_t *in, size_t count) {
    for (size_t done = 0; done < count; done += CHUNK) {
        size_t now = count - done < CHUNK ? count - done : CHUNK;
        if (law == LAW_ALAW) encode_alaw(out + done, in + done, now);
        else encode_mulaw(out + done, in + done, now);
    }
}
