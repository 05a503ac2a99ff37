// Rows of scores and column sums in bfloat16, as row_scores.c and attention_tile.c have them in f32.
#include "Kernels.h"

#if defined(__x86_64__)
#include "tile_bf16.h"

// BLOCK rows of queries as pairs, zero-padded to whole vectors; rows beyond the last repeat it and are dropped.
INLINE void gather_block(const uint16_t *q, int first, int rows, int dimension, int width, uint16_t *block) {
  for (int r = 0; r < BLOCK; r++) {
    int row = first + r < rows ? first + r : rows - 1;
    memset(block + r * width, 0, (size_t)width * sizeof *block);
    memcpy(block + r * width, q + (size_t)row * (size_t)dimension, (size_t)dimension * sizeof *block);
  }
}

FAST void laq_row_scores_bf16(const uint16_t *q, int rows, const uint16_t *packed, int count, int dimension,
                              laq_attention_rule rule, float *scores, int stride) {
  int width = rounded_up(dimension, 16);
  uint16_t block[BLOCK * LAQ_MAX_DIMENSION] __attribute__((aligned(64)));
  for (int first = 0; first < rows; first += BLOCK) {
    gather_block(q, first, rows, dimension, width, block);
    for (int start = 0; start < count; start += LAQ_TILE) {
      __m512 sums[BLOCK][VECTORS];
      tile_products(block, width, packed + (size_t)start * (size_t)width, sums);
      for (int r = 0; r < BLOCK && first + r < rows; r++)
        for (int v = 0; v < VECTORS; v++)
          _mm512_storeu_ps(scores + (size_t)(first + r) * (size_t)stride + (size_t)(start + 16 * v),
                           _mm512_mul_ps(sums[r][v], _mm512_set1_ps(rule.scale)));
    }
  }
  if (rule.soft_cap > 0)
    for (int row = 0; row < rows; row++) laq_soft_cap(scores + (size_t)row * (size_t)stride, count, rule.soft_cap);
}

FAST void laq_received_attention_bf16(const uint16_t *q, int count, const uint16_t *packed, const float *log_sum_exp,
                                      int dimension, laq_attention_rule rule, float *sums) {
  int width = rounded_up(dimension, 16);
  const float log2e = 1.44269504088896341f;
  uint16_t block[BLOCK * LAQ_MAX_DIMENSION] __attribute__((aligned(64)));
  for (int start = 0; start < count; start += LAQ_TILE) {
    const uint16_t *tile = packed + (size_t)start * (size_t)width;
    // Rows from the tile's first key on, until a window no longer reaches its last one.
    int beyond = count - (start + LAQ_TILE - 1);
    int end = rule.window > 0 && rule.window < beyond ? start + LAQ_TILE - 1 + rule.window : count;
    __m512 received[VECTORS];
    for (int v = 0; v < VECTORS; v++) received[v] = _mm512_setzero_ps();
    for (int first = start; first < end; first += BLOCK) {
      const uint16_t *queries = q + (size_t)first * (size_t)dimension;
      if (first + BLOCK > count || width != dimension) {
        gather_block(q, first, count, dimension, width, block);
        queries = block;
      }
      __m512 s[BLOCK][VECTORS];
      tile_scores(queries, width, tile, rule.scale * log2e, rule.soft_cap, s);
      for (int r = 0; r < BLOCK && first + r < count; r++) {
        int position = first + r;
        hide_keys(s[r], rule.window > 0 ? position - rule.window + 1 - start : 0, position + 1 - start);
        __m512 shift = _mm512_set1_ps(log_sum_exp[position] * log2e);
        for (int v = 0; v < VECTORS; v++) received[v] = _mm512_add_ps(received[v], power_of_two(_mm512_sub_ps(s[r][v], shift)));
      }
    }
    float tile_sums[LAQ_TILE];
    for (int v = 0; v < VECTORS; v++) _mm512_storeu_ps(tile_sums + 16 * v, received[v]);
    for (int j = 0; j < LAQ_TILE && start + j < count; j++) sums[start + j] += tile_sums[j];
  }
}

#else
void laq_row_scores_bf16(const uint16_t *q, int rows, const uint16_t *packed, int count, int dimension,
                         laq_attention_rule rule, float *scores, int stride) {
  (void)q; (void)rows; (void)packed; (void)count; (void)dimension; (void)rule; (void)scores; (void)stride;
}
void laq_received_attention_bf16(const uint16_t *q, int count, const uint16_t *packed, const float *log_sum_exp,
                                 int dimension, laq_attention_rule rule, float *sums) {
  (void)q; (void)count; (void)packed; (void)log_sum_exp; (void)dimension; (void)rule; (void)sums;
}
#endif
