// Kernels for every machine: vectors of four floats.
#define LANES 4
#define KERNELS kernels_portable
#define KERNELS_NAME "portable"
#include "kernels_table.h"

#if defined(__x86_64__)
extern const struct kernels kernels_x86_64_v3;
#endif

const struct kernels *kernels_best(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) return &kernels_x86_64_v3;
#endif
    return &kernels_portable;
}
