// The tone generator: see tone.h. A complex number of length one is turned by a fixed angle every sample; its
// imaginary part is the sine. Rounding would let its length drift, so it is made one again every block.
#include "tone.h"
#include <math.h>

bool tone_new(struct tone *tone, int32_t slots) {
    size_t count = (size_t)slots;
    tone->segments = calloc(count, sizeof *tone->segments);
    tone->count = calloc(count, sizeof *tone->count);
    tone->segment = calloc(count, sizeof *tone->segment);
    tone->left = calloc(count, sizeof *tone->left);
    tone->token = calloc(count, sizeof *tone->token);
    tone->phasor = calloc(count * 2 * TONE_OSCILLATORS, sizeof *tone->phasor);
    tone->repeat = calloc(count, sizeof *tone->repeat);
    tone->ran_out = calloc(count, sizeof *tone->ran_out);
    return tone->segments && tone->count && tone->segment && tone->left && tone->token && tone->phasor &&
           tone->repeat && tone->ran_out;
}

void tone_free(struct tone *tone) {
    free(tone->segments);
    free(tone->count);
    free(tone->segment);
    free(tone->left);
    free(tone->token);
    free(tone->phasor);
    free(tone->repeat);
    free(tone->ran_out);
}

static void finish(struct tone *tone, int32_t slot, bool completed, struct detections *detections) {
    struct detection end = {.token = tone->token[slot], .slot = slot, .kind = PLAY_FINISHED, .value = completed};
    tone->ran_out[slot] = completed;
    if (detections_insist(detections, end)) tone->segments[slot] = NULL;
}

void tone_stop(struct tone *tone, int32_t slot, struct detections *detections) {
    if (tone->segments[slot] != NULL) finish(tone, slot, tone->ran_out[slot], detections);
}

void tone_start(struct tone *tone, int32_t slot, const struct tone_segment *segments, uint64_t count, bool repeat,
                uint64_t token, struct detections *detections) {
    tone_stop(tone, slot, detections);
    tone->segments[slot] = segments;
    tone->count[slot] = count;
    tone->segment[slot] = 0;
    tone->left[slot] = count > 0 ? segments[0].samples : 0;
    tone->token[slot] = token;
    tone->repeat[slot] = repeat;
    tone->ran_out[slot] = 0;
    double *phasor = tone->phasor + (size_t)slot * 2 * TONE_OSCILLATORS;
    for (int oscillator = 0; oscillator < TONE_OSCILLATORS; oscillator++) {
        phasor[2 * oscillator] = 1;
        phasor[2 * oscillator + 1] = 0;
    }
}

static void add(int32_t *sum, int samples, const struct tone_segment *segment, double *phasor) {
    double cosine[TONE_OSCILLATORS], sine[TONE_OSCILLATORS];
    for (int oscillator = 0; oscillator < TONE_OSCILLATORS; oscillator++) {
        cosine[oscillator] = phasor[2 * oscillator];
        sine[oscillator] = phasor[2 * oscillator + 1];
    }
    for (int n = 0; n < samples; n++) {
        double sound = 0;
        for (int oscillator = 0; oscillator < TONE_OSCILLATORS; oscillator++) {
            double c = cosine[oscillator], s = sine[oscillator];
            sound += segment->amplitude[oscillator] * s;
            cosine[oscillator] = c * segment->turn_cosine[oscillator] - s * segment->turn_sine[oscillator];
            sine[oscillator] = s * segment->turn_cosine[oscillator] + c * segment->turn_sine[oscillator];
        }
        sum[n] += (int32_t)lrint(sound);
    }
    for (int oscillator = 0; oscillator < TONE_OSCILLATORS; oscillator++) {
        double length = sqrt(cosine[oscillator] * cosine[oscillator] + sine[oscillator] * sine[oscillator]);
        phasor[2 * oscillator] = cosine[oscillator] / length;
        phasor[2 * oscillator + 1] = sine[oscillator] / length;
    }
}

bool tone_add(struct tone *tone, int32_t *sum, int32_t slot, struct detections *detections) {
    const struct tone_segment *segments = tone->segments[slot];
    if (segments == NULL) return false;
    int done = 0;
    while (done < BLOCK_SAMPLES && tone->segment[slot] < tone->count[slot]) {
        const struct tone_segment *segment = &segments[tone->segment[slot]];
        int64_t left = tone->left[slot];
        int now = left < BLOCK_SAMPLES - done ? (int)left : BLOCK_SAMPLES - done;
        if (segment->amplitude[0] != 0 || segment->amplitude[1] != 0)
            add(sum + done, now, segment, tone->phasor + (size_t)slot * 2 * TONE_OSCILLATORS);
        done += now;
        tone->left[slot] -= now;
        if (tone->left[slot] > 0) continue;
        tone->segment[slot]++;
        if (tone->segment[slot] == tone->count[slot] && tone->repeat[slot]) tone->segment[slot] = 0;
        if (tone->segment[slot] < tone->count[slot]) tone->left[slot] = segments[tone->segment[slot]].samples;
    }
    if (tone->segment[slot] >= tone->count[slot]) finish(tone, slot, true, detections);
    return true;
}
