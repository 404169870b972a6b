// Half a second of digits around the moment, after 161 days, at which numbers of windows no longer fit 31 bits, and
// another around that at which they no longer fit 32. Prints where each digit began and how long it was, in samples.
#include "dtmf.h"
#include "kernels.h"
#include <math.h>
#include <stdio.h>

enum { BEFORE = 30, BLOCKS = 40, PERIOD = 1600 };

static void hear(uint64_t limit) {
    struct detections detections;
    struct dtmf dtmf;
    static int16_t samples[8 * BLOCK_SAMPLES];
    if (!detections_new(&detections, 8) || !dtmf_new(&dtmf, 8)) return;
    dtmf.window = limit - BEFORE;
    dtmf_listen(&dtmf, 0, true);
    int64_t first = ((int64_t)dtmf.window - DTMF_HISTORY) * DTMF_HOP;
    for (int block = 0; block < BLOCKS; block++) {
        for (int n = 0; n < BLOCK_SAMPLES; n++) {
            int time = block * BLOCK_SAMPLES + n;
            double turn = 2 * 3.14159265358979 * time / 8000, sound = sin(697 * turn) + sin(1209 * turn);
            samples[n] = (int16_t)(time % PERIOD >= PERIOD / 2 ? 6000 * sound : 0);
        }
        kernels_up_to(X86_64_V4)->dtmf(&dtmf, samples, &detections);
        int64_t from = 0, until = 0;
        if (dtmf_sounding(&dtmf, 0, &from, &until) && (from < first || until < from)) printf("-1 -1\n");
        for (struct detection each; ring_pop(&detections.ring, &each);)
            if (each.kind == DIGIT_ENDED)
                printf("%lld %d\n", (long long)(each.began - first), (int)lrintf(each.duration_ms * 8));
    }
    dtmf_free(&dtmf);
    detections_free(&detections);
}

int main(void) {
    hear(1ull << 31);
    hear(1ull << 32);
}
