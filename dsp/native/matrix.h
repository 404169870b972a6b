// Who hears whom: for each destination a list of sources with gains, from one fixed pool of edges.
// A bridge is two edges, a conference of n is n (n - 1), a listener one more, a whisper one with its own gain.
#pragma once
#include "dsp.h"

struct kernels;

struct matrix {
    const struct kernels *kernels;
    int32_t slots, capacity;
    int32_t *first;        // per destination: its first edge, or -1
    int32_t *next;         // per edge
    int32_t *source;
    int32_t *gain;         // of 4096
    int32_t free;          // first of the edges not in use
};

bool matrix_new(struct matrix *matrix, int32_t slots);
void matrix_free(struct matrix *matrix);
void matrix_connect(struct matrix *matrix, int32_t source, int32_t destination, float gain);
void matrix_disconnect(struct matrix *matrix, int32_t source, int32_t destination);
// The one source that the destination hears, at its own level; -1: none, several, or with a gain.
int32_t matrix_only_source(const struct matrix *matrix, int32_t destination);
// Marks every slot that somebody hears.
void matrix_mark_sources(const struct matrix *matrix, uint8_t *marks);
// Adds to sum (160) what the destination hears of linear (slots x 160). Returns whether it hears anybody.
bool matrix_add(const struct matrix *matrix, int32_t *sum, const int16_t *linear, int32_t destination);
