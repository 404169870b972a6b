// The plane: its memory, its commands, and the tick. Everything under plane_tick is pure.
#include "plane.h"

enum { COMMANDS = 8192 };

enum command_kind {
    SET_LAW,             // up to DISCONNECT: those that change what the slot is sent
    PLAY,
    STOP_PLAY,
    OPEN_FEED,
    CLOSE_FEED,
    PLAY_TONE,
    STOP_TONE,
    CONNECT,
    DISCONNECT,
    LISTEN,
    COMPEL,
    FORGET_COMPELLED,
    MUTE_DIGITS,
    CAPTURE,
    STOP_CAPTURE,
    RECORD,
    STOP_RECORD,
};

struct command {
    int32_t kind;
    int32_t slot;
    int32_t values[4];
    float gain;
    uint64_t token;
    uint64_t count;
    union {
        const void *read;
        uint8_t *write;
        struct live_feed *feed;
    } memory;
};

// Blocks of linear sound; each begins with a line of the cache.
static int16_t *silent_blocks(size_t count) {
    size_t octets = count * BLOCK_SAMPLES * sizeof(int16_t);
    void *blocks = aligned_alloc(64, octets);
    return blocks == NULL ? NULL : memset(blocks, 0, octets);
}

struct plane *plane_new(int32_t slots, int32_t law, int32_t at_most) {
    struct plane *plane = calloc(1, sizeof *plane);
    if (plane == NULL) return NULL;
    size_t count = (size_t)slots, padded = (count + 7) / 8 * 8, octets = count * BLOCK_SAMPLES;
    plane->slots = slots;
    plane->kernels = kernels_up_to(at_most);
    plane->rx = malloc(octets);
    plane->tx = malloc(octets);
    plane->law = malloc(count);
    plane->from_line = silent_blocks(padded);
    plane->to_line = silent_blocks(padded);
    plane->quiet = calloc(count, sizeof *plane->quiet);
    plane->listened = calloc(count, sizeof *plane->listened);
    plane->used = calloc(count, sizeof *plane->used);
    plane->pump = pump_new(slots);
    bool good = plane->rx && plane->tx && plane->law && plane->from_line && plane->to_line && plane->quiet &&
                plane->listened && plane->used && plane->pump;
    good &= ring_new(&plane->commands, sizeof(struct command), COMMANDS);
    good &= detections_new(&plane->detections, slots);
    good &= dtmf_new(&plane->dtmf, slots);
    good &= digit_mute_new(&plane->digit_mute, slots);
    good &= progress_new(&plane->progress, slots);
    good &= mf_new(&plane->mf, slots);
    good &= compelled_new(&plane->compelled, slots);
    good &= signal_tones_new(&plane->signal_tones, slots);
    good &= activity_new(&plane->activity, slots);
    good &= player_new(&plane->player, slots);
    good &= live_new(&plane->live, slots);
    good &= tone_new(&plane->tone, slots);
    good &= matrix_new(&plane->matrix, slots);
    good &= outlet_new(&plane->outlet, slots);
    good &= capture_new(&plane->capture, slots);
    good &= record_new(&plane->record, slots);
    plane->progress.kernels = plane->matrix.kernels = plane->player.kernels = plane->kernels;
    plane->outlet.kernels = plane->live.kernels = plane->kernels;
    plane->mf.kernels = plane->signal_tones.kernels = plane->kernels;
    if (!good) {
        plane_free(plane);
        return NULL;
    }
    memset(plane->rx, idle_octet(law), octets);
    memset(plane->tx, idle_octet(law), octets);
    memset(plane->law, law, count);
    return plane;
}

void plane_free(struct plane *plane) {
    if (plane == NULL) return;
    if (plane->pump != NULL) plane_stop(plane);
    pump_free(plane->pump);
    free(plane->rx);
    free(plane->tx);
    free(plane->law);
    free(plane->from_line);
    free(plane->to_line);
    free(plane->quiet);
    free(plane->listened);
    free(plane->used);
    ring_free(&plane->commands);
    detections_free(&plane->detections);
    dtmf_free(&plane->dtmf);
    digit_mute_free(&plane->digit_mute);
    progress_free(&plane->progress);
    mf_free(&plane->mf);
    compelled_free(&plane->compelled);
    signal_tones_free(&plane->signal_tones);
    activity_free(&plane->activity);
    player_free(&plane->player);
    live_free(&plane->live);
    tone_free(&plane->tone);
    matrix_free(&plane->matrix);
    outlet_free(&plane->outlet);
    capture_free(&plane->capture);
    record_free(&plane->record);
    free(plane);
}

const char *plane_instruction_set(const struct plane *plane) { return plane->kernels->name; }

uint8_t *plane_rx(struct plane *plane) { return plane->rx; }

uint8_t *plane_tx(struct plane *plane) { return plane->tx; }

uint64_t plane_ticks(const struct plane *plane) { return __atomic_load_n(&plane->ticks, __ATOMIC_RELAXED); }

int32_t plane_edge_capacity(const struct plane *plane) { return plane->matrix.capacity; }

int32_t plane_record_capacity(const struct plane *plane) { return plane->record.capacity; }

bool plane_set_law(struct plane *plane, int32_t slot, int32_t law) {
    return ring_push(&plane->commands, &(struct command){.kind = SET_LAW, .slot = slot, .values = {law}});
}

bool plane_play(struct plane *plane, int32_t slot, const uint8_t *octets, uint64_t count, bool loop, float gain,
                uint64_t token) {
    return ring_push(&plane->commands, &(struct command){.kind = PLAY, .slot = slot, .values = {loop}, .gain = gain,
                                                         .token = token, .count = count, .memory.read = octets});
}

bool plane_stop_play(struct plane *plane, int32_t slot) {
    return ring_push(&plane->commands, &(struct command){.kind = STOP_PLAY, .slot = slot});
}

bool plane_open_feed(struct plane *plane, int32_t slot, struct live_feed *feed, uint64_t token) {
    return ring_push(&plane->commands,
                     &(struct command){.kind = OPEN_FEED, .slot = slot, .token = token, .memory.feed = feed});
}

bool plane_close_feed(struct plane *plane, int32_t slot) {
    return ring_push(&plane->commands, &(struct command){.kind = CLOSE_FEED, .slot = slot});
}

bool plane_play_tone(struct plane *plane, int32_t slot, const struct tone_segment *segments, uint64_t count,
                     bool repeat, uint64_t token) {
    return ring_push(&plane->commands, &(struct command){.kind = PLAY_TONE, .slot = slot, .values = {repeat},
                                                         .token = token, .count = count, .memory.read = segments});
}

bool plane_stop_tone(struct plane *plane, int32_t slot) {
    return ring_push(&plane->commands, &(struct command){.kind = STOP_TONE, .slot = slot});
}

bool plane_connect(struct plane *plane, int32_t source, int32_t destination, float gain) {
    return ring_push(&plane->commands,
                     &(struct command){.kind = CONNECT, .slot = destination, .values = {source}, .gain = gain});
}

bool plane_disconnect(struct plane *plane, int32_t source, int32_t destination) {
    return ring_push(&plane->commands, &(struct command){.kind = DISCONNECT, .slot = destination, .values = {source}});
}

bool plane_listen(struct plane *plane, int32_t slot, bool digits, const struct progress_plan *plan, bool activity,
                  int32_t mf_system, bool signal_tones) {
    return ring_push(&plane->commands, &(struct command){.kind = LISTEN, .slot = slot,
                                                         .values = {digits, activity, mf_system, signal_tones},
                                                         .memory.read = plan});
}

bool plane_compel(struct plane *plane, int32_t slot, bool when_signal_begins, const struct tone_segment *segments,
                  uint64_t count, uint64_t token) {
    return ring_push(&plane->commands, &(struct command){.kind = COMPEL, .slot = slot, .values = {when_signal_begins},
                                                         .token = token, .count = count, .memory.read = segments});
}

bool plane_forget_compelled(struct plane *plane, int32_t slot) {
    return ring_push(&plane->commands, &(struct command){.kind = FORGET_COMPELLED, .slot = slot});
}

bool plane_mute_digits(struct plane *plane, int32_t slot, bool mute) {
    return ring_push(&plane->commands, &(struct command){.kind = MUTE_DIGITS, .slot = slot, .values = {mute}});
}

bool plane_capture(struct plane *plane, int32_t slot, uint8_t *octets, uint64_t count, uint64_t token) {
    return ring_push(&plane->commands, &(struct command){.kind = CAPTURE, .slot = slot, .token = token,
                                                         .count = count, .memory.write = octets});
}

bool plane_stop_capture(struct plane *plane, int32_t slot) {
    return ring_push(&plane->commands, &(struct command){.kind = STOP_CAPTURE, .slot = slot});
}

bool plane_record(struct plane *plane, int32_t entry, int32_t left_slot, int32_t left_direction, int32_t right_slot,
                  int32_t right_direction, uint64_t token) {
    return ring_push(&plane->commands,
                     &(struct command){.kind = RECORD, .slot = entry, .token = token,
                                       .values = {left_slot, right_slot, left_direction, right_direction}});
}

bool plane_stop_record(struct plane *plane, int32_t entry) {
    return ring_push(&plane->commands, &(struct command){.kind = STOP_RECORD, .slot = entry});
}

static void obey(struct plane *plane, const struct command *command) {
    struct detections *detections = &plane->detections;
    int32_t slot = command->slot;
    const int32_t *values = command->values;
    if (command->kind <= DISCONNECT) outlet_change(&plane->outlet, slot);
    plane->uses_changed |= command->kind >= CONNECT;
    switch (command->kind) {
    case SET_LAW:
        plane->law[slot] = (uint8_t)values[0];
        break;
    case PLAY:
        player_start(&plane->player, slot, command->memory.read, command->count, values[0], command->gain,
                     command->token, detections);
        break;
    case STOP_PLAY:
        player_stop(&plane->player, slot, detections);
        break;
    case OPEN_FEED:
        live_open(&plane->live, slot, command->memory.feed, command->token, detections);
        break;
    case CLOSE_FEED:
        live_close(&plane->live, slot, detections);
        break;
    case PLAY_TONE:
        tone_start(&plane->tone, slot, command->memory.read, command->count, values[0], command->token, detections);
        break;
    case STOP_TONE:
        tone_stop(&plane->tone, slot, detections);
        break;
    case CONNECT:
        matrix_connect(&plane->matrix, values[0], slot, command->gain);
        break;
    case DISCONNECT:
        matrix_disconnect(&plane->matrix, values[0], slot);
        break;
    case LISTEN:
        dtmf_listen(&plane->dtmf, slot, values[0]);
        progress_listen(&plane->progress, slot, command->memory.read);
        activity_listen(&plane->activity, slot, values[1]);
        mf_listen(&plane->mf, slot, values[2]);
        signal_tones_listen(&plane->signal_tones, slot, values[3]);
        plane->listened[slot] = values[0] || values[1] || values[2] != MF_NONE || values[3] ||
                                command->memory.read != NULL;
        break;
    case COMPEL:
        compelled_set(&plane->compelled, slot, values[0], command->memory.read, command->count, command->token,
                      detections);
        break;
    case FORGET_COMPELLED:
        compelled_forget(&plane->compelled, slot, detections);
        break;
    case MUTE_DIGITS:
        digit_mute_set(&plane->digit_mute, slot, values[0]);
        break;
    case CAPTURE:
        capture_start(&plane->capture, slot, command->memory.write, command->count, command->token, detections);
        break;
    case STOP_CAPTURE:
        capture_stop(&plane->capture, slot, detections);
        break;
    case RECORD:
        record_start(&plane->record, slot, values, values + 2, command->token);
        break;
    case STOP_RECORD:
        record_stop(&plane->record, slot);
        break;
    }
}

// A bridged call with nothing else to hear: the far line's octets as they are. Decoding and encoding them again would
// change none of them, but mu-law's negative zero into the positive one.
static void pass(struct plane *plane, const uint8_t *rx, uint8_t *tx, int32_t source, int32_t slot) {
    const int16_t *linear = plane->from_line + (size_t)source * BLOCK_SAMPLES;
    plane->kernels->copy(plane->to_line + (size_t)slot * BLOCK_SAMPLES, linear);
    rx += (size_t)source * BLOCK_SAMPLES;
    if (plane->law[slot] == LAW_ALAW) memcpy(tx, rx, BLOCK_SAMPLES);
    else
        for (int n = 0; n < BLOCK_SAMPLES; n++) tx[n] = rx[n] == 0x7f ? 0xff : rx[n];
    plane->quiet[slot] = 0;
}

// What the slot is sent: whom it hears, what plays to it, its tone.
static void send(struct plane *plane, const uint8_t *rx, uint8_t *tx, int32_t slot) {
    int32_t source = matrix_only_source(&plane->matrix, slot);
    if (source >= 0 && plane->law[source] == plane->law[slot] && !plane->digit_mute.muting[source] &&
        plane->player.octets[slot] == NULL &&
        plane->tone.segments[slot] == NULL && plane->live.feed[slot] == NULL && outlet_at_rest(&plane->outlet, slot)) {
        pass(plane, rx, tx, source, slot);
        return;
    }
    int32_t sum[BLOCK_SAMPLES] = {0};
    int16_t *linear = plane->to_line + (size_t)slot * BLOCK_SAMPLES;
    bool sound = matrix_add(&plane->matrix, sum, plane->from_line, slot);
    sound |= player_add(&plane->player, sum, slot, plane->law[slot], &plane->detections);
    sound |= tone_add(&plane->tone, sum, slot, &plane->detections);
    sound |= live_add(&plane->live, sum, slot, plane->law[slot], &plane->outlet, &plane->detections);
    // What was cut off fades away.
    sound |= plane->outlet.changed[slot] && linear[BLOCK_SAMPLES - 1] != 0;
    if (sound) {
        outlet_run(&plane->outlet, slot, sum, linear);
        plane->kernels->encode(plane->law[slot], tx, linear, BLOCK_SAMPLES);
    } else {
        if (!plane->quiet[slot]) memset(linear, 0, BLOCK_SAMPLES * sizeof *linear);
        memset(tx, idle_octet(plane->law[slot]), BLOCK_SAMPLES);
        outlet_rest(&plane->outlet, slot);
    }
    plane->quiet[slot] = !sound;
}

// Most lines of an exchange are idle: what nobody hears, records or listens to is not even decoded.
static void find_used(struct plane *plane) {
    plane->uses_changed = false;
    for (int32_t slot = 0; slot < plane->slots; slot++)
        plane->used[slot] = plane->listened[slot] || plane->digit_mute.muting[slot];
    matrix_mark_sources(&plane->matrix, plane->used);
    record_mark_sources(&plane->record, plane->used);
}

void plane_tick(struct plane *plane, const uint8_t *rx, uint8_t *tx) {
    struct detections *detections = &plane->detections;
    struct command command;
    detections->tick = plane->ticks;
    // A command may have to report what it ended: leave the rest waiting while nobody drains.
    while (ring_room(&detections->ring) > detections->reserve && ring_pop(&plane->commands, &command))
        obey(plane, &command);
    if (plane->uses_changed) find_used(plane);
    for (int32_t slot = 0; slot < plane->slots; slot++) {
        const uint8_t *octets = rx + (size_t)slot * BLOCK_SAMPLES;
        capture_run(&plane->capture, octets, slot, detections);
        if (!plane->used[slot]) continue;
        int16_t *linear = plane->from_line + (size_t)slot * BLOCK_SAMPLES;
        plane->kernels->decode(plane->law[slot], linear, octets, BLOCK_SAMPLES);
        progress_run(&plane->progress, linear, slot, detections);
        signal_tones_run(&plane->signal_tones, linear, slot, detections);
        int events = mf_run(&plane->mf, linear, slot, detections);
        if (events != 0 && compelled_run(&plane->compelled, &plane->tone, slot, events, detections))
            outlet_change(&plane->outlet, slot);
        activity_run(&plane->activity, linear, slot, detections);
    }
    plane->kernels->dtmf(&plane->dtmf, plane->from_line, detections);
    for (int32_t slot = 0; slot < plane->slots; slot++)
        digit_mute_run(&plane->digit_mute, &plane->dtmf, plane->from_line + (size_t)slot * BLOCK_SAMPLES, slot,
                       plane->ticks);
    for (int32_t slot = 0; slot < plane->slots; slot++) send(plane, rx, tx + (size_t)slot * BLOCK_SAMPLES, slot);
    record_run(&plane->record, plane->from_line, plane->to_line, detections);
    __atomic_store_n(&plane->ticks, plane->ticks + 1, __ATOMIC_RELAXED);
}

int32_t plane_detections(struct plane *plane, struct detection *out, int32_t count) {
    int32_t taken = 0;
    while (taken < count && ring_pop(&plane->detections.ring, out + taken)) taken++;
    return taken;
}

int32_t plane_recorded(struct plane *plane, struct recorded_block *out, int32_t count) {
    int32_t taken = 0;
    while (taken < count && ring_pop(&plane->record.ring, out + taken)) taken++;
    return taken;
}
