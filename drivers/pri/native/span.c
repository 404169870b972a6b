#include "span.h"

#include <libpri.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#define FRAMES 256
#define LOG_OCTETS 65536
#define CHECKSUM 2 /* libpri takes and gives two octets for it; their contents do not matter */

typedef struct {
    int length;
    uint8_t octets[PRI_SPAN_FRAME];
} waiting_frame;

struct pri_span {
    struct pri *pri;
    const uint8_t *received;
    int received_length;
    waiting_frame frames[FRAMES];
    unsigned first_frame, last_frame;
    long frames_lost;
    char log[LOG_OCTETS];
    unsigned log_length;
    long log_lost;
};

/* libpri's own, not in its header: whether it still has a record at this place. */
int q931_is_call_valid(struct pri *pri, struct q931_call *call);

static int64_t clock_us;

void pri_span_clock(double seconds)
{
    clock_us = llround(seconds * 1e6);
}

static int64_t microseconds(const struct timeval *time)
{
    return (int64_t)time->tv_sec * 1000000 + time->tv_usec;
}

/* The linker gives libpri this in place of gettimeofday: a clock that is set must not fire its timers. */
int __wrap_gettimeofday(struct timeval *now, void *zone);
int __wrap_gettimeofday(struct timeval *now, void *zone)
{
    (void)zone;
    now->tv_sec = (time_t)(clock_us / 1000000);
    now->tv_usec = (suseconds_t)(clock_us % 1000000);
    return 0;
}

static int read_frame(struct pri *pri, void *buffer, int capacity)
{
    pri_span *span = pri_get_userdata(pri);
    if (!span->received || span->received_length + CHECKSUM > capacity)
        return 0;
    /* libpri looks for an octet that ends a number beyond the end of a frame: it shall find one. */
    memset(buffer, 0xff, (size_t)capacity);
    memcpy(buffer, span->received, (size_t)span->received_length);
    int length = span->received_length;
    span->received = NULL;
    return length + CHECKSUM;
}

static int write_frame(struct pri *pri, void *buffer, int length)
{
    pri_span *span = pri_get_userdata(pri);
    int octets = length - CHECKSUM;
    if (octets <= 0 || octets > PRI_SPAN_FRAME || span->last_frame - span->first_frame == FRAMES) {
        span->frames_lost++;
        return length;
    }
    waiting_frame *frame = &span->frames[span->last_frame++ % FRAMES];
    frame->length = octets;
    memcpy(frame->octets, buffer, (size_t)octets);
    return length;
}

static void keep_log(struct pri *pri, char *text)
{
    pri_span *span = pri ? pri_get_userdata(pri) : NULL;
    size_t length = strlen(text);
    if (!span)
        return;
    if (span->log_length + length + 1 > LOG_OCTETS) {
        span->log_lost++;
        return;
    }
    memcpy(span->log + span->log_length, text, length);
    span->log_length += (unsigned)length;
}

pri_span *pri_span_new(int node, int switch_type)
{
    pri_set_message(keep_log);
    pri_set_error(keep_log);
    pri_span *span = calloc(1, sizeof *span);
    if (!span)
        return NULL;
    span->pri = pri_new_cb(-1, node, switch_type, read_frame, write_frame, span);
    if (!span->pri) {
        free(span);
        return NULL;
    }
    pri_facility_enable(span->pri);
    /* Without it two libpri answer each other's SERVICE for ever. */
    pri_set_service_message_support(span->pri, 1);
    pri_hangup_fix_enable(span->pri, 1); /* release as Q.931, 5.3.2 says */
    pri_set_inbanddisconnect(span->pri, 1);
    return span;
}

/* ------------------------------------------------------------ telling */

static void copy_text(char *to, const char *from, size_t size)
{
    size_t length = strnlen(from, size - 1);
    memcpy(to, from, length);
    to[length] = 0;
}

static void copy_party(pri_span_party *to, const struct pri_party_id *from)
{
    to->number_valid = from->number.valid;
    if (from->number.valid) {
        to->number_presentation = from->number.presentation;
        to->number_plan = from->number.plan;
        copy_text(to->number, from->number.str, sizeof from->number.str);
    }
    to->name_valid = from->name.valid;
    if (from->name.valid) {
        to->name_presentation = from->name.presentation;
        to->name_char_set = from->name.char_set;
        copy_text(to->name, from->name.str, sizeof from->name.str);
    }
}

static void copy_subcommands(pri_span_event *told, const struct pri_subcommands *commands)
{
    if (!commands)
        return;
    for (int index = 0; index < commands->counter_subcmd && index < PRI_MAX_SUBCOMMANDS; index++) {
        const struct pri_subcommand *command = &commands->subcmd[index];
        switch (command->cmd) {
        case PRI_SUBCMD_CONNECTED_LINE:
            copy_party(&told->connected, &command->u.connected_line.id);
            break;
        case PRI_SUBCMD_REDIRECTING:
            copy_party(&told->redirecting, &command->u.redirecting.from);
            copy_party(&told->originally_called, &command->u.redirecting.orig_called);
            told->redirecting_reason = command->u.redirecting.reason;
            told->redirecting_count = command->u.redirecting.count;
            break;
        default:
            break;
        }
    }
}

static void tell_setup(pri_span_event *told, const pri_event_ring *ring)
{
    told->call = ring->call;
    told->channel = ring->channel;
    told->flexible = ring->flexible;
    told->complete = ring->complete;
    told->progress_mask = ring->progressmask;
    told->transfer_capability = ring->ctype;
    told->called_plan = ring->calledplan;
    copy_text(told->digits, ring->callednum, sizeof told->digits);
    copy_party(&told->calling, &ring->calling);
    copy_subcommands(told, ring->subcmds);
}

static void tell(pri_span_event *told, pri_event *event)
{
    memset(told, 0, sizeof *told);
    told->channel = -1;
    if (!event)
        return;
    told->kind = event->e;
    switch (event->e) {
    case PRI_EVENT_RING:
        tell_setup(told, &event->ring);
        break;
    case PRI_EVENT_INFO_RECEIVED:
        told->call = event->ring.call;
        told->channel = event->ring.channel;
        told->complete = event->ring.complete;
        copy_text(told->digits, event->ring.callednum, sizeof told->digits);
        copy_subcommands(told, event->ring.subcmds);
        break;
    case PRI_EVENT_KEYPAD_DIGIT:
        told->call = event->digit.call;
        told->channel = event->digit.channel;
        copy_text(told->digits, event->digit.digits, sizeof event->digit.digits);
        break;
    case PRI_EVENT_HANGUP:
    case PRI_EVENT_HANGUP_REQ:
    case PRI_EVENT_HANGUP_ACK:
        told->call = event->hangup.call;
        told->channel = event->hangup.channel;
        told->cause = event->hangup.cause;
        copy_subcommands(told, event->hangup.subcmds);
        break;
    case PRI_EVENT_RINGING:
        told->call = event->ringing.call;
        told->channel = event->ringing.channel;
        told->progress_mask = event->ringing.progressmask;
        copy_subcommands(told, event->ringing.subcmds);
        break;
    case PRI_EVENT_ANSWER:
        told->call = event->answer.call;
        told->channel = event->answer.channel;
        told->progress_mask = event->answer.progressmask;
        copy_subcommands(told, event->answer.subcmds);
        break;
    case PRI_EVENT_PROCEEDING:
        told->call = event->proceeding.call;
        told->channel = event->proceeding.channel;
        told->progress_mask = event->proceeding.progressmask;
        copy_subcommands(told, event->proceeding.subcmds);
        break;
    case PRI_EVENT_PROGRESS:
        told->call = event->proceeding.call;
        told->channel = event->proceeding.channel;
        told->progress_mask = event->proceeding.progressmask;
        told->cause = event->proceeding.cause;
        copy_subcommands(told, event->proceeding.subcmds);
        break;
    case PRI_EVENT_SETUP_ACK:
        told->call = event->setup_ack.call;
        told->channel = event->setup_ack.channel;
        told->progress_mask = event->setup_ack.progressmask;
        copy_subcommands(told, event->setup_ack.subcmds);
        break;
    case PRI_EVENT_CONNECT_ACK:
        told->call = event->connect_ack.call;
        told->channel = event->connect_ack.channel;
        copy_subcommands(told, event->connect_ack.subcmds);
        break;
    case PRI_EVENT_NOTIFY:
        told->call = event->notify.call;
        told->channel = event->notify.channel;
        told->notification = event->notify.info;
        copy_subcommands(told, event->notify.subcmds);
        break;
    case PRI_EVENT_FACILITY:
        told->call = event->facility.call;
        copy_subcommands(told, event->facility.subcmds);
        break;
    case PRI_EVENT_RESTART:
        told->channel = event->restart.channel;
        break;
    case PRI_EVENT_RESTART_ACK:
        told->channel = event->restartack.channel;
        break;
    case PRI_EVENT_SERVICE:
        told->channel = event->service.channel;
        told->change_status = event->service.changestatus;
        break;
    case PRI_EVENT_SERVICE_ACK:
        told->channel = event->service_ack.channel;
        told->change_status = event->service_ack.changestatus;
        break;
    case PRI_EVENT_HOLD:
        told->call = event->hold.call;
        break;
    case PRI_EVENT_RETRIEVE:
        told->call = event->retrieve.call;
        break;
    case PRI_EVENT_CONFIG_ERR:
        copy_text(told->error, event->err.err, sizeof told->error);
        break;
    default:
        break;
    }
}

int pri_span_receive(pri_span *span, const uint8_t *frame, int length, pri_span_event *told)
{
    if (length < 1 || length > PRI_SPAN_FRAME) {
        tell(told, NULL);
        return -1;
    }
    span->received = frame;
    span->received_length = length;
    tell(told, pri_check_event(span->pri));
    span->received = NULL;
    return told->kind;
}

int pri_span_run_timer(pri_span *span, pri_span_event *told)
{
    struct timeval *next = pri_schedule_next(span->pri);
    tell(told, NULL);
    if (!next || microseconds(next) > clock_us)
        return 0;
    tell(told, pri_schedule_run(span->pri));
    return 1;
}

double pri_span_next_timer(pri_span *span)
{
    struct timeval *next = pri_schedule_next(span->pri);
    return next ? (double)microseconds(next) * 1e-6 : -1.0;
}

int pri_span_take_frame(pri_span *span, uint8_t *frame)
{
    if (span->first_frame == span->last_frame)
        return 0;
    const waiting_frame *first = &span->frames[span->first_frame++ % FRAMES];
    memcpy(frame, first->octets, (size_t)first->length);
    return first->length;
}

long pri_span_frames_lost(pri_span *span)
{
    return span->frames_lost;
}

int pri_span_take_log(pri_span *span, char *text, int capacity)
{
    int length = (int)span->log_length < capacity ? (int)span->log_length : capacity;
    memcpy(text, span->log, (size_t)length);
    memmove(span->log, span->log + length, span->log_length - (unsigned)length);
    span->log_length -= (unsigned)length;
    return length;
}

long pri_span_log_lost(pri_span *span)
{
    return span->log_lost;
}

void pri_span_debug(pri_span *span, int flags)
{
    pri_set_debug(span->pri, flags);
}

/* ------------------------------------------------------------ settings */

void pri_span_overlap(pri_span *span, int allowed)
{
    pri_set_overlapdial(span->pri, allowed);
}

int pri_span_set_timer(pri_span *span, const char *name, int value)
{
    int index = pri_timer2idx(name);
    return index < 0 ? -1 : pri_set_timer(span->pri, index, value);
}

int pri_span_get_timer(pri_span *span, const char *name)
{
    int index = pri_timer2idx(name);
    return index < 0 ? -1 : pri_get_timer(span->pri, index);
}

int pri_span_active_calls(pri_span *span)
{
    static const char heading[] = "Total active-calls:";
    char *text = pri_dump_info_str(span->pri);
    const char *found = text ? strstr(text, heading) : NULL;
    int count = found ? atoi(found + sizeof heading - 1) : -1;
    free(text);
    return count;
}

/* ------------------------------------------------------------ doing */

static void set_party(struct pri_party_id *to, const pri_span_party *from)
{
    to->number.valid = from->number_valid;
    to->number.presentation = from->number_presentation;
    to->number.plan = from->number_plan;
    copy_text(to->number.str, from->number, sizeof to->number.str);
    to->name.valid = from->name_valid;
    to->name.presentation = from->name_presentation;
    to->name.char_set = from->name_char_set;
    copy_text(to->name.str, from->name, sizeof to->name.str);
}

void *pri_span_call(pri_span *span, const pri_span_setup *wanted)
{
    q931_call *call = pri_new_call(span->pri);
    struct pri_sr *request = pri_sr_new();
    if (!call || !request)
        goto refused;
    char called[PRI_SPAN_DIGITS];
    copy_text(called, wanted->called, sizeof called);
    pri_sr_set_channel(request, wanted->channel, wanted->exclusive, wanted->not_isdn);
    pri_sr_set_bearer(request, wanted->transfer_capability, wanted->layer_1);
    pri_sr_set_called(request, called, wanted->called_plan, wanted->complete);
    struct pri_party_id calling = {0};
    set_party(&calling, &wanted->calling);
    pri_sr_set_caller_party(request, &calling);
    if (wanted->redirecting.number_valid) {
        struct pri_party_redirecting redirecting = {0};
        set_party(&redirecting.from, &wanted->redirecting);
        set_party(&redirecting.orig_called, &wanted->originally_called);
        redirecting.reason = wanted->redirecting_reason;
        redirecting.orig_reason = wanted->redirecting_original_reason;
        redirecting.count = wanted->redirecting_count;
        redirecting.to.number.presentation = PRES_ALLOWED_USER_NUMBER_NOT_SCREENED;
        redirecting.to.number.valid = 1;
        redirecting.to.number.plan = wanted->called_plan;
        copy_text(redirecting.to.number.str, called, sizeof redirecting.to.number.str);
        pri_sr_set_redirecting_parties(request, &redirecting);
    }
    if (pri_setup(span->pri, call, request) != 0)
        goto refused;
    pri_sr_free(request);
    return call;

refused:
    if (call)
        pri_destroycall(span->pri, call);
    if (request)
        pri_sr_free(request);
    return NULL;
}

static int progress(int in_band)
{
    return in_band ? PRI_PROG_INBAND_AVAILABLE : 0;
}

int pri_span_setup_acknowledge(pri_span *span, void *call, int channel, int in_band)
{
    return pri_setup_ack(span->pri, call, channel, 0, in_band);
}

int pri_span_proceed(pri_span *span, void *call, int channel, int in_band)
{
    return pri_proceeding(span->pri, call, channel, progress(in_band));
}

int pri_span_progress(pri_span *span, void *call, int channel, int in_band)
{
    return pri_progress(span->pri, call, channel, progress(in_band));
}

int pri_span_progress_with_cause(pri_span *span, void *call, int channel, int in_band, int cause)
{
    return pri_progress_with_cause(span->pri, call, channel, progress(in_band), cause);
}

int pri_span_alert(pri_span *span, void *call, int channel, int in_band)
{
    return pri_acknowledge(span->pri, call, channel, progress(in_band));
}

int pri_span_connect(pri_span *span, void *call, int channel)
{
    return pri_answer(span->pri, call, channel, 0);
}

int pri_span_connected_line(pri_span *span, void *call, const pri_span_party *party)
{
    struct pri_party_connected_line connected = {0};
    set_party(&connected.id, party);
    return pri_connected_line_update(span->pri, call, &connected);
}

int pri_span_information(pri_span *span, void *call, char digit)
{
    return pri_information(span->pri, call, digit);
}

int pri_span_hang_up(pri_span *span, void *call, int cause)
{
    pri_hangup(span->pri, call, cause);
    return !q931_is_call_valid(span->pri, call);
}

int pri_span_is_call(pri_span *span, void *call)
{
    return q931_is_call_valid(span->pri, call);
}

void pri_span_destroy_call(pri_span *span, void *call)
{
    pri_destroycall(span->pri, call);
}

int pri_span_restart(pri_span *span, int channel)
{
    return pri_reset(span->pri, channel);
}

int pri_span_service(pri_span *span, int channel, int change_status)
{
    return pri_maintenance_service(span->pri, 0, channel, change_status);
}
