// Kernels for x86-64 processors with AVX-512 and its neural network instructions: the vectors of AVX2, of which one
// instruction multiplies, adds two products and adds them to a sum. Integers: the bits stay the same.
#if defined(__x86_64__)
#pragma GCC target("avx2,bmi,bmi2,avx512f,avx512vl,avx512bw,avx512dq,avx512vnni,prefer-vector-width=256")
#define LANES 8
#define KERNELS kernels_x86_64_v4
#define KERNELS_NAME "x86-64-v4"
#include "kernels_table.h"
#else
typedef int nothing_for_this_machine;
#endif
