// The media plane as the rest of the world sees it: a handle, commands, one tick, what was detected.
// cffi reads this file without its preprocessor lines, so it holds declarations only.
//
// Runs in: the commands and the drains in one thread (the event loop's), the tick in one thread (the pump's, or in
// lockstep the same). Between them are single-producer single-consumer rings only.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BLOCK_SAMPLES = 160, SAMPLE_RATE_HZ = 8000 };
// What the kernels may use: every machine, AVX2, AVX-512 with VNNI.
enum instruction_set { PORTABLE, X86_64_V3, X86_64_V4 };
enum law { LAW_ALAW = 0, LAW_MULAW = 1 };
enum direction { FROM_LINE = 0, TO_LINE = 1, BOTH_WAYS = 2 };
enum progress_tone { PROGRESS_DIAL, PROGRESS_RINGBACK, PROGRESS_BUSY, PROGRESS_CONGESTION, PROGRESS_TONES };
// Of two out of six tones; signals have numbers 1 to 15.
enum mf_system { MF_NONE, MF_R2_FORWARD, MF_R2_BACKWARD, MF_R1, MF_SYSTEMS };
enum signal_tone { SIGNAL_CNG, SIGNAL_CED, SIGNAL_ANS, SIGNAL_ANSAM, SIGNAL_SIT, SIGNAL_CAS };
enum { PLAN_FREQUENCIES = 4, PLAN_SEGMENTS = 8, TONE_OSCILLATORS = 2, DISTRIBUTION_BUCKETS = 66 };

enum detection_kind {
    DIGIT_HEARD,           // value: key 0..15 in rows of the keypad; began, level_dbm0, twist_db
    DIGIT_ENDED,           // value: key; began, duration_ms
    PROGRESS_HEARD,        // value: enum progress_tone; began, level_dbm0
    PROGRESS_ENDED,        // value: enum progress_tone; began, duration_ms
    MF_HEARD,              // value: signal 1..15; began, level_dbm0, twist_db
    MF_ENDED,              // value: signal; began, duration_ms
    SIGNAL_TONE_HEARD,     // value: enum signal_tone; began, level_dbm0, duration_ms so far
    SIGNAL_TONE_ENDED,     // value: enum signal_tone; began, duration_ms
    ACTIVITY_CHANGED,      // value: 1 active, 0 silent
    PLAY_FINISHED,         // token; value: 1 ran out, 0 stopped or replaced
    CAPTURE_FINISHED,      // token; value: octets captured
    RECORD_OVERRUN,        // token
    DESCRIPTOR_LOST,       // the pump let go of the slot's descriptor
    PENDING_EVENT,         // value: what the slot's descriptor gave when asked for its pending event
};

struct detection {
    uint64_t tick;    // the tick it was heard in; the first is 0
    uint64_t token;   // what the command that began it carried
    int32_t slot;
    int64_t began;    // the first sample of what was heard, the first of the first tick being 0
    int32_t kind;     // enum detection_kind
    int32_t value;
    float level_dbm0;
    float twist_db;
    float duration_ms;
};

// One oscillator of a tone's segment turns by this much a sample; amplitude 0 is an oscillator at rest.
struct tone_segment {
    double turn_cosine[2];   // TONE_OSCILLATORS
    double turn_sine[2];
    double amplitude[2];     // linear, of 32768
    int64_t samples;
};

struct recorded_block {
    uint64_t tick;
    uint64_t token;          // what the command that began it carried
    int16_t samples[320];    // left and right in turn
};

struct plane;
struct progress_plan;
struct live_feed;

// The kernels are the machine's best of up to that instruction set.
struct plane *plane_new(int32_t slots, int32_t law, int32_t at_most);
const char *plane_instruction_set(const struct plane *plane);
void plane_free(struct plane *plane);
uint8_t *plane_rx(struct plane *plane);
uint8_t *plane_tx(struct plane *plane);
uint64_t plane_ticks(const struct plane *plane);

// One block of every slot: rx and tx are slots x 160 octets. Pure: no allocation, lock, log or system call.
void plane_tick(struct plane *plane, const uint8_t *rx, uint8_t *tx);

// Commands take effect at the start of the next tick; false: the ring is full. What a pointer names must live until
// the detection with its token has been drained.
bool plane_set_law(struct plane *plane, int32_t slot, int32_t law);
bool plane_play(struct plane *plane, int32_t slot, const uint8_t *octets, uint64_t count, bool loop, float gain,
                uint64_t token);
bool plane_stop_play(struct plane *plane, int32_t slot);
// Live sound beside what plays: see below. Its token comes back in PLAY_FINISHED, value 0, when it is closed or replaced.
bool plane_open_feed(struct plane *plane, int32_t slot, struct live_feed *feed, uint64_t token);
bool plane_close_feed(struct plane *plane, int32_t slot);
bool plane_play_tone(struct plane *plane, int32_t slot, const struct tone_segment *segments, uint64_t count,
                     bool repeat, uint64_t token);
bool plane_stop_tone(struct plane *plane, int32_t slot);
bool plane_connect(struct plane *plane, int32_t source, int32_t destination, float gain);
bool plane_disconnect(struct plane *plane, int32_t source, int32_t destination);
bool plane_listen(struct plane *plane, int32_t slot, bool digits, const struct progress_plan *plan, bool activity,
                  int32_t mf_system, bool signal_tones);
// Compelled signalling: in the tick in which an MF signal begins (or stops), the slot's tone is stopped (segments NULL)
// or this one begins. Done once; again: in place of what was to be done. MF must be listened to.
bool plane_compel(struct plane *plane, int32_t slot, bool when_signal_begins, const struct tone_segment *segments,
                  uint64_t count, uint64_t token);
bool plane_forget_compelled(struct plane *plane, int32_t slot);
// What others hear and record of the slot comes 60 ms later, without the DTMF digits that were heard in it.
bool plane_mute_digits(struct plane *plane, int32_t slot, bool mute);
bool plane_capture(struct plane *plane, int32_t slot, uint8_t *octets, uint64_t count, uint64_t token);
bool plane_stop_capture(struct plane *plane, int32_t slot);
// A tap is a slot and a direction; slot -1 records silence. An entry of the table is the caller's to choose.
bool plane_record(struct plane *plane, int32_t entry, int32_t left_slot, int32_t left_direction, int32_t right_slot,
                  int32_t right_direction, uint64_t token);
bool plane_stop_record(struct plane *plane, int32_t entry);
int32_t plane_edge_capacity(const struct plane *plane);
int32_t plane_record_capacity(const struct plane *plane);

// Copies up to count entries out and returns how many.
int32_t plane_detections(struct plane *plane, struct detection *out, int32_t count);
int32_t plane_recorded(struct plane *plane, struct recorded_block *out, int32_t count);

// Where live sound waits for its tick: at most that many blocks (a power of two), and again in_hand of them before it
// sounds after it ran dry. NULL if memory is short. Only one thread may put; put returns how many blocks found room.
struct live_feed *live_feed_new(int32_t blocks, int32_t in_hand);
void live_feed_free(struct live_feed *feed);
int32_t live_feed_put(struct live_feed *feed, const uint8_t *octets, int32_t blocks);
int32_t live_feed_waiting(struct live_feed *feed);
uint64_t live_feed_underruns(const struct live_feed *feed);

// What a country's progress tones look like: per tone the bits of its frequencies and its cadence, on and off in turn
// (no entry: continuous), and whether every other burst is softer. NULL if memory is short.
struct progress_plan *progress_plan_new(const double *frequencies_hz, int32_t frequencies, const uint32_t *tone_bits,
                                        const float *cadence_ms, const int32_t *cadence_counts,
                                        const int32_t *alternates);
void progress_plan_free(struct progress_plan *plan);
// For the reference tests: power of two blocks at each of the plan's frequencies (room for PLAN_FREQUENCIES), in which a
// lone tone has a third of the power of all sound, which is returned.
float progress_measure(float *powers, const struct progress_plan *plan, const int16_t *older, const int16_t *newer);

// For the reference tests: the spectrum of 160 samples at six tones, as real and imaginary parts in turn, and the energy
// of all sound.
void bank_measure(float *out, const float *hertz, const int16_t *samples, int32_t at_most);

// Real time. plane_start returns 0 or an errno; granted: bit 0 real-time scheduling, bit 1 locked memory.
// clock: this port's blocks may make the ticks; of several the first that is healthy does.
// requests: how the card's driver tells more than blocks.
struct card_requests {
    int32_t event_error;       // the errno by which a read or write says that an event waits; 0: there are none
    uint64_t event_request;    // the request that fetches it as an int; the pump reports it
    uint64_t unsent_request;   // the request that tells what waits to be sent; 0: there is none
    int32_t unsent_place;      // where in its answer (at most 64 octets) the int stands,
    int32_t unsent_unit;       // and how many of its units a block has
};
int32_t plane_attach(struct plane *plane, int32_t slot, int32_t descriptor, int32_t write_descriptor, bool clock,
                     const struct card_requests *requests);
int32_t plane_detach(struct plane *plane, int32_t slot);
// Held: what comes is heard, but nothing is written until it is released, or another descriptor is attached.
int32_t plane_hold(struct plane *plane, int32_t slot, bool held);
int32_t plane_start(struct plane *plane, int32_t event_descriptor, int32_t *granted);
void plane_stop(struct plane *plane);

struct plane_counters {
    uint64_t ticks;
    uint64_t lateness[66];     // DISTRIBUTION_BUCKETS: how late ticks began
    uint64_t busy[66];         // how long they took, system calls included
    uint64_t processor_ns;     // what the pump's thread has used of a processor
    uint64_t skipped_ticks;    // left out after the machine had stood still
    uint64_t clock_changes;
    uint64_t detections_lost;
    uint64_t recorded_lost;
    int32_t clock_slot;        // whose blocks make the ticks; -1: the monotonic clock
};
void plane_counters(const struct plane *plane, struct plane_counters *out);
void plane_slot_counters(const struct plane *plane, uint64_t *lost, uint64_t *slips, uint64_t *overruns);

// The G.711 kernels by themselves, for the reference tests and for sound that is not live.
void g711_decode(int32_t law, int16_t *out, const uint8_t *in, size_t count);
void g711_encode(int32_t law, uint8_t *out, const int16_t *in, size_t count);
