// How much a few more queries attend to keys that have passed: normalisers over chosen keys, and the highest weights.
#include "tile.h"

#include <math.h>

// The pointer to BLOCK rows from `row` on; where fewer are left they are copied, and the last one is repeated.
BODY const float *block_of(const float *q, int row, int rows, int dimension, float *copy) {
  if (row + BLOCK <= rows) return q + (size_t)row * (size_t)dimension;
  for (int i = 0; i < BLOCK; i++) {
    int from = row + i < rows ? row + i : rows - 1;
    for (int d = 0; d < dimension; d++) copy[i * dimension + d] = q[(size_t)from * (size_t)dimension + (size_t)d];
  }
  return copy;
}

#define SUM_PARAMETERS                                                                                               \
  (const float *q, int rows, int first, const float *packed, int from, int to, int dimension, laq_attention_rule rule, \
   float *log_sum_exp)

TILES(void, laq_add_log_sum_exp, SUM_PARAMETERS) {
  float copy[BLOCK * LAQ_MAX_DIMENSION], scores[BLOCK * LAQ_TILE];
  for (int row = 0; row < rows; row += BLOCK) {
    const float *block = block_of(q, row, rows, dimension, copy);
    int count = rows - row < BLOCK ? rows - row : BLOCK;
    float maximum[BLOCK], total[BLOCK];
    for (int r = 0; r < BLOCK; r++) maximum[r] = -INFINITY, total[r] = 0;
    int end = first + row + count < to ? first + row + count : to;
    for (int start = from / LAQ_TILE * LAQ_TILE; start < end; start += LAQ_TILE) {
      tile_scores(held, block, dimension, packed + (size_t)start * (size_t)dimension, dimension, rule, scores, LAQ_TILE);
      for (int r = 0; r < count; r++) {
        float *s = scores + r * LAQ_TILE;
        int position = first + row + r, visible = first_visible(position, rule);
        int low = (visible > from ? visible : from) - start, high = (position + 1 < to ? position + 1 : to) - start;
        for (int j = 0; j < low && j < LAQ_TILE; j++) s[j] = -INFINITY;
        for (int j = high > 0 ? high : 0; j < LAQ_TILE; j++) s[j] = -INFINITY;
        v16 greatest = load16(s);
        for (int v = 1; v < VECTORS; v++) greatest = max16(greatest, load16(s + 16 * v));
        float larger = largest(greatest);
        if (larger == -INFINITY) continue;
        if (larger > maximum[r]) {
          total[r] *= expf(maximum[r] - larger);
          maximum[r] = larger;
        }
        v16 sums = splat(0);
        for (int v = 0; v < VECTORS; v++) sums += exp16(load16(s + 16 * v) - splat(maximum[r]));
        total[r] += sum16(sums);
      }
    }
    for (int r = 0; r < count; r++)
      if (total[r] > 0) {
        float here = maximum[r] + logf(total[r]), known = log_sum_exp[row + r];
        float high = here > known ? here : known, low = here > known ? known : here;
        log_sum_exp[row + r] = high + log1pf(expf(low - high));
      }
  }
}
CHOOSE_TILES(void, laq_add_log_sum_exp, SUM_PARAMETERS, (q, rows, first, packed, from, to, dimension, rule, log_sum_exp))

#define HIGHEST_PARAMETERS                                                                                           \
  (const float *q, int rows, int first, const float *packed, int from, int to, int dimension, laq_attention_rule rule, \
   const float *log_sum_exp, float *highest)

TILES(void, laq_highest_attention, HIGHEST_PARAMETERS) {
  float copy[BLOCK * LAQ_MAX_DIMENSION], scores[BLOCK * LAQ_TILE];
  for (int start = from / LAQ_TILE * LAQ_TILE; start < to; start += LAQ_TILE) {
    const float *tile = packed + (size_t)start * (size_t)dimension;
    v16 greatest[VECTORS];
    for (int v = 0; v < VECTORS; v++) greatest[v] = splat(-INFINITY);
    for (int row = 0; row < rows; row += BLOCK) {
      if (first_visible(first + row, rule) >= start + LAQ_TILE) break;
      tile_scores(held, block_of(q, row, rows, dimension, copy), dimension, tile, dimension, rule, scores, LAQ_TILE);
      for (int r = 0; r < BLOCK && row + r < rows; r++) {
        float *s = scores + r * LAQ_TILE;
        for (int j = 0, low = first_visible(first + row + r, rule) - start; j < low && j < LAQ_TILE; j++) s[j] = -INFINITY;
        v16 shift = splat(log_sum_exp[row + r]);
        for (int v = 0; v < VECTORS; v++) greatest[v] = max16(greatest[v], load16(s + 16 * v) - shift);
      }
    }
    float found[LAQ_TILE];
    for (int v = 0; v < VECTORS; v++) store16(found + 16 * v, greatest[v]);
    for (int j = from > start ? from - start : 0; j < LAQ_TILE && start + j < to; j++)
      if (found[j] > highest[start + j - from]) highest[start + j - from] = found[j];
  }
}
CHOOSE_TILES(void, laq_highest_attention, HIGHEST_PARAMETERS,
       (q, rows, first, packed, from, to, dimension, rule, log_sum_exp, highest))
