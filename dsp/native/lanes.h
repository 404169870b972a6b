// Vectors across slots: a group of eight slots lies side by side in memory, and a vector holds LANES of them.
// Four lanes are what every x86-64 and ARM64 has; a build of a kernel for wider machines defines LANES as 8.
#pragma once
#include <stdint.h>

#ifndef LANES
#define LANES 4
#endif

enum { GROUP = 8 };

typedef float lanes_float __attribute__((vector_size(4 * LANES), may_alias));
typedef int32_t lanes_int __attribute__((vector_size(4 * LANES), may_alias));
