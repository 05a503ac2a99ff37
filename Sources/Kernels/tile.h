#pragma once
// What the f32 kernels over tiles of packed keys have in common.
#include "Kernels.h"
#include "vector.h"

// Queries whose scores against one tile stay in registers: 4 x 4 vectors of accumulators.
enum { BLOCK = 4, VECTORS = LAQ_TILE / 16 };

// As `CHOOSE`, for a kernel over tiles, `name##_tiles`, which takes as its first argument how many vectors of a tile's
// keys are held in registers with BLOCK rows of sums: all four where there are 32 registers of 16 floats, one where there
// are 16 of 8, as more go to memory (27 GFLOP/s a thread instead of 70). No result depends on it.
#define TILES(type, name, parameters) BODY type name##_tiles(const int held, LISTED parameters)
#define CHOOSE_TILES(type, name, parameters, arguments)                                                     \
  DISPATCH(type, name, parameters, arguments, name##_tiles(VECTORS, LISTED arguments),                      \
           name##_tiles(1, LISTED arguments), name##_tiles(1, LISTED arguments))

// scores[row][tile] of BLOCK rows, scaled and capped; rows of `scores_stride`.
BODY void tile_scores(const int held, const float *q, int stride, const float *tile, int dimension, laq_attention_rule rule,
                      float *scores, int scores_stride) {
  for (int first = 0; first < VECTORS; first += held) {
    v16 sums[BLOCK][VECTORS];
    for (int r = 0; r < BLOCK; r++) for (int v = 0; v < held; v++) sums[r][v] = splat(0);
    for (int i = 0; i < dimension; i++) {
      const float *keys = tile + i * LAQ_TILE + 16 * first;
      v16 k[VECTORS];
      for (int v = 0; v < held; v++) k[v] = load16(keys + 16 * v);
      for (int r = 0; r < BLOCK; r++) {
        v16 element = splat(q[(size_t)r * (size_t)stride + (size_t)i]);
        for (int v = 0; v < held; v++) sums[r][v] += element * k[v];
      }
    }
    for (int r = 0; r < BLOCK; r++)
      for (int v = 0; v < held; v++)
        store16(scores + (size_t)r * (size_t)scores_stride + 16 * (first + v), capped16(sums[r][v] * splat(rule.scale), rule.soft_cap));
  }
}

// The first key that a query at `position` sees.
BODY int first_visible(int position, laq_attention_rule rule) {
  return rule.window > 0 && position >= rule.window ? position - rule.window + 1 : 0;
}
