// G.711 for callers outside the plane; see g711_kernel.h.
#include "kernels.h"

void g711_decode(int32_t law, int16_t *out, const uint8_t *in, size_t count) {
    kernels_best()->decode(law, out, in, count);
}

void g711_encode(int32_t law, uint8_t *out, const int16_t *in, size_t count) {
    kernels_best()->encode(law, out, in, count);
}
