// The switching matrix: see matrix.h. Sums are exact integers, so their order does not matter.
#include "matrix.h"
#include "kernels.h"
#include <math.h>
#include <stdlib.h>

enum { EDGES_PER_SLOT = 32, UNITY = MIX_UNITY };

bool matrix_new(struct matrix *matrix, int32_t slots) {
    size_t edges = (size_t)slots * EDGES_PER_SLOT;
    matrix->slots = slots;
    matrix->capacity = (int32_t)edges;
    matrix->first = malloc((size_t)slots * sizeof *matrix->first);
    matrix->next = malloc(edges * sizeof *matrix->next);
    matrix->source = calloc(edges, sizeof *matrix->source);
    matrix->gain = calloc(edges, sizeof *matrix->gain);
    if (!matrix->first || !matrix->next || !matrix->source || !matrix->gain) return false;
    for (int32_t slot = 0; slot < slots; slot++) matrix->first[slot] = -1;
    for (int32_t edge = 0; edge < matrix->capacity; edge++) matrix->next[edge] = edge + 1;
    matrix->next[matrix->capacity - 1] = -1;
    matrix->free = 0;
    return true;
}

void matrix_free(struct matrix *matrix) {
    free(matrix->first);
    free(matrix->next);
    free(matrix->source);
    free(matrix->gain);
}

void matrix_connect(struct matrix *matrix, int32_t source, int32_t destination, float gain) {
    int32_t edge = matrix->first[destination];
    while (edge >= 0 && matrix->source[edge] != source) edge = matrix->next[edge];
    if (edge < 0) {
        if (matrix->free < 0) return;  // the handle counts edges and never lets this happen
        edge = matrix->free;
        matrix->free = matrix->next[edge];
        matrix->next[edge] = matrix->first[destination];
        matrix->first[destination] = edge;
        matrix->source[edge] = source;
    }
    matrix->gain[edge] = (int32_t)lrintf(gain * UNITY);
}

void matrix_disconnect(struct matrix *matrix, int32_t source, int32_t destination) {
    int32_t *link = &matrix->first[destination];
    while (*link >= 0 && matrix->source[*link] != source) link = &matrix->next[*link];
    int32_t edge = *link;
    if (edge < 0) return;
    *link = matrix->next[edge];
    matrix->next[edge] = matrix->free;
    matrix->free = edge;
}

int32_t matrix_only_source(const struct matrix *matrix, int32_t destination) {
    int32_t edge = matrix->first[destination];
    return edge >= 0 && matrix->next[edge] < 0 && matrix->gain[edge] == UNITY ? matrix->source[edge] : -1;
}

void matrix_mark_sources(const struct matrix *matrix, uint8_t *marks) {
    for (int32_t slot = 0; slot < matrix->slots; slot++)
        for (int32_t edge = matrix->first[slot]; edge >= 0; edge = matrix->next[edge]) marks[matrix->source[edge]] = 1;
}

bool matrix_add(const struct matrix *matrix, int32_t *sum, const int16_t *linear, int32_t destination) {
    int32_t edge = matrix->first[destination];
    if (edge < 0) return false;
    for (; edge >= 0; edge = matrix->next[edge]) {
        const int16_t *samples = linear + (size_t)matrix->source[edge] * BLOCK_SAMPLES;
        if (matrix->gain[edge] == UNITY) matrix->kernels->add(sum, samples);
        else matrix->kernels->add_scaled(sum, samples, matrix->gain[edge]);
    }
    return true;
}
