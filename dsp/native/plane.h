// The plane's inside, shared by plane.c (pure) and pump.c (real time).
#pragma once
#include "activity.h"
#include "capture.h"
#include "compelled.h"
#include "digit_mute.h"
#include "dtmf.h"
#include "g711.h"
#include "kernels.h"
#include "live.h"
#include "matrix.h"
#include "mf.h"
#include "outlet.h"
#include "player.h"
#include "progress.h"
#include "record.h"
#include "signal_tones.h"
#include "tone.h"

struct pump;

struct plane {
    int32_t slots;
    const struct kernels *kernels;
    uint64_t ticks;
    uint8_t *rx;             // slots x 160, for lockstep and for the pump
    uint8_t *tx;
    uint8_t *law;            // per slot: enum law
    int16_t *from_line;      // slots (padded to 8) x 160, linear
    int16_t *to_line;
    uint8_t *quiet;          // per slot: nothing was sent to it in the last tick
    uint8_t *listened;       // per slot: some detector listens to it
    uint8_t *used;           // per slot: somebody needs what comes from it
    bool uses_changed;
    struct ring commands;
    struct detections detections;
    struct dtmf dtmf;
    struct digit_mute digit_mute;
    struct progress progress;
    struct mf mf;
    struct compelled compelled;
    struct signal_tones signal_tones;
    struct activity activity;
    struct player player;
    struct live live;
    struct tone tone;
    struct matrix matrix;
    struct outlet outlet;
    struct capture capture;
    struct record record;
    struct pump *pump;
};

struct pump *pump_new(int32_t slots);
void pump_free(struct pump *pump);
