// Kernels for x86-64 processors with AVX2: vectors of eight floats. Multiplications and additions stay apart (no fused
// ones), so that the bits are those of the portable build.
#if defined(__x86_64__)
#pragma GCC target("avx2,bmi,bmi2")
#define LANES 8
#define KERNELS kernels_x86_64_v3
#define KERNELS_NAME "x86-64-v3"
#include "kernels_table.h"
#else
typedef int nothing_for_this_machine;
#endif
