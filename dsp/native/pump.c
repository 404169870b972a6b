// The pump: every 20 ms it reads a block from every attached descriptor, runs the tick, and writes a block to each.
//
// It owns duplicates of the descriptors it was given, so nobody can pull one from under it: a detached or lost
// descriptor is closed here, in its own thread, at the start of a tick. One read is one block.
#include "plane.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum {
    PERIOD_NS = 20 * 1000 * 1000,
    QUEUED = 3,                  // blocks that wait to be heard; one more pushes the oldest out: a slip
    READS = 8,                   // a tick at most, of one descriptor: one that floods cannot hold up the rest
    UNSENT = 2,                  // blocks that may wait to be fetched by the far end
    STOOD_STILL = 10,            // periods late: the machine slept; go on from now
    PRIORITY = 50,
    CHANGES = 4096,
};

enum change_kind { ATTACH, DETACH };

struct change {
    int32_t kind, slot, descriptor;
};

struct pump {
    int32_t slots;
    struct ring changes;
    int *descriptor;             // per slot; -1: none
    uint8_t *queue;              // slots x QUEUED x 160
    int32_t *head, *queued;
    uint8_t *flowing;            // 0 nothing came yet, 1 the first block came, 2 being heard
    int32_t *block_cost;         // what the kernel charges for one unsent block; 0: not known
    uint8_t *owes_loss;          // DESCRIPTOR_LOST found no room yet
    uint64_t *lost, *slips, *overruns;
    uint64_t late[LATENESS_BUCKETS], skipped;
    int event_descriptor;
    pthread_t thread;
    bool running;
    _Atomic int stopping;
    _Atomic int granted;         // -1: not tried yet
};

static const int64_t LATE_NS[LATENESS_BUCKETS - 1] = {100000, 500000, 1000000, 2000000, 5000000, 10000000, 20000000};

struct pump *pump_new(int32_t slots) {
    struct pump *pump = calloc(1, sizeof *pump);
    if (pump == NULL) return NULL;
    size_t count = (size_t)slots;
    pump->slots = slots;
    pump->descriptor = malloc(count * sizeof *pump->descriptor);
    pump->queue = calloc(count * QUEUED, BLOCK_SAMPLES);
    pump->head = calloc(count, sizeof *pump->head);
    pump->queued = calloc(count, sizeof *pump->queued);
    pump->flowing = calloc(count, sizeof *pump->flowing);
    pump->block_cost = calloc(count, sizeof *pump->block_cost);
    pump->owes_loss = calloc(count, sizeof *pump->owes_loss);
    pump->lost = calloc(count, sizeof *pump->lost);
    pump->slips = calloc(count, sizeof *pump->slips);
    pump->overruns = calloc(count, sizeof *pump->overruns);
    bool good = pump->descriptor && pump->queue && pump->head && pump->queued && pump->flowing && pump->block_cost &&
                pump->owes_loss && pump->lost && pump->slips && pump->overruns;
    good &= ring_new(&pump->changes, sizeof(struct change), CHANGES);
    for (int32_t slot = 0; good && slot < slots; slot++) pump->descriptor[slot] = -1;
    if (good) return pump;
    for (int32_t slot = 0; pump->descriptor != NULL && slot < slots; slot++) pump->descriptor[slot] = -1;
    pump_free(pump);
    return NULL;
}

static void let_go(struct pump *pump, int32_t slot) {
    if (pump->descriptor[slot] >= 0) close(pump->descriptor[slot]);
    pump->descriptor[slot] = -1;
    pump->queued[slot] = 0;
    pump->flowing[slot] = 0;
    pump->block_cost[slot] = 0;
}

void pump_free(struct pump *pump) {
    if (pump == NULL) return;
    struct change change;
    while (ring_pop(&pump->changes, &change))
        if (change.kind == ATTACH) close(change.descriptor);
    for (int32_t slot = 0; pump->descriptor != NULL && slot < pump->slots; slot++) let_go(pump, slot);
    ring_free(&pump->changes);
    free(pump->descriptor);
    free(pump->queue);
    free(pump->head);
    free(pump->queued);
    free(pump->flowing);
    free(pump->block_cost);
    free(pump->owes_loss);
    free(pump->lost);
    free(pump->slips);
    free(pump->overruns);
    free(pump);
}

int32_t plane_attach(struct plane *plane, int32_t slot, int32_t descriptor) {
    int ours = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
    if (ours < 0) return errno;
    int flags = fcntl(ours, F_GETFL);
    int error = flags < 0 || fcntl(ours, F_SETFL, flags | O_NONBLOCK) < 0 ? errno : 0;
    struct change change = {.kind = ATTACH, .slot = slot, .descriptor = ours};
    if (error == 0 && !ring_push(&plane->pump->changes, &change)) error = ENOBUFS;
    if (error != 0) close(ours);
    return error;
}

int32_t plane_detach(struct plane *plane, int32_t slot) {
    return ring_push(&plane->pump->changes, &(struct change){.kind = DETACH, .slot = slot}) ? 0 : ENOBUFS;
}

static void count(uint64_t *counter) { __atomic_store_n(counter, *counter + 1, __ATOMIC_RELAXED); }

static void take_changes(struct pump *pump) {
    struct change change;
    while (ring_pop(&pump->changes, &change)) {
        let_go(pump, change.slot);
        pump->owes_loss[change.slot] = 0;
        if (change.kind == ATTACH) pump->descriptor[change.slot] = change.descriptor;
    }
}

static bool is_gone(int error) {
    return error == ENODEV || error == ENXIO || error == EPIPE || error == ECONNRESET || error == ENOTCONN ||
           error == EBADF;
}

static void lose(struct pump *pump, int32_t slot) {
    let_go(pump, slot);
    pump->owes_loss[slot] = 1;
}

static void enqueue(struct pump *pump, int32_t slot, const uint8_t *block) {
    if (pump->queued[slot] == QUEUED) {
        pump->head[slot] = (pump->head[slot] + 1) % QUEUED;
        pump->queued[slot]--;
        count(&pump->slips[slot]);
    }
    int32_t place = (pump->head[slot] + pump->queued[slot]++) % QUEUED;
    memcpy(pump->queue + ((size_t)slot * QUEUED + (size_t)place) * BLOCK_SAMPLES, block, BLOCK_SAMPLES);
}

// Takes every block that has come. A short one is filled up with silence and counted as lost.
static void read_slot(struct pump *pump, int32_t slot, int32_t law) {
    for (int n = 0; n < READS; n++) {
        uint8_t block[BLOCK_SAMPLES];
        ssize_t got = read(pump->descriptor[slot], block, sizeof block);
        if (got == 0 || (got < 0 && is_gone(errno))) {
            lose(pump, slot);
            return;
        }
        if (got < 0) return;
        if (got < BLOCK_SAMPLES) {
            memset(block + got, idle_octet(law), (size_t)(BLOCK_SAMPLES - got));
            count(&pump->lost[slot]);
        }
        enqueue(pump, slot, block);
    }
}

// The slot's next block goes to rx. The first one waits for a tick, so that one is always in hand.
static void feed(struct pump *pump, int32_t slot, int32_t law, uint8_t *rx) {
    if (pump->flowing[slot] == 2 && pump->queued[slot] > 0) {
        memcpy(rx, pump->queue + ((size_t)slot * QUEUED + (size_t)pump->head[slot]) * BLOCK_SAMPLES, BLOCK_SAMPLES);
        pump->head[slot] = (pump->head[slot] + 1) % QUEUED;
        pump->queued[slot]--;
        return;
    }
    memset(rx, idle_octet(law), BLOCK_SAMPLES);
    if (pump->flowing[slot] == 2) count(&pump->lost[slot]);
    else if (pump->queued[slot] > 0) pump->flowing[slot]++;
}

static void write_slot(struct pump *pump, int32_t slot, const uint8_t *tx) {
    int unsent = 0;
    // Sockets say what waits, in octets of kernel memory; cards have as many buffers as their driver gave them.
    bool known = ioctl(pump->descriptor[slot], SIOCOUTQ, &unsent) == 0;
    if (known && pump->block_cost[slot] > 0 && unsent >= UNSENT * pump->block_cost[slot]) {
        count(&pump->overruns[slot]);
        return;
    }
    ssize_t put = write(pump->descriptor[slot], tx, BLOCK_SAMPLES);
    if (put < 0 && is_gone(errno)) lose(pump, slot);
    else if (put < BLOCK_SAMPLES) count(&pump->overruns[slot]);
    else if (known && unsent == 0 && ioctl(pump->descriptor[slot], SIOCOUTQ, &unsent) == 0 &&
             unsent > pump->block_cost[slot])
        pump->block_cost[slot] = unsent;
}

static void run_tick(struct plane *plane) {
    struct pump *pump = plane->pump;
    take_changes(pump);
    for (int32_t slot = 0; slot < pump->slots; slot++) {
        if (pump->descriptor[slot] >= 0) read_slot(pump, slot, plane->law[slot]);
        uint8_t *rx = plane->rx + (size_t)slot * BLOCK_SAMPLES;
        if (pump->descriptor[slot] >= 0) feed(pump, slot, plane->law[slot], rx);
        else memset(rx, idle_octet(plane->law[slot]), BLOCK_SAMPLES);
    }
    plane_tick(plane, plane->rx, plane->tx);
    for (int32_t slot = 0; slot < pump->slots; slot++) {
        if (pump->descriptor[slot] >= 0) write_slot(pump, slot, plane->tx + (size_t)slot * BLOCK_SAMPLES);
        if (pump->owes_loss[slot])
            pump->owes_loss[slot] =
                !detections_insist(&plane->detections, (struct detection){.slot = slot, .kind = DESCRIPTOR_LOST});
    }
    if (pump->event_descriptor >= 0 && ring_room(&plane->detections.ring) < plane->detections.ring.capacity) {
        uint64_t one = 1;
        ssize_t put = write(pump->event_descriptor, &one, sizeof one);
        (void)put;  // the only failure is a counter that nobody has read for 2^64 ticks
    }
}

static int64_t nanoseconds(const struct timespec *time) { return time->tv_sec * 1000000000LL + time->tv_nsec; }

static struct timespec at_nanoseconds(int64_t time) {
    return (struct timespec){.tv_sec = time / 1000000000LL, .tv_nsec = time % 1000000000LL};
}

// Waits for the next tick's time and returns it. The clock is the monotonic one.
static int64_t wait_for_tick(struct pump *pump, int64_t last) {
    struct timespec due = at_nanoseconds(last + PERIOD_NS), now;
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR) continue;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t late = nanoseconds(&now) - nanoseconds(&due);
    int bucket = 0;
    while (bucket < LATENESS_BUCKETS - 1 && late >= LATE_NS[bucket]) bucket++;
    count(&pump->late[bucket]);
    if (late < (int64_t)STOOD_STILL * PERIOD_NS) return nanoseconds(&due);
    int64_t missed = late / PERIOD_NS;
    __atomic_store_n(&pump->skipped, pump->skipped + (uint64_t)missed, __ATOMIC_RELAXED);
    return nanoseconds(&due) + missed * PERIOD_NS;
}

static void *pump_run(void *argument) {
    struct plane *plane = argument;
    struct pump *pump = plane->pump;
    struct sched_param parameters = {.sched_priority = PRIORITY};
    int granted = pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters) == 0 ? 1 : 0;
    // What is mapped now, the plane's memory and this stack among it; later memory of the process is none of ours.
    granted |= mlockall(MCL_CURRENT) == 0 ? 2 : 0;
    atomic_store(&pump->granted, granted);
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t due = nanoseconds(&now);
    while (!atomic_load(&pump->stopping)) {
        due = wait_for_tick(pump, due);
        run_tick(plane);
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
    out->ticks = plane_ticks(plane);
    for (int bucket = 0; bucket < LATENESS_BUCKETS; bucket++)
        out->late[bucket] = __atomic_load_n(&plane->pump->late[bucket], __ATOMIC_RELAXED);
    out->skipped_ticks = __atomic_load_n(&plane->pump->skipped, __ATOMIC_RELAXED);
    out->detections_lost = __atomic_load_n(&plane->detections.lost, __ATOMIC_RELAXED);
    out->recorded_lost = __atomic_load_n(&plane->record.lost, __ATOMIC_RELAXED);
}

void plane_slot_counters(const struct plane *plane, uint64_t *lost, uint64_t *slips, uint64_t *overruns) {
    for (int32_t slot = 0; slot < plane->slots; slot++) {
        lost[slot] = __atomic_load_n(&plane->pump->lost[slot], __ATOMIC_RELAXED);
        slips[slot] = __atomic_load_n(&plane->pump->slips[slot], __ATOMIC_RELAXED);
        overruns[slot] = __atomic_load_n(&plane->pump->overruns[slot], __ATOMIC_RELAXED);
    }
}
