// What everybody needs to know of the two laws.
#pragma once
#include "dsp.h"

// The octet of a line at rest.
static inline uint8_t idle_octet(int32_t law) { return law == LAW_ALAW ? 0xd5 : 0xff; }
