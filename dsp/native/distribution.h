// How often something took how long, in quarter octaves: below 1 us, then up to 2^(1/4) us and so on to 65 ms, above.
// One thread counts; others may read.
#pragma once
#include "dsp.h"

struct distribution {
    uint64_t counts[DISTRIBUTION_BUCKETS];
};

static inline void distribution_count(struct distribution *distribution, int64_t nanoseconds) {
    static const int64_t quarter[4] = {1000, 1189, 1414, 1682};  // 1000 * 2^(n / 4)
    int32_t bucket = 0;
    while (bucket < DISTRIBUTION_BUCKETS - 1 && nanoseconds >= quarter[bucket % 4] << (bucket / 4)) bucket++;
    uint64_t *counter = &distribution->counts[bucket];
    __atomic_store_n(counter, *counter + 1, __ATOMIC_RELAXED);
}

static inline void distribution_copy(uint64_t *out, const struct distribution *distribution) {
    for (int bucket = 0; bucket < DISTRIBUTION_BUCKETS; bucket++)
        out[bucket] = __atomic_load_n(&distribution->counts[bucket], __ATOMIC_RELAXED);
}
