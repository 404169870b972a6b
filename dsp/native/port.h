// One port of the pump: its descriptor, the blocks that wait to be heard, and what went wrong on it.
// One read is one block. Everything here runs in the pump's thread.
#pragma once
#include "detections.h"

enum {
    PORT_QUEUE = 16,           // blocks that wait to be heard, at most; one more pushes the oldest out: a slip
    PORT_IN_HAND = 1,          // a block that waits for good is surplus: another clock has brought it
    PORT_WINDOW = 64,          // ticks over which the surplus is judged
    PORT_LOOK_TWICE = 32,      // ticks: how often a port is read until it is empty
    PORT_READS = 8,            // a tick at most: a port that floods cannot hold up the rest
    PORT_UNSENT = 2,           // blocks that may wait to be fetched by the far end
    PORT_ANSWER = 64,          // octets of a request's answer, at most
    PORT_DRIFT = 1,            // blocks of surplus in a window; who brings more is no clock
    PORT_STEADY = 100,         // blocks without a gap: fit to be the clock
};

enum port_state {
    PORT_SILENT,               // nothing came yet
    PORT_FIRST,                // the first block waits for a tick, so that one is always in hand
    PORT_HEARD,
};

enum port_taken { TOOK_NOTHING, TOOK_BLOCK, TOOK_EVENT };

struct port {
    int32_t slot;
    int descriptor;            // where blocks come from; -1: none
    int write_descriptor;      // where they go: often the same
    bool clock;                // may be the clock
    struct card_requests requests;
    enum port_state state;
    int32_t head, queued, least_queued, steady;
    int32_t block_cost;        // what the kernel charges for one unsent block; 0: not known
    bool costless;             // the kernel does not say what waits
    bool primed;               // one block more than is due has been written
    bool held;                 // nothing is written: the card itself dials
    bool owes_loss;            // DESCRIPTOR_LOST found no room yet
    uint64_t lost, slips, overruns;
    uint8_t queue[PORT_QUEUE][BLOCK_SAMPLES];
};

void port_new(struct port *port, int32_t slot);
// Closes the descriptors; what was counted stays.
void port_let_go(struct port *port);
// Takes one block or one pending event from the descriptor, if something is there and the descriptor not gone.
enum port_taken port_read_one(struct port *port, int32_t law, struct detections *detections);
// Takes what has come, enough for this tick and seldom more than one system call.
void port_read(struct port *port, int32_t law, uint64_t tick, struct detections *detections);
// The next block goes to rx (160); silence if there is none, counted as lost once the port has been alive.
void port_feed(struct port *port, int32_t law, uint64_t tick, uint8_t *rx);
// Gives the line its next block (160), and keeps one block in hand there where the card tells what waits.
void port_write(struct port *port, int32_t law, uint64_t tick, const uint8_t *tx, struct detections *detections);
// Throws away what has piled up while the machine stood still. Returns how many blocks.
int32_t port_drain(struct port *port);
// Reports a lost descriptor, as soon as there is room.
void port_tell(struct port *port, struct detections *detections);
