// A bank's tables: see tone_bank.h. What is measured every 10 ms is in tone_bank_kernel.h.
#include "tone_bank.h"
#include "kernels.h"
#include <math.h>

static const double PI = 3.14159265358979323846;

static int16_t rounded(double value) { return (int16_t)lrint(value); }

void tone_bank_fill(struct tone_bank *bank, const float *hertz) {
    for (int n = 0; n < BANK_HOP; n++) {
        double time = n - (BANK_WINDOW - 1) / 2.0;
        bank->window[n] = rounded(BANK_WINDOW_UNIT * (0.5 - 0.5 * cos(PI * (n + 0.5) / BANK_HOP)));
        for (int tone = 0; tone < BANK_TONES; tone++) {
            double angle = 2 * PI * (double)hertz[tone] * time / SAMPLE_RATE_HZ;
            bank->tables[tone][0][n] = rounded(BANK_UNIT * cos(angle));
            bank->tables[tone][1][n] = rounded(-BANK_UNIT * sin(angle));
        }
    }
    for (int tone = 0; tone < BANK_TONES; tone++) {
        double angle = 2 * PI * (double)hertz[tone] * BANK_HOP / SAMPLE_RATE_HZ;
        bank->hertz[tone] = hertz[tone];
        bank->step[tone][0] = (float)cos(angle);
        bank->step[tone][1] = (float)sin(angle);
    }
}

void bank_measure(float *out, const float *hertz, const int16_t *samples, int32_t at_most) {
    struct tone_bank bank;
    struct bank_spectrum spectrum;
    tone_bank_fill(&bank, hertz);
    kernels_up_to(at_most)->bank(&spectrum, &bank, samples, samples + BANK_HOP);
    for (int tone = 0; tone < BANK_TONES; tone++) {
        out[2 * tone] = spectrum.real[tone];
        out[2 * tone + 1] = spectrum.imaginary[tone];
    }
    out[2 * BANK_TONES] = spectrum.energy;
}
