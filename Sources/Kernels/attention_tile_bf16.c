// Prefill attention in bfloat16: twice the rate of the f32 tiles where the CPU multiplies bf16 pairs.
// Products are exact in f32, and sums are f32: scores equal those of the f32 kernels on rounded inputs.
#include "Kernels.h"

#include <math.h>
#include <string.h>

#if defined(__x86_64__)
#include "tile_bf16.h"

size_t laq_packed_bf16_count(int count, int dimension) {
  return (size_t)rounded_up(count, LAQ_TILE) * (size_t)rounded_up(dimension, 16);
}

// Keys: [tile][dimension / 2][key][2]; values: [tile][key / 2][dimension][2]; both zero where there is nothing.
void laq_pack_keys_bf16(const uint16_t *keys, int first, int count, int dimension, uint16_t *packed) {
  int width = rounded_up(dimension, 16);
  for (int k = first; k < first + count; k++) {
    uint16_t *tile = packed + (size_t)(k / LAQ_TILE) * LAQ_TILE * (size_t)width + 2 * (k % LAQ_TILE);
    const uint16_t *key = keys + (size_t)(k - first) * (size_t)dimension;
    for (int i = 0; i < width / 2; i++) {
      uint32_t pair = 0;
      if (2 * i < dimension) memcpy(&pair, key + 2 * i, sizeof pair);
      memcpy(tile + (size_t)i * 2 * LAQ_TILE, &pair, sizeof pair);
    }
  }
}

void laq_pack_values_bf16(const uint16_t *values, int first, int count, int dimension, uint16_t *packed) {
  int width = rounded_up(dimension, 16);
  for (int k = first; k < first + count; k++) {
    uint16_t *row = packed + (size_t)(k / LAQ_TILE) * LAQ_TILE * (size_t)width + (size_t)(k % LAQ_TILE / 2) * 2 * (size_t)width;
    const uint16_t *value = values + (size_t)(k - first) * (size_t)dimension;
    for (int d = 0; d < dimension; d++) row[2 * d + k % 2] = value[d];
  }
}

// out[row] += weights[row] · values over the first `pairs` pairs of a tile's keys; VALUES vectors of dimensions.
#define ADD_VALUES(VALUES)                                                                                      \
  INLINE void add_values_##VALUES(const uint16_t *weights, const uint16_t *tile, int width, int pairs, float *out) { \
    __m512 sums[BLOCK][VALUES];                                                                                 \
    for (int r = 0; r < BLOCK; r++)                                                                             \
      for (int v = 0; v < VALUES; v++) sums[r][v] = _mm512_loadu_ps(out + (size_t)r * (size_t)width + 16 * v);  \
    for (int j = 0; j < pairs; j++) {                                                                           \
      __m512bh value[VALUES];                                                                                   \
      for (int v = 0; v < VALUES; v++) value[v] = load_pairs(tile + (size_t)j * 2 * (size_t)width + 32 * v);    \
      for (int r = 0; r < BLOCK; r++) {                                                                         \
        __m512bh weight = splat_pair(weights + r * LAQ_TILE + 2 * j);                                           \
        for (int v = 0; v < VALUES; v++) sums[r][v] = _mm512_dpbf16_ps(sums[r][v], weight, value[v]);           \
      }                                                                                                         \
    }                                                                                                           \
    for (int r = 0; r < BLOCK; r++)                                                                             \
      for (int v = 0; v < VALUES; v++) _mm512_storeu_ps(out + (size_t)r * (size_t)width + 16 * v, sums[r][v]);  \
  }
ADD_VALUES(4)
ADD_VALUES(1)

// The running maximum (of scaled scores, in powers of two) of each row, and its sum in 16 parts.
typedef struct {
  float maximum[ROWS + BLOCK], total[16 * (ROWS + BLOCK)];
} running;

// One tile of keys and values for BLOCK rows; `visible` of row r are the keys from `low[r]` to below `high[r]`.
INLINE void pass_tile(const uint16_t *q, const uint16_t *keys, const uint16_t *values, int width, float factor, float cap,
                      const int *low, const int *high, float *maximum, float *total, float *out) {
  __m512 s[BLOCK][VECTORS];
  tile_scores(q, width, keys, factor, cap, s);
  uint16_t weights[BLOCK * LAQ_TILE] __attribute__((aligned(64)));
  int pairs = 0;
  for (int r = 0; r < BLOCK; r++) {
    if ((high[r] + 1) / 2 > pairs) pairs = (high[r] + 1) / 2;
    hide_keys(s[r], low[r], high[r]);
    __m512 greatest = _mm512_max_ps(_mm512_max_ps(s[r][0], s[r][1]), _mm512_max_ps(s[r][2], s[r][3]));
    if (_mm512_cmp_ps_mask(greatest, _mm512_set1_ps(maximum[r]), _CMP_GT_OQ)) {
      float larger = _mm512_reduce_max_ps(greatest);
      __m512 shrink = _mm512_set1_ps(exp2f(maximum[r] - larger));
      _mm512_storeu_ps(total + 16 * r, _mm512_mul_ps(_mm512_loadu_ps(total + 16 * r), shrink));
      for (int d = 0; d < width; d += 16)
        _mm512_storeu_ps(out + r * width + d, _mm512_mul_ps(_mm512_loadu_ps(out + r * width + d), shrink));
      maximum[r] = larger;
    }
    // A row that has seen nothing yet has no maximum: its weights are all zero.
    __m512 shift = _mm512_set1_ps(maximum[r] == -INFINITY ? 0 : maximum[r]);
    __m512 e[VECTORS];
    for (int v = 0; v < VECTORS; v++) e[v] = power_of_two(_mm512_sub_ps(s[r][v], shift));
    __m512 sum = _mm512_add_ps(_mm512_add_ps(e[0], e[1]), _mm512_add_ps(e[2], e[3]));
    _mm512_storeu_ps(total + 16 * r, _mm512_add_ps(_mm512_loadu_ps(total + 16 * r), sum));
    for (int v = 0; v < VECTORS; v += 2) {
      __m512bh pair = _mm512_cvtne2ps_pbh(e[v + 1], e[v]);
      memcpy(weights + r * LAQ_TILE + 16 * v, &pair, sizeof pair);
    }
  }
  int d = 0;
  for (; d + 64 <= width; d += 64) add_values_4(weights, values + 2 * d, width, pairs, out + d);
  for (; d < width; d += 16) add_values_1(weights, values + 2 * d, width, pairs, out + d);
}

FAST void laq_attend_causal_bf16(const uint16_t *q, int rows, int first, const uint16_t *keys, const uint16_t *values,
                                 int dimension, laq_attention_rule rule, float *out, int out_stride, float *log_sum_exp) {
  int width = rounded_up(dimension, 16);
  uint16_t queries[(ROWS + BLOCK) * LAQ_MAX_DIMENSION] __attribute__((aligned(64)));
  float sums[(ROWS + BLOCK) * LAQ_MAX_DIMENSION] __attribute__((aligned(64)));
  running state;
  float factor = rule.scale * 1.44269504088896341f;
  for (int begin = 0; begin < rows; begin += ROWS) {
    int count = rows - begin < ROWS ? rows - begin : ROWS;
    int blocks = (count + BLOCK - 1) / BLOCK;
    // Rows that are missing in the last block repeat the last one and are dropped.
    for (int r = 0; r < blocks * BLOCK; r++) {
      int row = begin + (r < count ? r : count - 1);
      memset(queries + r * width, 0, (size_t)width * sizeof *queries);
      memcpy(queries + r * width, q + (size_t)row * (size_t)dimension, (size_t)dimension * sizeof *queries);
      state.maximum[r] = -INFINITY;
    }
    memset(state.total, 0, sizeof state.total);
    memset(sums, 0, (size_t)(blocks * BLOCK * width) * sizeof *sums);
    int last = first + begin + count - 1;
    int lowest = rule.window > 0 && first + begin >= rule.window ? first + begin - rule.window + 1 : 0;
    for (int start = lowest / LAQ_TILE * LAQ_TILE; start <= last; start += LAQ_TILE) {
      const uint16_t *tile = keys + (size_t)start * (size_t)width, *value = values + (size_t)start * (size_t)width;
      for (int b = 0; b < blocks; b++) {
        int low[BLOCK], high[BLOCK], seen = 0;
        for (int r = 0; r < BLOCK; r++) {
          int row = b * BLOCK + r, position = first + begin + (row < count ? row : count - 1);
          int end = position + 1 - start, hidden = rule.window > 0 ? position - rule.window + 1 - start : 0;
          high[r] = end > LAQ_TILE ? LAQ_TILE : end < 0 ? 0 : end;
          low[r] = hidden < 0 ? 0 : hidden;
          seen |= high[r] > low[r];
        }
        if (seen)
          pass_tile(queries + b * BLOCK * width, tile, value, width, factor, rule.soft_cap, low, high,
                    state.maximum + b * BLOCK, state.total + 16 * b * BLOCK, sums + b * BLOCK * width);
      }
    }
    for (int r = 0; r < count; r++) {
      float total = _mm512_reduce_add_ps(_mm512_loadu_ps(state.total + 16 * r)), share = 1.0f / total;
      float *to = out + (size_t)(begin + r) * (size_t)out_stride;
      for (int d = 0; d < dimension; d++) to[d] = sums[r * width + d] * share;
      log_sum_exp[begin + r] = state.maximum[r] * 0.69314718055994531f + logf(total);
    }
  }
}

FAST void laq_attend_part_bf16(const float *q, int queries, const uint16_t *keys, const uint16_t *values, int first, int count,
                               int dimension, laq_attention_rule rule, float *out, float *maximum, float *total) {
  int width = rounded_up(dimension, 16), blocks = (queries + BLOCK - 1) / BLOCK;
  uint16_t rounded[(ROWS + BLOCK) * LAQ_MAX_DIMENSION] __attribute__((aligned(64)));
  float sums[(ROWS + BLOCK) * LAQ_MAX_DIMENSION] __attribute__((aligned(64)));
  running state;
  memset(rounded, 0, (size_t)(blocks * BLOCK * width) * sizeof *rounded);
  memset(sums, 0, (size_t)(blocks * BLOCK * width) * sizeof *sums);
  memset(state.total, 0, sizeof state.total);
  for (int r = 0; r < blocks * BLOCK; r++) {
    laq_round_to_bf16(q + (size_t)(r < queries ? r : 0) * (size_t)dimension, rounded + r * width, (size_t)dimension);
    state.maximum[r] = -INFINITY;
  }
  for (int start = first / LAQ_TILE * LAQ_TILE; start < first + count; start += LAQ_TILE) {
    int low[BLOCK], high[BLOCK];
    for (int r = 0; r < BLOCK; r++) {
      low[r] = first > start ? first - start : 0;
      high[r] = first + count - start < LAQ_TILE ? first + count - start : LAQ_TILE;
    }
    for (int b = 0; b < blocks; b++)
      pass_tile(rounded + b * BLOCK * width, keys + (size_t)start * (size_t)width, values + (size_t)start * (size_t)width, width,
                rule.scale * 1.44269504088896341f, rule.soft_cap, low, high, state.maximum + b * BLOCK,
                state.total + 16 * b * BLOCK, sums + b * BLOCK * width);
  }
  for (int r = 0; r < queries; r++) {
    memcpy(out + (size_t)r * (size_t)dimension, sums + r * width, (size_t)dimension * sizeof *sums);
    maximum[r] = state.maximum[r];
    total[r] = _mm512_reduce_add_ps(_mm512_loadu_ps(state.total + 16 * r));
  }
}

#else
void laq_attend_part_bf16(const float *q, int queries, const uint16_t *keys, const uint16_t *values, int first, int count,
                          int dimension, laq_attention_rule rule, float *out, float *maximum, float *total) {
  (void)q; (void)queries; (void)keys; (void)values; (void)first; (void)count; (void)dimension; (void)rule; (void)out;
  (void)maximum; (void)total;
}
size_t laq_packed_bf16_count(int count, int dimension) { (void)count; (void)dimension; return 0; }
void laq_pack_keys_bf16(const uint16_t *keys, int first, int count, int dimension, uint16_t *packed) {
  (void)keys; (void)first; (void)count; (void)dimension; (void)packed;
}
void laq_pack_values_bf16(const uint16_t *values, int first, int count, int dimension, uint16_t *packed) {
  (void)values; (void)first; (void)count; (void)dimension; (void)packed;
}
void laq_attend_causal_bf16(const uint16_t *q, int rows, int first, const uint16_t *keys, const uint16_t *values,
                            int dimension, laq_attention_rule rule, float *out, int out_stride, float *log_sum_exp) {
  (void)q; (void)rows; (void)first; (void)keys; (void)values; (void)dimension; (void)rule; (void)out; (void)out_stride;
  (void)log_sum_exp;
}
#endif
