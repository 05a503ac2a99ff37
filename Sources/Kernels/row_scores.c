// Whole rows of scores: for scorers that look at a window of queries, and for the small products of their statistics.
#include "Kernels.h"
#include "tile.h"

#include <string.h>

#define PARAMETERS                                                                                                       \
  (const float *q, int rows, const float *packed, int count, int dimension, laq_attention_rule rule, float *scores, int stride)

TILES(void, laq_row_scores, PARAMETERS) {
  int whole = rows / BLOCK * BLOCK;
  float last[BLOCK * LAQ_TILE];
  for (int start = 0; start < count; start += LAQ_TILE) {
    const float *tile = packed + (size_t)start * (size_t)dimension;
    float *column = scores + start;
    for (int r = 0; r < whole; r += BLOCK)
      tile_scores(held, q + (size_t)r * (size_t)dimension, dimension, tile, dimension, rule, column + (size_t)r * (size_t)stride, stride);
    if (whole == rows) continue;
    // A stride of 0 repeats one row: what is missing in the last block is computed again and dropped.
    for (int r = whole; r < rows; r++) {
      tile_scores(held, q + (size_t)r * (size_t)dimension, 0, tile, dimension, rule, last, LAQ_TILE);
      memcpy(column + (size_t)r * (size_t)stride, last, LAQ_TILE * sizeof *last);
    }
  }
}
CHOOSE_TILES(void, laq_row_scores, PARAMETERS, (q, rows, packed, count, dimension, rule, scores, stride))
