// Times the detectors, G.711 and one tick of the media plane beside SpanDSP's primitives doing the same work, in one
// process on one core. Built and run by bench_dsp.py. One line of JSON for each figure.
//
//     bench_dsp INSTRUCTION_SET [PORTS ...]
//
// A tick: every port is decoded, listens for DTMF and for the American progress tones, and is encoded; ten ports are in
// a conference, the rest are bridged in pairs. Half of the lines carry digits, half noise.
#include "dsp.h"
#include "kernels.h"
#include "dtmf.h"
#include "mf.h"
#include "progress.h"
#include "signal_tones.h"
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BLOCKS = 100, ROUNDS = 15, CONFERENCE = 10, CHANNELS = 480, KERNEL_BLOCKS = 20 };

static int32_t at_most;

static double now_us(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static uint32_t noise_state = 1;

static int16_t noise(void) {
    int32_t sum = 0;
    for (int n = 0; n < 4; n++) {
        noise_state = noise_state * 1664525u + 1013904223u;
        sum += (int16_t)(noise_state >> 16);
    }
    return (int16_t)(sum / 32);
}

// 100 blocks of every port, A-law: [block][port][160].
static uint8_t *make_lines(int32_t ports) {
    static const double low[4] = {697, 770, 852, 941}, high[4] = {1209, 1336, 1477, 1633};
    uint8_t *lines = malloc((size_t)BLOCKS * (size_t)ports * BLOCK_SAMPLES);
    for (int32_t port = 0; port < ports; port++)
        for (int block = 0; block < BLOCKS; block++) {
            int16_t linear[BLOCK_SAMPLES];
            for (int n = 0; n < BLOCK_SAMPLES; n++) {
                int64_t time = (int64_t)block * BLOCK_SAMPLES + n + port * 37;
                int64_t key = time / 800, on = time % 800 < 400;
                double digit = sin(2 * 3.14159265358979 * low[key % 4] * (double)time / 8000) +
                               sin(2 * 3.14159265358979 * high[key / 4 % 4] * (double)time / 8000);
                linear[n] = port % 2 ? noise() : (int16_t)(on ? 6000 * digit : 0);
            }
            g711_encode(LAW_ALAW, lines + ((size_t)block * (size_t)ports + (size_t)port) * BLOCK_SAMPLES, linear,
                        BLOCK_SAMPLES);
        }
    return lines;
}

static struct progress_plan *american_plan(void) {
    const double frequencies[4] = {350, 440, 480, 620};
    const uint32_t bits[4] = {3, 6, 12, 12};
    const float cadences[6] = {2000, 4000, 500, 500, 250, 250};
    const int32_t counts[4] = {0, 2, 2, 2};
    const int32_t alternates[4] = {0};
    return progress_plan_new(frequencies, 4, bits, cadences, counts, alternates);
}

static struct plane *make_plane(int32_t ports) {
    struct progress_plan *plan = american_plan();
    struct plane *plane = plane_new(ports, LAW_ALAW, at_most);
    int32_t members = ports < CONFERENCE ? ports : CONFERENCE;
    for (int32_t port = 0; port < ports; port++) plane_listen(plane, port, true, plan, false, MF_NONE, false);
    for (int32_t a = 0; a < members; a++)
        for (int32_t b = 0; b < members; b++)
            if (a != b) plane_connect(plane, a, b, 1.0f);
    for (int32_t port = members; port + 1 < ports; port += 2) {
        plane_connect(plane, port, port + 1, 1.0f);
        plane_connect(plane, port + 1, port, 1.0f);
    }
    return plane;
}

// SpanDSP, loaded if it is there.
static struct {
    void *(*g711_init)(void *, int);
    int (*g711_decode)(void *, int16_t *, const uint8_t *, int);
    int (*g711_encode)(void *, uint8_t *, const int16_t *, int);
    void *(*dtmf_rx_init)(void *, void *, void *);
    int (*dtmf_rx)(void *, const int16_t *, int);
    size_t (*dtmf_rx_get)(void *, char *, int);
    void *(*make_descriptor)(void *);
    int (*add_tone)(void *);
    int (*add_element)(void *, int, int, int, int, int);
    void *(*super_tone_rx_init)(void *, void *, void (*)(void *, int, int, int), void *);
    int (*super_tone_rx)(void *, const int16_t *, int);
    void *(*r2_mf_rx_init)(void *, bool, void *, void *);
    int (*r2_mf_rx)(void *, const int16_t *, int);
    void *(*modem_connect_tones_rx_init)(void *, int, void *, void *);
    int (*modem_connect_tones_rx)(void *, const int16_t *, int);
} span;

static int load_span(const char *path) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return 0;
    *(void **)&span.g711_init = dlsym(library, "g711_init");
    *(void **)&span.g711_decode = dlsym(library, "g711_decode");
    *(void **)&span.g711_encode = dlsym(library, "g711_encode");
    *(void **)&span.dtmf_rx_init = dlsym(library, "dtmf_rx_init");
    *(void **)&span.dtmf_rx = dlsym(library, "dtmf_rx");
    *(void **)&span.dtmf_rx_get = dlsym(library, "dtmf_rx_get");
    *(void **)&span.make_descriptor = dlsym(library, "super_tone_rx_make_descriptor");
    *(void **)&span.add_tone = dlsym(library, "super_tone_rx_add_tone");
    *(void **)&span.add_element = dlsym(library, "super_tone_rx_add_element");
    *(void **)&span.super_tone_rx_init = dlsym(library, "super_tone_rx_init");
    *(void **)&span.super_tone_rx = dlsym(library, "super_tone_rx");
    *(void **)&span.r2_mf_rx_init = dlsym(library, "r2_mf_rx_init");
    *(void **)&span.r2_mf_rx = dlsym(library, "r2_mf_rx");
    *(void **)&span.modem_connect_tones_rx_init = dlsym(library, "modem_connect_tones_rx_init");
    *(void **)&span.modem_connect_tones_rx = dlsym(library, "modem_connect_tones_rx");
    return span.r2_mf_rx_init && span.r2_mf_rx && span.modem_connect_tones_rx_init && span.modem_connect_tones_rx &&
           span.g711_init && span.g711_decode && span.g711_encode && span.dtmf_rx_init && span.dtmf_rx &&
           span.dtmf_rx_get && span.make_descriptor && span.add_tone && span.add_element &&
           span.super_tone_rx_init && span.super_tone_rx;
}

static void ignore_tone(void *user, int code, int level, int delay) {
    (void)user, (void)code, (void)level, (void)delay;
}

struct peer {
    int32_t ports;
    void **codec, **digits, **tones;
    int16_t (*linear)[BLOCK_SAMPLES], (*out)[BLOCK_SAMPLES];
};

static void *make_span_plan(void) {
    void *plan = span.make_descriptor(NULL);
    int tone = span.add_tone(plan);
    span.add_element(plan, tone, 350, 440, 700, 0);
    tone = span.add_tone(plan);
    span.add_element(plan, tone, 440, 480, 1800, 2200);
    span.add_element(plan, tone, 0, 0, 3600, 4400);
    tone = span.add_tone(plan);
    span.add_element(plan, tone, 480, 620, 450, 550);
    span.add_element(plan, tone, 0, 0, 450, 550);
    tone = span.add_tone(plan);
    span.add_element(plan, tone, 480, 620, 225, 275);
    span.add_element(plan, tone, 0, 0, 225, 275);
    return plan;
}

static struct peer make_peer(int32_t ports) {
    size_t count = (size_t)ports;
    struct peer peer = {ports, calloc(count, 8), calloc(count, 8), calloc(count, 8),
                        calloc(count, sizeof(int16_t[BLOCK_SAMPLES])), calloc(count, sizeof(int16_t[BLOCK_SAMPLES]))};
    void *plan = make_span_plan();
    for (int32_t port = 0; port < ports; port++) {
        peer.codec[port] = span.g711_init(NULL, 0);
        peer.digits[port] = span.dtmf_rx_init(NULL, NULL, NULL);
        peer.tones[port] = span.super_tone_rx_init(NULL, plan, ignore_tone, NULL);
    }
    return peer;
}

static int16_t limit(int32_t sample) {
    return (int16_t)(sample > 32767 ? 32767 : sample < -32768 ? -32768 : sample);
}

static void peer_tick(struct peer *peer, const uint8_t *rx, uint8_t *tx) {
    int32_t members = peer->ports < CONFERENCE ? peer->ports : CONFERENCE, sum[BLOCK_SAMPLES] = {0};
    for (int32_t port = 0; port < peer->ports; port++) {
        span.g711_decode(peer->codec[port], peer->linear[port], rx + (size_t)port * BLOCK_SAMPLES, BLOCK_SAMPLES);
        span.dtmf_rx(peer->digits[port], peer->linear[port], BLOCK_SAMPLES);
        span.super_tone_rx(peer->tones[port], peer->linear[port], BLOCK_SAMPLES);
    }
    for (int32_t port = 0; port < members; port++)
        for (int n = 0; n < BLOCK_SAMPLES; n++) sum[n] += peer->linear[port][n];
    for (int32_t port = 0; port < members; port++)
        for (int n = 0; n < BLOCK_SAMPLES; n++) peer->out[port][n] = limit(sum[n] - peer->linear[port][n]);
    for (int32_t port = members; port + 1 < peer->ports; port += 2) {
        memcpy(peer->out[port], peer->linear[port + 1], sizeof *peer->out);
        memcpy(peer->out[port + 1], peer->linear[port], sizeof *peer->out);
    }
    for (int32_t port = 0; port < peer->ports; port++)
        span.g711_encode(peer->codec[port], tx + (size_t)port * BLOCK_SAMPLES, peer->out[port], BLOCK_SAMPLES);
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// One kernel over all channels, block by block; ours and theirs in turn.
struct work {
    const char *name;
    void (*ours)(int block);
    void (*theirs)(int block);
};

static const struct kernels *kernels;
static struct detections detections;
static struct dtmf dtmf;
static struct mf mf;
static struct progress progress;
static struct signal_tones signal_tones;
static uint8_t octets[KERNEL_BLOCKS][CHANNELS][BLOCK_SAMPLES];
static int16_t linear[KERNEL_BLOCKS][CHANNELS][BLOCK_SAMPLES], back[CHANNELS][BLOCK_SAMPLES];
static int16_t pairs[KERNEL_BLOCKS][CHANNELS][BLOCK_SAMPLES];   // register signals
static void *peers[6][CHANNELS];
enum { CODEC, DIGITS, REGISTER, TONES, CALLING, ANSWERING };

static void drain(void) {
    struct detection each;
    while (ring_pop(&detections.ring, &each)) {}
}

static void our_dtmf(int block) { kernels->dtmf(&dtmf, &linear[block][0][0], &detections); }
static void their_dtmf(int block) {
    for (int n = 0; n < CHANNELS; n++) span.dtmf_rx(peers[DIGITS][n], linear[block][n], BLOCK_SAMPLES);
}
static void our_mf(int block) {
    for (int n = 0; n < CHANNELS; n++) mf_run(&mf, pairs[block][n], n, &detections);
}
static void their_mf(int block) {
    for (int n = 0; n < CHANNELS; n++) span.r2_mf_rx(peers[REGISTER][n], pairs[block][n], BLOCK_SAMPLES);
}
static void our_progress(int block) {
    for (int n = 0; n < CHANNELS; n++) progress_run(&progress, linear[block][n], n, &detections);
}
static void their_progress(int block) {
    for (int n = 0; n < CHANNELS; n++) span.super_tone_rx(peers[TONES][n], linear[block][n], BLOCK_SAMPLES);
}
static void our_signal_tones(int block) {
    for (int n = 0; n < CHANNELS; n++) signal_tones_run(&signal_tones, linear[block][n], n, &detections);
}
static void their_signal_tones(int block) {
    for (int n = 0; n < CHANNELS; n++) {
        span.modem_connect_tones_rx(peers[CALLING][n], linear[block][n], BLOCK_SAMPLES);
        span.modem_connect_tones_rx(peers[ANSWERING][n], linear[block][n], BLOCK_SAMPLES);
    }
}
static void our_decode(int block) {
    for (int n = 0; n < CHANNELS; n++) kernels->decode(LAW_ALAW, back[n], octets[block][n], BLOCK_SAMPLES);
}
static void their_decode(int block) {
    for (int n = 0; n < CHANNELS; n++) span.g711_decode(peers[CODEC][n], back[n], octets[block][n], BLOCK_SAMPLES);
}
static void our_encode(int block) {
    for (int n = 0; n < CHANNELS; n++) kernels->encode(LAW_ALAW, octets[block][n], linear[block][n], BLOCK_SAMPLES);
}
static void their_encode(int block) {
    for (int n = 0; n < CHANNELS; n++) span.g711_encode(peers[CODEC][n], octets[block][n], linear[block][n], BLOCK_SAMPLES);
}

static const struct work WORKS[] = {
    {"DTMF", our_dtmf, their_dtmf},
    {"R2 MF", our_mf, their_mf},
    {"progress tones (4 frequencies)", our_progress, their_progress},
    {"CNG and ANSam (ours: SIT and CAS, too)", our_signal_tones, their_signal_tones},
    {"A-law decoding", our_decode, their_decode},
    {"A-law encoding", our_encode, their_encode},
};

static void make_kernels(bool with_span) {
    static const double forward[6] = {1380, 1500, 1620, 1740, 1860, 1980};
    uint8_t *lines = make_lines(CHANNELS);
    void *plan = with_span ? make_span_plan() : NULL;
    struct progress_plan *our_plan = american_plan();
    kernels = kernels_up_to(at_most);
    if (!detections_new(&detections, CHANNELS) || !dtmf_new(&dtmf, CHANNELS) || !mf_new(&mf, CHANNELS) ||
        !progress_new(&progress, CHANNELS) || !signal_tones_new(&signal_tones, CHANNELS))
        exit(1);
    mf.kernels = progress.kernels = signal_tones.kernels = kernels;
    memcpy(octets, lines, sizeof octets);
    free(lines);
    for (int block = 0; block < KERNEL_BLOCKS; block++)
        for (int n = 0; n < CHANNELS; n++) {
            g711_decode(LAW_ALAW, linear[block][n], octets[block][n], BLOCK_SAMPLES);
            for (int sample = 0; sample < BLOCK_SAMPLES; sample++) {
                double time = (block * BLOCK_SAMPLES + sample) / 8000.0;
                double two = sin(6.283185307 * forward[n % 5] * time) + sin(6.283185307 * forward[n % 5 + 1] * time);
                pairs[block][n][sample] = n % 2 ? noise() : (int16_t)(block % 8 < 4 ? 6000 * two : 0);
            }
        }
    for (int n = 0; n < CHANNELS; n++) {
        dtmf_listen(&dtmf, n, true);
        mf_listen(&mf, n, MF_R2_FORWARD);
        progress_listen(&progress, n, our_plan);
        signal_tones_listen(&signal_tones, n, true);
        if (!with_span) continue;
        peers[CODEC][n] = span.g711_init(NULL, 0);
        peers[DIGITS][n] = span.dtmf_rx_init(NULL, NULL, NULL);
        peers[REGISTER][n] = span.r2_mf_rx_init(NULL, true, NULL, NULL);
        peers[TONES][n] = span.super_tone_rx_init(NULL, plan, ignore_tone, NULL);
        peers[CALLING][n] = span.modem_connect_tones_rx_init(NULL, 1, NULL, NULL);
        peers[ANSWERING][n] = span.modem_connect_tones_rx_init(NULL, 5, NULL, NULL);
    }
}

static double timed(void (*run)(int)) {
    double begin = now_us();
    for (int block = 0; block < KERNEL_BLOCKS; block++) run(block);
    return (now_us() - begin) * 1000 / KERNEL_BLOCKS / CHANNELS / BLOCK_SAMPLES;
}

static void bench_kernels(bool with_span) {
    make_kernels(with_span);
    for (size_t each = 0; each < sizeof WORKS / sizeof *WORKS; each++) {
        double ours[ROUNDS], theirs[ROUNDS] = {0};
        for (int round = 0; round < ROUNDS; round++) {
            ours[round] = timed(WORKS[each].ours);
            drain();
            if (with_span) theirs[round] = timed(WORKS[each].theirs);
            for (int n = 0; with_span && n < CHANNELS; n++) {
                char digits[129];
                span.dtmf_rx_get(peers[DIGITS][n], digits, 128);
            }
        }
        qsort(ours, ROUNDS, sizeof *ours, by_size);
        qsort(theirs, ROUNDS, sizeof *theirs, by_size);
        printf("{\"kernel\": \"%s\", \"best_ns\": %.4f, \"median_ns\": %.4f", WORKS[each].name, ours[0],
               ours[ROUNDS / 2]);
        if (with_span)
            printf(", \"spandsp_best_ns\": %.4f, \"spandsp_median_ns\": %.4f", theirs[0], theirs[ROUNDS / 2]);
        printf("}\n");
    }
}

int main(int count, char **arguments) {
    if (count < 2) return 2;
    at_most = atoi(arguments[1]);
    printf("{\"instruction_set\": \"%s\"}\n", kernels_up_to(at_most)->name);
    int with_span = load_span("libspandsp.so.2");
    if (count == 2) bench_kernels(with_span);
    for (int place = 2; place < count; place++) {
        int32_t ports = atoi(arguments[place]), heard = 0;
        size_t octets = (size_t)ports * BLOCK_SAMPLES;
        uint8_t *lines = make_lines(ports), *tx = malloc(octets);
        struct plane *plane = make_plane(ports);
        struct peer peer = {0};
        if (with_span) peer = make_peer(ports);
        double ours[ROUNDS], theirs[ROUNDS] = {0};
        for (int round = 0; round < ROUNDS; round++) {
            struct detection drained[256];
            double begin = now_us();
            for (int block = 0; block < BLOCKS; block++) plane_tick(plane, lines + (size_t)block * octets, tx);
            ours[round] = (now_us() - begin) / BLOCKS;
            for (int32_t got; (got = plane_detections(plane, drained, 256)) > 0;) heard += got;
            begin = now_us();
            for (int block = 0; with_span && block < BLOCKS; block++)
                peer_tick(&peer, lines + (size_t)block * octets, tx);
            theirs[round] = (now_us() - begin) / BLOCKS;
            for (int32_t port = 0; with_span && port < ports; port++) {
                char digits[129];
                heard += (int32_t)span.dtmf_rx_get(peer.digits[port], digits, 128);
            }
        }
        qsort(ours, ROUNDS, sizeof *ours, by_size);
        qsort(theirs, ROUNDS, sizeof *theirs, by_size);
        printf("{\"ports\": %d, \"best_us\": %.2f, \"median_us\": %.2f", ports, ours[0], ours[ROUNDS / 2]);
        if (with_span)
            printf(", \"spandsp_best_us\": %.2f, \"spandsp_median_us\": %.2f", theirs[0], theirs[ROUNDS / 2]);
        printf(", \"detections\": %d}\n", heard);
        plane_free(plane);
        free(lines);
        free(tx);
    }
    return 0;
}
