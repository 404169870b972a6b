// G.711 for callers outside the plane; see g711_kernel.h.
#include "dsp.h"
#include "kernels.h"

void g711_decode(int32_t law, int16_t *out, const uint8_t *in, size_t count) {
    kernels_up_to(X86_64_V4)->decode(law, out, in, count);
}

void g711_encode(int32_t law, uint8_t *out, const int16_t *in, size_t count) {
    kernels_up_to(X86_64_V4)->encode(law, out, in, count);
}
