// Runs the media plane over made-up lines and prints one number for all that was sent and heard. Built for several
// instruction sets by same_bits.py: they must print the same.
#include "dsp.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PORTS = 40, TICKS = 500 };

static uint64_t hash = 1469598103934665603u;

static void add(const void *data, size_t octets) {
    const uint8_t *at = data;
    for (size_t n = 0; n < octets; n++) hash = (hash ^ at[n]) * 1099511628211u;  // FNV-1a
}

static uint32_t state = 7;

static uint32_t chance(void) { return state = state * 1664525u + 1013904223u; }

// Digits as squared-off sums of integer oscillators, so that no library's sine has a say in the input.
static void speak(uint8_t *rx, int32_t port, int tick) {
    static const int period_low[4] = {23, 21, 19, 17}, period_high[4] = {13, 12, 11, 10};
    int16_t linear[BLOCK_SAMPLES];
    int key = (tick / 8 + port) % 16, on = tick % 8 < 5;
    for (int n = 0; n < BLOCK_SAMPLES; n++) {
        int64_t time = (int64_t)tick * BLOCK_SAMPLES + n;
        int low = (int)(time * 2 / period_low[key / 4] % 2) * 2 - 1, high = (int)(time * 2 / period_high[key % 4] % 2) * 2 - 1;
        int noise = (int16_t)(chance() >> 16) / (port % 5 + 2);
        linear[n] = (int16_t)(port % 3 == 0 ? noise : on ? (low + high) * 3000 + noise / 16 : noise / 32);
    }
    g711_encode(port % 2 ? LAW_MULAW : LAW_ALAW, rx + (size_t)port * BLOCK_SAMPLES, linear, BLOCK_SAMPLES);
}

int main(int count, char **arguments) {
    const double frequencies[4] = {350, 440, 480, 620};
    const uint32_t bits[4] = {3, 6, 12, 12};
    const float cadences[6] = {2000, 4000, 500, 500, 250, 250};
    const int32_t counts[4] = {0, 2, 2, 2};
    struct progress_plan *plan = progress_plan_new(frequencies, 4, bits, cadences, counts, (const int32_t[4]){0});
    struct plane *plane = plane_new(PORTS, LAW_ALAW, count > 1 ? atoi(arguments[1]) : X86_64_V4);
    for (int32_t port = 0; port < PORTS; port++) {
        if (port % 2) plane_set_law(plane, port, LAW_MULAW);
        plane_listen(plane, port, true, plan, true, MF_R2_FORWARD + port % 3, true);
        for (int32_t other = 0; other < 8 && port < 8; other++)
            if (other != port) plane_connect(plane, other, port, 1.0f + (float)other / 8);
        if (port >= 8) plane_connect(plane, port, port ^ 1, 1.0f);
    }
    for (int tick = 0; tick < TICKS; tick++) {
        struct detection heard[64];
        for (int32_t port = 0; port < PORTS; port++) speak(plane_rx(plane), port, tick);
        plane_tick(plane, plane_rx(plane), plane_tx(plane));
        add(plane_tx(plane), PORTS * BLOCK_SAMPLES);
        for (int got; (got = plane_detections(plane, heard, 64)) > 0;)
            for (int n = 0; n < got; n++) {
                add(&heard[n].tick, sizeof heard[n].tick);
                add(&heard[n].slot, sizeof heard[n].slot);
                add(&heard[n].kind, sizeof heard[n].kind);
                add(&heard[n].value, sizeof heard[n].value);
                add(&heard[n].level_dbm0, sizeof heard[n].level_dbm0);
                add(&heard[n].duration_ms, sizeof heard[n].duration_ms);
            }
    }
    printf("%s %016llx\n", plane_instruction_set(plane), (unsigned long long)hash);
    plane_free(plane);
    progress_plan_free(plan);
    return 0;
}
