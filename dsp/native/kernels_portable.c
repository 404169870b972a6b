// Kernels for every machine: vectors of four floats.
#define LANES 4
#define KERNELS kernels_portable
#define KERNELS_NAME "portable"
#include "kernels_table.h"

#if defined(__x86_64__)
extern const struct kernels kernels_x86_64_v3, kernels_x86_64_v4;
#endif

const struct kernels *kernels_up_to(int32_t at_most) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
    bool v4 = v3 && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
              __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vnni");
    if (v4 && at_most >= X86_64_V4) return &kernels_x86_64_v4;
    if (v3 && at_most >= X86_64_V3) return &kernels_x86_64_v3;
#endif
    (void)at_most;
    return &kernels_portable;
}
