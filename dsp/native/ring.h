// A single-producer single-consumer ring of fixed-size entries (C11 atomics). One thread pushes, one pops.
#pragma once
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct ring {
    uint8_t *entries;
    size_t size;            // of an entry, in octets
    uint64_t capacity;      // a power of two
    _Atomic uint64_t pushed;
    char apart[64];         // the two counters in cache lines of their own
    _Atomic uint64_t popped;
};

static inline bool ring_new(struct ring *ring, size_t size, uint64_t at_least) {
    ring->capacity = 1;
    while (ring->capacity < at_least) ring->capacity *= 2;
    ring->size = size;
    ring->entries = calloc(ring->capacity, size);
    return ring->entries != NULL;
}

static inline void ring_free(struct ring *ring) { free(ring->entries); }

// The producer's view: how many entries fit now.
static inline uint64_t ring_room(struct ring *ring) {
    return ring->capacity - (atomic_load_explicit(&ring->pushed, memory_order_relaxed) -
                             atomic_load_explicit(&ring->popped, memory_order_acquire));
}

// The consumer's view: how many entries wait.
static inline uint64_t ring_waiting(struct ring *ring) {
    return atomic_load_explicit(&ring->pushed, memory_order_acquire) -
           atomic_load_explicit(&ring->popped, memory_order_relaxed);
}

// The next free entry, to be filled in place and then published; NULL: full.
static inline void *ring_reserve(struct ring *ring) {
    if (ring_room(ring) == 0) return NULL;
    uint64_t pushed = atomic_load_explicit(&ring->pushed, memory_order_relaxed);
    return ring->entries + (pushed & (ring->capacity - 1)) * ring->size;
}

static inline void ring_publish(struct ring *ring) {
    atomic_fetch_add_explicit(&ring->pushed, 1, memory_order_release);
}

static inline bool ring_push(struct ring *ring, const void *entry) {
    void *place = ring_reserve(ring);
    if (place == NULL) return false;
    memcpy(place, entry, ring->size);
    ring_publish(ring);
    return true;
}

static inline bool ring_pop(struct ring *ring, void *entry) {
    if (ring_waiting(ring) == 0) return false;
    uint64_t popped = atomic_load_explicit(&ring->popped, memory_order_relaxed);
    memcpy(entry, ring->entries + (popped & (ring->capacity - 1)) * ring->size, ring->size);
    atomic_store_explicit(&ring->popped, popped + 1, memory_order_release);
    return true;
}
