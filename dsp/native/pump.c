// The pump: every 20 ms it takes a block from every attached descriptor, runs the tick, and gives a block to each.
//
// It owns duplicates of the descriptors it was given, so nobody can pull one from under it: a detached or lost
// descriptor is closed here, in its own thread, at the start of a tick. When a tick is due is pump_clock.c's.
#include "pump.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/ioctl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PRIORITY = 50, CHANGES = 4096 };

enum change_kind { ATTACH, DETACH, HOLD, RELEASE };

struct change {
    int32_t kind, slot, descriptor, write_descriptor;
    struct card_requests requests;
    bool clock;
};

static void close_both(int descriptor, int write_descriptor) {
    close(descriptor);
    if (write_descriptor >= 0 && write_descriptor != descriptor) close(write_descriptor);
}

struct pump *pump_new(int32_t slots) {
    struct pump *pump = calloc(1, sizeof *pump);
    if (pump == NULL) return NULL;
    pump->slots = slots;
    pump->master = MONOTONIC_CLOCK;
    pump->ports = calloc((size_t)slots, sizeof *pump->ports);
    if (pump->ports == NULL || !ring_new(&pump->changes, sizeof(struct change), CHANGES)) {
        free(pump->ports);
        free(pump);
        return NULL;
    }
    for (int32_t slot = 0; slot < slots; slot++) port_new(&pump->ports[slot], slot);
    return pump;
}

void pump_free(struct pump *pump) {
    if (pump == NULL) return;
    struct change change;
    while (ring_pop(&pump->changes, &change))
        if (change.kind == ATTACH) close_both(change.descriptor, change.write_descriptor);
    for (int32_t slot = 0; slot < pump->slots; slot++) port_let_go(&pump->ports[slot]);
    ring_free(&pump->changes);
    free(pump->ports);
    free(pump);
}

// Our own duplicate, which never blocks; -1 and errno if it cannot be had.
static int duplicate(int descriptor) {
    int ours = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
    int flags = ours < 0 ? -1 : fcntl(ours, F_GETFL);
    if (flags >= 0 && fcntl(ours, F_SETFL, flags | O_NONBLOCK) >= 0) return ours;
    int error = errno;
    if (ours >= 0) close(ours);
    errno = error;
    return -1;
}

int32_t plane_attach(struct plane *plane, int32_t slot, int32_t descriptor, int32_t write_descriptor, bool clock,
                     const struct card_requests *requests) {
    struct change change = {.kind = ATTACH, .slot = slot, .clock = clock, .requests = *requests};
    if (requests->unsent_place < 0 || requests->unsent_place > PORT_ANSWER - (int)sizeof(int) ||
        _IOC_SIZE(requests->unsent_request) > PORT_ANSWER || requests->unsent_unit < 1)
        return EINVAL;
    change.descriptor = duplicate(descriptor);
    if (change.descriptor < 0) return errno;
    change.write_descriptor = write_descriptor == descriptor ? change.descriptor : duplicate(write_descriptor);
    int error = change.write_descriptor < 0 ? errno : 0;
    if (error == 0 && !ring_push(&plane->pump->changes, &change)) error = ENOBUFS;
    if (error != 0) close_both(change.descriptor, change.write_descriptor);
    return error;
}

int32_t plane_detach(struct plane *plane, int32_t slot) {
    return ring_push(&plane->pump->changes, &(struct change){.kind = DETACH, .slot = slot}) ? 0 : ENOBUFS;
}

int32_t plane_hold(struct plane *plane, int32_t slot, bool held) {
    struct change change = {.kind = held ? HOLD : RELEASE, .slot = slot};
    return ring_push(&plane->pump->changes, &change) ? 0 : ENOBUFS;
}

static void take_change(struct port *port, const struct change *change) {
    if (change->kind == HOLD || change->kind == RELEASE) {
        port->held = change->kind == HOLD;
        return;
    }
    port_let_go(port);
    port->owes_loss = false;
    if (change->kind == DETACH) return;
    port->descriptor = change->descriptor;
    port->write_descriptor = change->write_descriptor;
    port->clock = change->clock;
    port->requests = change->requests;
}

static void take_changes(struct pump *pump) {
    struct change change;
    while (ring_pop(&pump->changes, &change)) take_change(&pump->ports[change.slot], &change);
}

static void run_tick(struct plane *plane) {
    struct pump *pump = plane->pump;
    uint64_t tick = plane->ticks;
    for (int32_t slot = 0; slot < pump->slots; slot++) {
        struct port *port = &pump->ports[slot];
        uint8_t *rx = plane->rx + (size_t)slot * BLOCK_SAMPLES;
        // The master's block was read when it came, and made this tick.
        if (port->descriptor >= 0 && slot != pump->master)
            port_read(port, plane->law[slot], tick, &plane->detections);
        if (port->descriptor >= 0) port_feed(port, plane->law[slot], tick, rx);
        else memset(rx, idle_octet(plane->law[slot]), BLOCK_SAMPLES);
    }
    plane_tick(plane, plane->rx, plane->tx);
    for (int32_t slot = 0; slot < pump->slots; slot++) {
        struct port *port = &pump->ports[slot];
        if (port->descriptor >= 0 && !port->held)
            port_write(port, plane->law[slot], tick, plane->tx + (size_t)slot * BLOCK_SAMPLES, &plane->detections);
        port_tell(port, &plane->detections);
    }
    if (pump->event_descriptor >= 0 && ring_room(&plane->detections.ring) < plane->detections.ring.capacity) {
        uint64_t one = 1;
        ssize_t put = write(pump->event_descriptor, &one, sizeof one);
        (void)put;  // the only failure is a counter that nobody has read for 2^64 ticks
    }
}

static void ask_for_privileges(struct pump *pump) {
    struct sched_param parameters = {.sched_priority = PRIORITY};
    int granted = pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters) == 0 ? 1 : 0;
    // What is mapped now, the plane's memory and this stack among it; later memory of the process is none of ours.
    granted |= mlockall(MCL_CURRENT) == 0 ? 2 : 0;
    atomic_store(&pump->granted, granted);
}

static void *pump_run(void *argument) {
    struct plane *plane = argument;
    struct pump *pump = plane->pump;
    ask_for_privileges(pump);
    pump_clock_start(pump);
    while (!atomic_load(&pump->stopping)) {
        take_changes(pump);
        pump_clock_wait(plane);
        int64_t began = pump_clock_now();
        run_tick(plane);
        distribution_count(&pump->busy, pump_clock_now() - began);
        __atomic_store_n(&pump->processor_ns, pump_clock_thread_time(), __ATOMIC_RELAXED);
    }
    return NULL;
}

int32_t plane_start(struct plane *plane, int32_t event_descriptor, int32_t *granted) {
    struct pump *pump = plane->pump;
    sigset_t all, before;
    if (pump->running) return EBUSY;
    pump->event_descriptor = event_descriptor;
    atomic_store(&pump->stopping, 0);
    atomic_store(&pump->granted, -1);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);  // the thread inherits this: signals are Python's, and no SIGPIPE
    int error = pthread_create(&pump->thread, NULL, pump_run, plane);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error != 0) return error;
    pump->running = true;
    while (atomic_load(&pump->granted) < 0) sched_yield();
    *granted = atomic_load(&pump->granted);
    return 0;
}

void plane_stop(struct plane *plane) {
    struct pump *pump = plane->pump;
    if (!pump->running) return;
    atomic_store(&pump->stopping, 1);
    pthread_join(pump->thread, NULL);
    pump->running = false;
}

void plane_counters(const struct plane *plane, struct plane_counters *out) {
    const struct pump *pump = plane->pump;
    out->ticks = plane_ticks(plane);
    distribution_copy(out->lateness, &pump->lateness);
    distribution_copy(out->busy, &pump->busy);
    out->processor_ns = __atomic_load_n(&pump->processor_ns, __ATOMIC_RELAXED);
    out->skipped_ticks = __atomic_load_n(&pump->skipped, __ATOMIC_RELAXED);
    out->clock_changes = __atomic_load_n(&pump->clock_changes, __ATOMIC_RELAXED);
    out->clock_slot = __atomic_load_n(&pump->master, __ATOMIC_RELAXED);
    out->detections_lost = __atomic_load_n(&plane->detections.lost, __ATOMIC_RELAXED);
    out->recorded_lost = __atomic_load_n(&plane->record.lost, __ATOMIC_RELAXED);
}

void plane_slot_counters(const struct plane *plane, uint64_t *lost, uint64_t *slips, uint64_t *overruns) {
    for (int32_t slot = 0; slot < plane->slots; slot++) {
        const struct port *port = &plane->pump->ports[slot];
        lost[slot] = __atomic_load_n(&port->lost, __ATOMIC_RELAXED);
        slips[slot] = __atomic_load_n(&port->slips, __ATOMIC_RELAXED);
        overruns[slot] = __atomic_load_n(&port->overruns, __ATOMIC_RELAXED);
    }
}
