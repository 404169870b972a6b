// When a tick is due. A block of the master's makes a tick: the first port that may be the clock and brings its blocks
// without a gap. When it has been silent for 40 ms the next one takes over, at last the monotonic clock.
//
// ITU-T G.812 calls the like of it holdover: the machine's own clock carries on until a better one is back.
#include "pump.h"
#include <errno.h>
#include <poll.h>
#include <time.h>

enum {
    PERIOD_NS = 20 * 1000 * 1000,
    TAKE_OVER_NS = 2 * PERIOD_NS,
    STOOD_STILL_NS = 10 * PERIOD_NS,  // behind: the machine slept; go on from now
    AHEAD_NS = 3 * PERIOD_NS,    // a master that gets so far ahead floods
    AHEAD_TICKS = 64,            // over which it may: 4.7 % fast, where cards differ by less than 0.01 %
};

static int64_t nanoseconds(const struct timespec *time) { return time->tv_sec * 1000000000LL + time->tv_nsec; }

static struct timespec at_nanoseconds(int64_t time) {
    return (struct timespec){.tv_sec = time / 1000000000LL, .tv_nsec = time % 1000000000LL};
}

int64_t pump_clock_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return nanoseconds(&now);
}

int64_t pump_clock_thread_time(void) {
    struct timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return nanoseconds(&used);
}

void pump_clock_start(struct pump *pump) {
    pump->ticked_ns = pump_clock_now();
    pump->ahead_ns = 0;
}

static void follow(struct pump *pump, int32_t slot) {
    if (pump->master == slot) return;
    __atomic_store_n(&pump->master, slot, __ATOMIC_RELAXED);
    __atomic_store_n(&pump->clock_changes, pump->clock_changes + 1, __ATOMIC_RELAXED);
}

// A port before the master that has not missed a block for two seconds is the better clock.
static void prefer_first(struct pump *pump) {
    int32_t before = pump->master == MONOTONIC_CLOCK ? pump->slots : pump->master;
    for (int32_t slot = 0; slot < before; slot++) {
        if (!pump->ports[slot].clock || pump->ports[slot].steady < PORT_STEADY) continue;
        follow(pump, slot);
        return;
    }
}

// The master is silent: the next that has a block waiting takes over, and its block makes this tick.
static void take_over(struct plane *plane) {
    struct pump *pump = plane->pump;
    int32_t silent = pump->master;
    for (int32_t slot = 0; slot < pump->slots; slot++) {
        struct port *port = &pump->ports[slot];
        if (slot == silent || !port->clock || port->descriptor < 0) continue;
        if (port_read_one(port, plane->law[slot], &plane->detections) != TOOK_BLOCK) continue;
        follow(pump, slot);
        return;
    }
    follow(pump, MONOTONIC_CLOCK);
}

// What piled up while the machine stood still would be heard late for good.
static void go_on_from_now(struct pump *pump, int64_t passed) {
    int64_t missed = passed / PERIOD_NS;
    for (int32_t slot = 0; slot < pump->slots; slot++) {
        if (pump->ports[slot].descriptor < 0) continue;
        int32_t drained = port_drain(&pump->ports[slot]);
        if (drained > missed) missed = drained;
    }
    __atomic_store_n(&pump->skipped, pump->skipped + (uint64_t)missed, __ATOMIC_RELAXED);
    pump->ahead_ns = 0;
}

static void wait_for_time(struct pump *pump) {
    int64_t due_ns = pump->ticked_ns + PERIOD_NS;
    struct timespec due = at_nanoseconds(due_ns);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR) continue;
    int64_t late = pump_clock_now() - due_ns;
    distribution_count(&pump->lateness, late);
    pump->ticked_ns = due_ns;
    if (late < STOOD_STILL_NS) return;
    go_on_from_now(pump, late);
    pump->ticked_ns = due_ns + late;
}

// Sleeps until the descriptor has something, or it is time.
static void wait_for_descriptor(int descriptor, int64_t until) {
    int64_t left = until - pump_clock_now();
    struct timespec patience = at_nanoseconds(left > 0 ? left : 0);
    struct pollfd watched = {.fd = descriptor, .events = POLLIN | POLLPRI};
    ppoll(&watched, 1, &patience, NULL);
}

// Returns whether the master's block came; events that come before it are fetched.
static bool await_block(struct plane *plane, struct port *port) {
    bool waited = false;
    int64_t patience = plane->pump->ticked_ns + TAKE_OVER_NS;
    for (int events = 0; port->descriptor >= 0;) {
        enum port_taken taken = port_read_one(port, plane->law[port->slot], &plane->detections);
        if (taken == TOOK_BLOCK) return true;
        if (taken == TOOK_EVENT && ++events < PORT_READS) continue;
        // Too late only if nothing is there: otherwise the whole machine was late, not this line.
        if (port->descriptor < 0 || (waited && pump_clock_now() >= patience)) return false;
        waited = true;
        wait_for_descriptor(port->descriptor, patience);
    }
    return false;
}

// Blocks that come faster than any clock could be are a fault of the line. After a standstill they are not: time has
// gone by for them.
static bool floods(struct pump *pump, int64_t passed) {
    pump->ahead_ns += PERIOD_NS - passed - pump->ahead_ns / AHEAD_TICKS;
    return pump->ahead_ns > AHEAD_NS;
}

static void wait_for_master(struct plane *plane) {
    struct pump *pump = plane->pump;
    struct port *port = &pump->ports[pump->master];
    if (!await_block(plane, port)) take_over(plane);
    int64_t now = pump_clock_now(), passed = now - pump->ticked_ns;
    distribution_count(&pump->lateness, passed - PERIOD_NS);
    pump->ticked_ns = now;
    if (passed - PERIOD_NS >= STOOD_STILL_NS) go_on_from_now(pump, passed);
    if (floods(pump, passed)) {
        port_drain(port);
        take_over(plane);
        pump->ahead_ns = 0;
    }
}

void pump_clock_wait(struct plane *plane) {
    struct pump *pump = plane->pump;
    prefer_first(pump);
    if (pump->master == MONOTONIC_CLOCK) wait_for_time(pump);
    else wait_for_master(plane);
}
