/* One ISDN D-channel through libpri, without its descriptors, its clock and its pointers' dangers.
 *
 * Frames and times go in, told events and frames to be sent come out. libpri's own event is a union that the
 * next call overwrites, and fields that a message did not carry hold what lay there before: only what libpri
 * sets for an event is copied.
 *
 * Runs in: the PRI worker's process only (libpri is GPL-2.0).
 */
#ifndef SWITCHROOM_PRI_SPAN_H
#define SWITCHROOM_PRI_SPAN_H

#include <stdint.h>

#define PRI_SPAN_FRAME 264 /* N201 = 260 octets of information, and the header of LAPD */
#define PRI_SPAN_TEXT 64
#define PRI_SPAN_DIGITS 256

typedef struct pri_span pri_span;

/* A party as messages carry it; not valid: the message did not. */
typedef struct {
    int number_valid;
    int number_presentation;
    int number_plan;
    char number[PRI_SPAN_DIGITS];
    int name_valid;
    int name_presentation;
    int name_char_set;
    char name[PRI_SPAN_TEXT];
} pri_span_party;

typedef struct {
    int kind; /* libpri's PRI_EVENT_...; 0: nothing happened */
    void *call;
    int channel;  /* encoded as libpri does; -1: none told */
    int flexible; /* the channel is a proposal */
    int complete; /* no more digits follow */
    int cause;
    int progress_mask;
    int change_status;
    int notification;
    int transfer_capability;
    int called_plan;
    char digits[PRI_SPAN_DIGITS]; /* called, or those that came now */
    int redirecting_reason;
    int redirecting_count;
    pri_span_party calling;
    pri_span_party connected;
    pri_span_party redirecting;
    pri_span_party originally_called;
    char error[PRI_SPAN_DIGITS];
} pri_span_event;

typedef struct {
    int channel;
    int exclusive;
    int transfer_capability;
    int layer_1; /* PRI_LAYER_1_ULAW or ALAW */
    int not_isdn; /* the caller is on an analog line, or the like */
    int called_plan;
    int complete;
    char called[PRI_SPAN_DIGITS];
    pri_span_party calling;
    pri_span_party redirecting;
    pri_span_party originally_called;
    int redirecting_reason;
    int redirecting_original_reason;
    int redirecting_count;
} pri_span_setup;

/* What libpri takes for the time of day; its timers run by it. */
void pri_span_clock(double seconds);

/* NULL: out of memory, or libpri knows no such switch. A span lives as long as the process. */
pri_span *pri_span_new(int node, int switch_type);

/* A frame without its checksum; longer ones than PRI_SPAN_FRAME are refused with -1. */
int pri_span_receive(pri_span *span, const uint8_t *frame, int length, pri_span_event *told);
/* One timer that is due; returns 1 while there may be more. */
int pri_span_run_timer(pri_span *span, pri_span_event *told);
/* When the next timer is due; negative: never. */
double pri_span_next_timer(pri_span *span);
/* The next frame to be sent, without checksum; its length, 0: none. */
int pri_span_take_frame(pri_span *span, uint8_t *frame);
/* How many frames found no room. */
long pri_span_frames_lost(pri_span *span);
/* The next line of libpri's log; its length, 0: none. */
int pri_span_take_log(pri_span *span, char *text, int capacity);
long pri_span_log_lost(pri_span *span);
void pri_span_debug(pri_span *span, int flags);

void pri_span_overlap(pri_span *span, int allowed);
int pri_span_set_timer(pri_span *span, const char *name, int value);
int pri_span_get_timer(pri_span *span, const char *name);
/* Calls that libpri keeps a record of; -1: it does not tell. */
int pri_span_active_calls(pri_span *span);

void *pri_span_call(pri_span *span, const pri_span_setup *wanted);
int pri_span_setup_acknowledge(pri_span *span, void *call, int channel, int in_band);
int pri_span_proceed(pri_span *span, void *call, int channel, int in_band);
int pri_span_progress(pri_span *span, void *call, int channel, int in_band);
int pri_span_progress_with_cause(pri_span *span, void *call, int channel, int in_band, int cause);
int pri_span_alert(pri_span *span, void *call, int channel, int in_band);
int pri_span_connect(pri_span *span, void *call, int channel);
int pri_span_connected_line(pri_span *span, void *call, const pri_span_party *party);
int pri_span_information(pri_span *span, void *call, char digit);
/* Returns 1 when that was the end of libpri's record: no event will tell of it. */
int pri_span_hang_up(pri_span *span, void *call, int cause);
/* Whether libpri still has a record at this place. */
int pri_span_is_call(pri_span *span, void *call);
/* Forgets a call without a word to the other side. */
void pri_span_destroy_call(pri_span *span, void *call);
int pri_span_restart(pri_span *span, int channel);
int pri_span_service(pri_span *span, int channel, int change_status);

#endif
