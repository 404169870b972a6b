// The pump's inside, shared by pump.c (what a tick does) and pump_clock.c (when it is due).
#pragma once
#include "distribution.h"
#include "plane.h"
#include "port.h"
#include <pthread.h>

enum { MONOTONIC_CLOCK = -1 };

struct pump {
    int32_t slots;
    struct ring changes;
    struct port *ports;
    int event_descriptor;
    pthread_t thread;
    bool running;
    _Atomic int stopping;
    _Atomic int granted;         // -1: not tried yet

    int32_t master;              // whose blocks make the ticks: a slot, or MONOTONIC_CLOCK
    int64_t ticked_ns;           // when the last tick was due by the monotonic clock, or came from the master
    int64_t ahead_ns;            // of the monotonic clock, by the master's blocks

    struct distribution lateness, busy;
    uint64_t skipped, clock_changes, processor_ns;
};

void pump_clock_start(struct pump *pump);
// Returns when the next tick is due. Chooses the clock.
void pump_clock_wait(struct plane *plane);
int64_t pump_clock_now(void);
// What this thread has used of a processor, in nanoseconds.
int64_t pump_clock_thread_time(void);
