// One port of the pump: see port.h.
#include "port.h"
#include "g711.h"
#include <errno.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { DRAIN_READS = 1024 };

static void count(uint64_t *counter) { __atomic_store_n(counter, *counter + 1, __ATOMIC_RELAXED); }

void port_new(struct port *port, int32_t slot) {
    *port = (struct port){.slot = slot, .descriptor = -1, .write_descriptor = -1};
}

void port_let_go(struct port *port) {
    if (port->write_descriptor >= 0 && port->write_descriptor != port->descriptor) close(port->write_descriptor);
    if (port->descriptor >= 0) close(port->descriptor);
    port->descriptor = port->write_descriptor = -1;
    port->clock = port->costless = port->held = port->primed = false;
    port->requests = (struct card_requests){.unsent_unit = 1};
    port->state = PORT_SILENT;
    port->queued = port->steady = port->block_cost = 0;
}

static void lose(struct port *port) {
    port_let_go(port);
    port->owes_loss = true;
}

static bool comes_again(int error) { return error == EAGAIN || error == EINTR || error == ENOBUFS || error == ENOMEM; }

static void push_out(struct port *port) {
    port->head = (port->head + 1) % PORT_QUEUE;
    port->queued--;
    count(&port->slips);
}

static uint8_t *place_for_block(struct port *port) {
    if (port->queued == PORT_QUEUE) {
        push_out(port);
        port->steady = 0;
    }
    return port->queue[(port->head + port->queued++) % PORT_QUEUE];
}

// Only the driver understands the value, but reading goes on only after it was fetched. Without room to report it
// stays pending for the next tick.
static enum port_taken fetch_event(struct port *port, struct detections *detections) {
    int value = 0;
    port->primed = false;  // what it had in hand may be gone: sent in vain, or thrown away as the line hung up
    if (ring_room(&detections->ring) == 0) return TOOK_NOTHING;
    if (ioctl(port->descriptor, port->requests.event_request, &value) < 0) {
        if (!comes_again(errno)) lose(port);
        return TOOK_NOTHING;
    }
    detections_insist(detections, (struct detection){.slot = port->slot, .kind = PENDING_EVENT, .value = value});
    return TOOK_EVENT;
}

enum port_taken port_read_one(struct port *port, int32_t law, struct detections *detections) {
    uint8_t block[BLOCK_SAMPLES];
    ssize_t got = read(port->descriptor, block, sizeof block);
    if (got < 0 && errno == port->requests.event_error) return fetch_event(port, detections);
    if (got < 0 && comes_again(errno)) return TOOK_NOTHING;
    if (got <= 0) {
        lose(port);
        return TOOK_NOTHING;
    }
    if (got < BLOCK_SAMPLES) {
        memset(block + got, idle_octet(law), (size_t)(BLOCK_SAMPLES - got));
        count(&port->lost);
    }
    memcpy(place_for_block(port), block, sizeof block);
    return TOOK_BLOCK;
}

void port_read(struct port *port, int32_t law, uint64_t tick, struct detections *detections) {
    // A port in step brings one block a tick. Looking for a second one each time would double the system calls.
    bool thoroughly = (tick + (uint64_t)port->slot) % PORT_LOOK_TWICE == 0 || port->state != PORT_HEARD;
    for (int n = 0; n < PORT_READS; n++) {
        if (port_read_one(port, law, detections) == TOOK_NOTHING) return;
        if (port->queued > PORT_IN_HAND && !thoroughly) return;
    }
}

// What waits for a whole window is not in hand against jitter but late: another clock brought it, or a burst.
static void judge_surplus(struct port *port, uint64_t tick) {
    if (port->queued < port->least_queued) port->least_queued = port->queued;
    if ((tick + (uint64_t)port->slot) % PORT_WINDOW != 0) return;
    int32_t surplus = port->least_queued - PORT_IN_HAND;
    if (surplus > PORT_DRIFT) port->steady = 0;
    for (; surplus > 0; surplus--) push_out(port);
    port->least_queued = PORT_QUEUE;
}

// What had piled up before anybody listened is nobody's: only the newest block is kept, and waits for a tick.
static void begin(struct port *port) {
    port->head = (port->head + port->queued - 1) % PORT_QUEUE;
    port->queued = 1;
    port->state = PORT_FIRST;
}

void port_feed(struct port *port, int32_t law, uint64_t tick, uint8_t *rx) {
    if (port->queued > 0 && port->state != PORT_SILENT) {
        memcpy(rx, port->queue[port->head], BLOCK_SAMPLES);
        port->head = (port->head + 1) % PORT_QUEUE;
        port->queued--;
        port->steady += port->steady < PORT_STEADY;
        port->state = PORT_HEARD;
        judge_surplus(port, tick);
        return;
    }
    memset(rx, idle_octet(law), BLOCK_SAMPLES);
    port->least_queued = port->steady = 0;
    if (port->state == PORT_HEARD) count(&port->lost);
    else if (port->queued > 0) begin(port);
}

// An event may come between reading and writing: it is fetched, and the block still goes out.
static ssize_t write_block(struct port *port, const uint8_t *tx, struct detections *detections) {
    ssize_t put = write(port->write_descriptor, tx, BLOCK_SAMPLES);
    for (int n = 0; n < PORT_READS && put < 0 && errno == port->requests.event_error; n++) {
        if (fetch_event(port, detections) != TOOK_EVENT) {
            errno = EAGAIN;
            return -1;
        }
        put = write(port->write_descriptor, tx, BLOCK_SAMPLES);
    }
    return put;
}

// The blocks that wait to be sent, the one that is being sent among them; -1: the card does not tell.
static int blocks_unsent(const struct port *port) {
    uint8_t answer[PORT_ANSWER] = {0};
    int waiting = 0;
    if (ioctl(port->write_descriptor, port->requests.unsent_request, answer) < 0) return -1;
    memcpy(&waiting, answer + port->requests.unsent_place, sizeof waiting);
    return waiting / port->requests.unsent_unit;
}

// With nothing in hand a tick that comes late leaves a gap; what is too much in hand is heard late for good. Returns
// whether the next block is to be written.
static bool keep_one_in_hand(struct port *port, int32_t law, uint64_t tick, struct detections *detections) {
    if (port->requests.unsent_request == 0) return true;
    if (port->primed && (tick + (uint64_t)port->slot) % PORT_WINDOW != 0) return true;
    int unsent = blocks_unsent(port);
    port->primed = unsent <= PORT_UNSENT;
    if (!port->primed) {
        count(&port->overruns);
        return false;
    }
    if (unsent == 0) {
        uint8_t idle[BLOCK_SAMPLES];
        memset(idle, idle_octet(law), sizeof idle);
        write_block(port, idle, detections);
    }
    return port->descriptor >= 0;
}

void port_write(struct port *port, int32_t law, uint64_t tick, const uint8_t *tx, struct detections *detections) {
    int unsent = 0;
    if (!keep_one_in_hand(port, law, tick, detections)) return;
    // Sockets say what waits, in octets of kernel memory; cards and pipes have as much room as they were given.
    if (!port->costless) {
        port->costless = ioctl(port->write_descriptor, SIOCOUTQ, &unsent) != 0;
        if (port->block_cost > 0 && unsent >= PORT_UNSENT * port->block_cost) {
            count(&port->overruns);
            return;
        }
    }
    ssize_t put = write_block(port, tx, detections);
    if (port->descriptor < 0) return;
    if (put == BLOCK_SAMPLES) {
        if (!port->costless && port->block_cost == 0 && unsent == 0 &&
            ioctl(port->write_descriptor, SIOCOUTQ, &unsent) == 0)
            port->block_cost = unsent;
        return;
    }
    if (put < 0 && !comes_again(errno) && errno != port->requests.event_error) lose(port);
    else count(&port->overruns);
}

int32_t port_drain(struct port *port) {
    uint8_t block[BLOCK_SAMPLES];
    int32_t drained = port->queued;
    for (int n = 0; n < DRAIN_READS && read(port->descriptor, block, sizeof block) > 0; n++) drained++;
    port->queued = port->steady = 0;
    if (port->state == PORT_HEARD) port->state = PORT_FIRST;  // one in hand again before it is heard
    __atomic_store_n(&port->slips, port->slips + (uint64_t)drained, __ATOMIC_RELAXED);
    return drained;
}

void port_tell(struct port *port, struct detections *detections) {
    if (port->owes_loss)
        port->owes_loss = !detections_insist(detections,
                                             (struct detection){.slot = port->slot, .kind = DESCRIPTOR_LOST});
}
