#pragma once
// What the f32 kernels over tiles of packed keys have in common.
#include "Kernels.h"
#include "vector.h"

// Queries whose scores against one tile stay in registers: 4 x 4 vectors of accumulators.
enum { BLOCK = 4, VECTORS = LAQ_TILE / 16 };

// scores[row][tile] of BLOCK rows, scaled and capped; rows of `scores_stride`.
BODY void tile_scores(const float *q, int stride, const float *tile, int dimension, laq_attention_rule rule, float *scores,
                      int scores_stride) {
  v16 sums[BLOCK][VECTORS];
  for (int r = 0; r < BLOCK; r++) for (int v = 0; v < VECTORS; v++) sums[r][v] = splat(0);
  for (int i = 0; i < dimension; i++) {
    const float *keys = tile + i * LAQ_TILE;
    v16 k[VECTORS];
    for (int v = 0; v < VECTORS; v++) k[v] = load16(keys + 16 * v);
    for (int r = 0; r < BLOCK; r++) {
      v16 element = splat(q[(size_t)r * (size_t)stride + (size_t)i]);
      for (int v = 0; v < VECTORS; v++) sums[r][v] += element * k[v];
    }
  }
  for (int r = 0; r < BLOCK; r++)
    for (int v = 0; v < VECTORS; v++)
      store16(scores + (size_t)r * (size_t)scores_stride + 16 * v, capped16(sums[r][v] * splat(rule.scale), rule.soft_cap));
}

// The first key that a query at `position` sees.
BODY int first_visible(int position, laq_attention_rule rule) {
  return rule.window > 0 && position >= rule.window ? position - rule.window + 1 : 0;
}
